import numpy as np
import pandas as pd
import pytest

CLASSES = ("negative", "neutral", "positive")


@pytest.fixture
def answers():
    """Makes predictions of people's faces: right with some probability, which says how sure the model is."""

    def table(subjects=60, items=6, seeds=(0,), known=True, right=0.7, model=None, draw=1, outputs="p"):
        faces = np.random.default_rng(1)
        true = faces.integers(0, 3, subjects * items)
        people = np.repeat(np.arange(subjects), items)
        random, parts = np.random.default_rng(draw), []
        for seed in seeds:
            sure = (
                random.dirichlet((1, 1, 1), len(true))
                + 2 * (random.random(len(true)) < right)[:, None] * np.eye(3)[true]
            )
            sure = (sure / sure.sum(1, keepdims=True)).round(6)
            part = pd.DataFrame(
                {"sample_id": [f"s{i:04d}" for i in range(len(true))], "subject": np.nan, "fold": people % 10}
            )
            if known:
                part["subject"] = [f"p{person:03d}" for person in people]
            part = part.assign(seed=seed, y_true=np.array(CLASSES)[true], y_pred=np.array(CLASSES)[sure.argmax(1)])
            if outputs:
                part = part.assign(**{f"{outputs}_{name}": sure[:, k] for k, name in enumerate(CLASSES)})
            parts.append(part)
        found = pd.concat(parts, ignore_index=True).astype({"subject": object})
        if model:
            found.insert(0, "model", model)
        return found

    return table


@pytest.fixture
def lose():
    """Takes the answers away from some rows, as for faces that were not found."""

    def change(table, rows):
        table = table.copy()
        columns = ["y_pred", *(name for name in table if name.startswith(("p_", "score_")))]
        table.loc[table.index[rows], columns] = np.nan
        return table

    return change
