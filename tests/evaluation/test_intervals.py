import numpy as np
import pytest

from fer_utils.evaluation import metrics
from fer_utils.evaluation.intervals import Interval, bootstrap, percentile_interval
from fer_utils.evaluation.scores import MEASURED_COVERAGE


def interval_of_accuracy(right, units, resamples=500, seed=0):
    """Interval of the accuracy of two-class predictions: a right one is in cell 0, a wrong one in cell 1."""
    drawn = bootstrap(np.where(right, 0, 1), units, np.zeros_like(units), 2, resamples, seed)
    return percentile_interval(right.mean(), metrics.accuracy(drawn))


def simulated_coverage(subjects, items, spread, truths, by_subject=True):
    """Share of simulated benchmarks whose interval holds the true accuracy of 0.7.

    Every subject has an ease of its own (beta distributed around 0.7; `spread` 0 makes items independent).
    """
    random = np.random.default_rng(11)
    hits = 0
    for trial in range(truths):
        ease = random.beta(0.7 / spread, 0.3 / spread, subjects) if spread else np.full(subjects, 0.7)
        right = random.random((subjects, items)) < ease[:, None]
        units = np.repeat(np.arange(subjects), items) if by_subject else np.arange(subjects * items)
        hits += 0.7 in interval_of_accuracy(right.ravel(), units, seed=trial)
    return hits / truths


@pytest.mark.parametrize("spread", [0, 0.15])
def test_intervals_over_subjects_cover_the_truth(spread):
    assert 0.91 <= simulated_coverage(60, 10, spread, 400) <= 0.98


def test_the_coverage_that_is_printed_for_ten_subjects_is_the_measured_one():
    assert simulated_coverage(10, 10, 0.15, 400) == pytest.approx(MEASURED_COVERAGE[10], abs=0.03)


def test_intervals_over_items_miss_the_truth_too_often_where_items_of_a_subject_are_alike():
    assert simulated_coverage(60, 10, 0.15, 200, by_subject=False) < 0.85


def test_intervals_over_items_cover_the_truth_of_independent_items():
    assert 0.91 <= simulated_coverage(600, 1, 0, 400, by_subject=False) <= 0.98


def test_all_items_of_a_drawn_subject_are_kept():
    units = np.repeat([0, 1, 2], [1, 10, 100])
    cells = np.repeat([0, 3, 1], [1, 10, 100])  # subject 0 in cell 0, subject 1 in cell 3, subject 2 in cell 1
    drawn = bootstrap(cells, units, np.zeros_like(units), 2, 50).reshape(50, -1)
    times = drawn[:, [0, 3, 1]] / [1, 10, 100]
    assert (times.sum(1) == 3).all()
    assert (times == np.round(times)).all()


def test_drawing_items_one_by_one_gives_the_same_interval():
    random = np.random.default_rng(5)
    right = random.random(300) < 0.8
    plain = [right[random.integers(0, 300, 300)].mean() for _ in range(4000)]
    found = interval_of_accuracy(right, np.arange(300), 4000)
    np.testing.assert_allclose([found.low, found.high], np.percentile(plain, [2.5, 97.5]), atol=0.005)


def test_seeds_that_disagree_widen_the_interval():
    units, seeds = np.tile(np.arange(200), 2), np.repeat([0, 1], 200)
    agreeing = np.tile(np.arange(200) < 120, 2)
    disagreeing = np.concatenate([np.arange(200) < 160, np.arange(200) < 80])
    widths = []
    for right in (agreeing, disagreeing):
        drawn = bootstrap(np.where(right, 0, 1), units, seeds, 2, 1000)
        widths.append(percentile_interval(right.mean(), metrics.accuracy(drawn)).half_width)
    assert widths[1] > 2 * widths[0]


def test_the_same_predictions_give_the_same_interval():
    right = np.arange(100) % 3 > 0
    assert interval_of_accuracy(right, np.arange(100)) == interval_of_accuracy(right, np.arange(100))


def test_an_interval_knows_what_lies_in_it():
    assert 0.6 in Interval(0.62, 0.59, 0.65)
    assert 0.66 not in Interval(0.62, 0.59, 0.65)
    assert Interval(0.62, 0.59, 0.65).half_width == pytest.approx(0.03)
