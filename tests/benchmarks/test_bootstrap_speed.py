"""How fast intervals are found, beside resampling indices and calling scikit-learn each time."""

import time

import numpy as np
import pytest
from sklearn.metrics import balanced_accuracy_score

from fer_utils.evaluation import metrics
from fer_utils.evaluation.intervals import bootstrap, percentile_interval

ITEMS, CLASSES, FEW = 35_887, 7, 40


def by_index(true, predicted, subjects):
    """Draws subjects, gathers their rows and scores them with scikit-learn, once a resample."""
    random = np.random.default_rng(0)
    rows = [np.flatnonzero(subjects == subject) for subject in range(subjects.max() + 1)]
    uars = []
    for _ in range(FEW):
        drawn = np.concatenate([rows[i] for i in random.integers(0, len(rows), len(rows))])
        uars.append(balanced_accuracy_score(true[drawn], predicted[drawn]))
    return np.array(uars)


@pytest.mark.slow
def test_two_thousand_resamples_of_fer2013_beside_scikit_learn(capsys):
    random = np.random.default_rng(0)
    subjects = random.integers(0, 400, ITEMS)
    true = random.integers(0, CLASSES, ITEMS)
    predicted = np.where(random.random(ITEMS) < 0.6, true, random.integers(0, CLASSES, ITEMS))

    started = time.process_time()
    cells = true * (CLASSES + 1) + predicted
    ours = metrics.uar(bootstrap(cells, subjects, np.zeros(ITEMS, int), CLASSES, 2000))
    fast = (time.process_time() - started) / 2000

    started = time.process_time()
    theirs = by_index(true, predicted, subjects)
    slow = (time.process_time() - started) / FEW
    with capsys.disabled():
        print(f"\nBootstrap: {2000 * fast:.2f} s for 2,000 resamples, {slow / fast:.0f} times faster than by index")
    interval = percentile_interval(ours.mean(), ours)
    assert interval.half_width == pytest.approx(1.96 * theirs.std(), rel=0.5)
    assert 2000 * fast < 5
    assert slow > 10 * fast
