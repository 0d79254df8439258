"""What somebody needs who trains elsewhere: the rows of each part, and the file of predictions to fill in."""

from pathlib import Path

import numpy as np
import pandas as pd

from fer_utils.errors import ParameterError
from fer_utils.paths import write_atomically
from fer_utils.protocol import Split

PARTS = ("train", "validation", "test")


def write_template(split: Split, path: Path) -> Path:
    """Writes the file to fill in and, beside it, `split.csv` with the rows to train and to choose on.

    Args:
        split: `Split`.
        path: Path of the file to fill in, ending in `.csv`; its folder is made.

    Returns:
        Path of `split.csv`.

    Raises:
        ParameterError: one of the files exists, or the name does not end in `.csv`.
    """
    path = Path(path)
    parts = path.parent / "split.csv"
    if path.suffix != ".csv" or path.name == parts.name:
        raise ParameterError(f"{path}: name the file to fill in, such as predictions.csv; split.csv is written beside.")
    for existing in (path, parts):
        if existing.exists():
            raise ParameterError(f"{existing} exists, and nothing is overwritten. Name a file in another folder.")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(parts, split_table(split).to_csv(index=False))
    write_atomically(path, prediction_form(split).to_csv(index=False))
    return parts


def prediction_form(split: Split) -> pd.DataFrame:
    """Lists every prediction that the protocol asks for, without the true classes.

    Args:
        split: `Split`.

    Returns:
        DataFrame, one row a test image, fold and seed: `sample_id, fold, seed, image`, then `y_pred` and `p_<class>`,
        which are empty. `image` is the row of `FaceTable.images`.
    """
    rows = []
    for seed in split.protocol.seeds:
        for number, fold in enumerate(split.folds):
            test = split.table.rows.iloc[fold.test]
            rows.append(pd.DataFrame({"sample_id": test["sample_id"], "fold": number, "seed": seed}))
            rows[-1]["image"] = test["image"]
    empty = dict.fromkeys(["y_pred", *(f"p_{name}" for name in split.classes)], "")
    return pd.concat(rows, ignore_index=True).assign(**empty)


def split_table(split: Split) -> pd.DataFrame:
    """Lists the parts of every fold, with the classes of those images that a model may learn from.

    Args:
        split: `Split`.

    Returns:
        DataFrame, one row a fold and image: `fold, part, sample_id, subject, image, label`. `part` is "train",
        "validation" or "test"; `label` is a class of the label map, empty in the test part.
    """
    rows = []
    names = np.array(split.classes, dtype=object)
    for number, fold in enumerate(split.folds):
        for part in PARTS:
            chosen = getattr(fold, part)
            found = split.table.rows.iloc[chosen][["sample_id", "subject", "image"]]
            labels = "" if part == "test" else names[split.y[chosen]]
            rows.append(found.assign(fold=number, part=part, label=labels))
    return pd.concat(rows, ignore_index=True)[["fold", "part", "sample_id", "subject", "image", "label"]]
