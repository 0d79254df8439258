import numpy as np
import pytest
from sklearn.calibration import calibration_curve

from fer_utils.errors import ParameterError
from fer_utils.evaluation.reliability import calibration_error, calibration_error_by_chance, reliability
from fer_utils.evaluation.scores import score

CLASSES = ("negative", "neutral", "positive")
P = [f"p_{name}" for name in CLASSES]


@pytest.mark.parametrize(("equal_counts", "strategy"), [(False, "uniform"), (True, "quantile")])
def test_bins_are_those_of_scikit_learn(answers, equal_counts, strategy):
    table = answers(subjects=100)
    curve = reliability(table, CLASSES, bins=8, equal_counts=equal_counts)
    right, confidence = table["y_true"] == table["y_pred"], table[P].max(axis=1)
    accuracies, means = calibration_curve(right, confidence, n_bins=8, strategy=strategy)
    filled = curve[curve["n"] > 0]
    np.testing.assert_allclose(filled["accuracy"], accuracies, atol=1e-9)
    np.testing.assert_allclose(filled["confidence"], means, atol=1e-9)
    assert curve["n"].sum() == len(table)


def test_the_curve_gives_the_calibration_error_of_the_score(answers, lose):
    table = lose(answers(), slice(0, 30))
    curve = reliability(table, CLASSES)
    assert calibration_error(curve) == pytest.approx(score(table, CLASSES).ece.value)
    assert curve["n"].sum() == 330


def test_bins_of_equal_counts_hold_equally_many(answers):
    curve = reliability(answers(), CLASSES, bins=6, equal_counts=True)
    assert curve["n"].between(55, 65).all()


def test_bars_hold_their_value_and_are_wider_where_few_are(answers):
    curve = reliability(answers(), CLASSES, bins=5).query("n > 0")
    assert (curve["accuracy_low"] <= curve["accuracy"]).all() and (curve["accuracy"] <= curve["accuracy_high"]).all()


def test_a_calibrated_model_shows_the_error_that_chance_gives_it(answers):
    """Right answers are drawn with the probability that the model gives them."""
    random, errors = np.random.default_rng(3), []
    table = answers(subjects=100)
    for _ in range(20):
        drawn = (random.random((len(table), 1)) > table[P].cumsum(axis=1)).sum(axis=1).clip(0, 2)
        table["y_true"] = np.array(CLASSES)[drawn]
        curve = reliability(table, CLASSES, resamples=2)
        errors.append((calibration_error(curve), calibration_error_by_chance(curve)))
    measured, expected = np.mean(errors, axis=0)
    assert measured == pytest.approx(expected, rel=0.2)


def test_scores_have_no_reliability(answers):
    with pytest.raises(ParameterError, match=r"needs probabilities\. n/a: the model stores scores"):
        reliability(answers(outputs="score"), CLASSES)
