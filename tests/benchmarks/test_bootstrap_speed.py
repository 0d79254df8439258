"""How fast scores with intervals are found, beside resampling indices and calling scikit-learn each time."""

import time

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import balanced_accuracy_score, f1_score, log_loss

from fer_utils.evaluation.comparisons import compare
from fer_utils.evaluation.scores import score

pytestmark = pytest.mark.slow
ITEMS, CLASSES, FEW = 35_887, tuple(f"c{number}" for number in range(7)), 40
COLUMNS = [f"p_{name}" for name in CLASSES]


def predictions(subjects, seeds=1, right=0.6, draw=0):
    """Predictions of as many items as FER2013 has, with seven probabilities each."""
    random, parts = np.random.default_rng(draw), []
    true = np.random.default_rng(1).integers(0, len(CLASSES), ITEMS)
    people = np.random.default_rng(2).integers(0, subjects, ITEMS) if subjects else np.full(ITEMS, np.nan)
    for seed in range(seeds):
        sure = random.dirichlet(np.ones(len(CLASSES)), ITEMS)
        sure[np.arange(ITEMS), true] += 2 * (random.random(ITEMS) < right)
        sure = (sure / sure.sum(axis=1, keepdims=True)).round(6)
        part = pd.DataFrame(sure, columns=COLUMNS)
        part = part.assign(sample_id=[f"s{i}" for i in range(ITEMS)], subject=people, fold=0, seed=seed)
        parts.append(part.assign(y_true=np.array(CLASSES)[true], y_pred=np.array(CLASSES)[sure.argmax(axis=1)]))
    return pd.concat(parts, ignore_index=True)


def by_index(table, by_subject):
    """Draws units and seeds, gathers their rows and scores them with scikit-learn, once a resample."""
    random = np.random.default_rng(0)
    seeds = table["seed"].nunique()
    units = pd.factorize((table["subject"] if by_subject else table["sample_id"])[:ITEMS])[0]
    order = np.argsort(units, kind="stable")
    rows = np.split(order, np.cumsum(np.bincount(units))[:-1])
    true, predicted = (table[column].map(CLASSES.index).to_numpy(int) for column in ("y_true", "y_pred"))
    probabilities = table[COLUMNS].to_numpy()
    probabilities = probabilities / probabilities.sum(axis=1, keepdims=True)
    found = []
    for _ in range(FEW):
        drawn = np.concatenate([rows[unit] for unit in random.integers(0, len(rows), len(rows))])
        drawn = np.concatenate([drawn + ITEMS * seed for seed in random.integers(0, seeds, seeds)])
        truth, answer = true[drawn], predicted[drawn]
        f1 = f1_score(truth, answer, average="macro")
        found.append((balanced_accuracy_score(truth, answer), f1, log_loss(truth, probabilities[drawn])))
    return np.array(found)


@pytest.mark.parametrize("seeds", [1, 3])
@pytest.mark.parametrize("subjects", [400, None])
def test_two_thousand_resamples_of_fer2013_beside_scikit_learn(subjects, seeds, capsys):
    """Ours are all metrics of a score, by class too; those of scikit-learn are three."""
    table = predictions(subjects, seeds)
    started = time.process_time()
    found = score(table, CLASSES)
    fast = time.process_time() - started

    started = time.process_time()
    theirs = by_index(table, subjects)
    slow = (time.process_time() - started) / FEW * 2000
    with capsys.disabled():
        known = f"{subjects} subjects" if subjects else "unknown subjects"
        print(f"\n{known}, {seeds} seed(s): {fast:.2f} s for 2,000 resamples, by index {slow:.0f} s", end="")
    for name, drawn in zip(("uar", "macro_f1", "nll"), theirs.T, strict=True):
        assert found.metric(name).half_width == pytest.approx(1.96 * drawn.std(), rel=0.5)
    assert fast < 5
    assert slow > 10 * fast


@pytest.mark.parametrize("subjects", [400, None])
def test_two_models_are_compared_on_fer2013_in_seconds(subjects, capsys):
    first, second = predictions(subjects), predictions(subjects, right=0.55, draw=1)
    started = time.process_time()
    found = compare(first, second, CLASSES)
    with capsys.disabled():
        print(f"\nPaired difference, {found.unit}: {time.process_time() - started:.2f} s", end="")
    assert time.process_time() - started < 5
    assert found.p_value < 0.05
