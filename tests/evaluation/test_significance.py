import numpy as np
import pytest
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import NormalIndPower

from fer_utils.evaluation.significance import detectable_difference, holm, p_value


def test_holm_corrects_as_statsmodels_does():
    p_values = [0.04, 0.001, 0.3, 0.012, 0.012, 0.9]
    np.testing.assert_allclose(holm(p_values), multipletests(p_values, method="holm")[1])
    assert holm([0.03]).tolist() == [0.03] and holm([]).size == 0


def test_a_difference_that_no_resample_contradicts_has_the_smallest_p_value():
    assert p_value(np.full(1999, 0.1)) == pytest.approx(2 / 2000)
    assert p_value(np.array([0.1, -0.1] * 50)) == 1
    assert p_value(np.zeros(100)) == 1
    assert p_value(np.array([np.nan, 0.2, 0.2, 0.2])) == 0.5


def test_the_detectable_difference_is_found_in_four_experiments_of_five():
    """A z-test whose standard error is 1 has that power, says statsmodels; and so do simulated experiments."""
    difference = detectable_difference(np.random.default_rng(0).normal(size=200_000))
    assert difference == pytest.approx(2.80, abs=0.02)
    power = NormalIndPower(ddof=0).power(
        difference, nobs1=2, alpha=0.05, ratio=1
    )  # two groups of 2: variance 1 / 2 + 1 / 2
    assert power == pytest.approx(0.8, abs=0.01)
    measured = np.random.default_rng(1).normal(difference, 1, 20_000)
    assert (np.abs(measured) > 1.96).mean() == pytest.approx(0.8, abs=0.015)


def test_resamples_that_do_not_differ_say_nothing_about_power():
    assert np.isnan(detectable_difference(np.zeros(100)))
