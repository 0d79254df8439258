import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from scipy.stats import bootstrap as scipy_bootstrap

from fer_utils.evaluation import intervals
from fer_utils.evaluation.resampling import resampled_sums, units_of


def ones(n):
    return sparse.csr_array(np.ones((n, 1)))


def test_percentiles_are_those_of_scipy():
    values = np.random.default_rng(5).gamma(2, size=300)
    added = sparse.csr_array(np.stack([values, np.ones(300)], axis=1))
    drawn = resampled_sums(added, np.arange(300), np.zeros(300, int), 4000)
    found = np.percentile(drawn[:, 0] / drawn[:, 1], [2.5, 97.5])
    options = {"n_resamples": 4000, "method": "percentile", "rng": np.random.default_rng(6)}
    theirs = scipy_bootstrap((values,), np.mean, **options).confidence_interval
    np.testing.assert_allclose(found, theirs, atol=0.01)


def test_confusion_matrices_have_the_percentiles_of_the_other_bootstrap():
    random = np.random.default_rng(2)
    cells, units = random.integers(0, 6, 600), np.repeat(np.arange(40), 15)
    added = sparse.csr_array(np.eye(6)[cells])
    found = resampled_sums(added, units, np.zeros(600, int), 4000)
    other = intervals.bootstrap(cells, units, np.zeros(600, int), 2, 4000).reshape(4000, 6)
    ends = [np.percentile(drawn, [2.5, 97.5], axis=0) for drawn in (found, other)]
    np.testing.assert_allclose(*ends, atol=6)


def test_a_resample_has_as_many_units_as_there_are():
    drawn = resampled_sums(ones(120), np.arange(120), np.zeros(120, int), 50)
    assert (drawn == 120).all()


def test_all_predictions_of_a_drawn_unit_are_kept():
    units = np.repeat([0, 1, 2], [1, 10, 100])
    drawn = resampled_sums(sparse.csr_array(np.eye(3)[units]), units, np.zeros(111, int), 50)
    times = drawn / [1, 10, 100]
    assert (times.sum(1) == 3).all() and (times == np.round(times)).all()


def test_two_models_are_resampled_together():
    units = np.arange(80)
    first, second = (resampled_sums(ones(80) * factor, units, np.full(80, 7), 30) for factor in (1, 2))
    assert (second == 2 * first).all()
    random = np.random.default_rng(0).random((80, 1))
    one, three = np.zeros(80, int), np.repeat([0, 1, 2], 80)
    alone = resampled_sums(sparse.csr_array(random), units, one, 30)
    thrice = resampled_sums(sparse.csr_array(np.tile(random, (3, 1))), np.tile(units, 3), three, 30)
    np.testing.assert_allclose(thrice, 3 * alone)  # seeds that agree do not change which units are drawn


def test_other_seeds_are_drawn_apart():
    values, units = sparse.csr_array(np.repeat([[0.0], [1.0]], 40, axis=0)), np.tile(np.arange(40), 2)
    first, same, other = (
        resampled_sums(values, units, np.repeat(seeds, 40), 200) for seeds in ([0, 1], [0, 1], [2, 3])
    )
    assert (first == same).all()
    assert abs(np.corrcoef(first[:, 0], other[:, 0])[0, 1]) < 0.3


def test_large_tables_in_several_parts_give_what_one_part_gives(monkeypatch):
    from fer_utils.evaluation import resampling

    added, units, seeds = ones(900), np.arange(900) // 3, np.zeros(900, int)
    whole = resampled_sums(added, units, seeds, 70)
    monkeypatch.setattr(resampling, "CHUNK", 1000)
    assert (resampled_sums(added, units, seeds, 70) == whole).all()


@pytest.mark.parametrize(
    ("subjects", "seeds", "known", "words"),
    [
        (["a", "a", "b"], [0, 0, 0], 2, "subjects"),
        (["a", "a", "b"], [0, 1, 0], 2, "subjects and seeds"),
        ([None, np.nan, ""], [0, 0, 0], None, "items, because subjects are unknown"),
    ],
)
def test_units_are_subjects_where_these_are_known(subjects, seeds, known, words):
    found = units_of(pd.DataFrame({"sample_id": list("xyz"), "subject": subjects, "seed": seeds}))
    assert (found.subjects, found.words) == (known, words)
