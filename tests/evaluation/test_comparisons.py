import numpy as np
import pandas as pd
import pytest
from scipy.stats import bootstrap
from statsmodels.stats.multitest import multipletests

from fer_utils.errors import ParameterError
from fer_utils.evaluation.comparisons import compare, compare_all
from fer_utils.evaluation.named_metrics import METRICS
from fer_utils.evaluation.scores import score

CLASSES = ("negative", "neutral", "positive")


@pytest.mark.parametrize("metric", METRICS)
def test_every_metric_is_compared_and_is_that_of_the_scores(answers, lose, metric):
    first, second = lose(answers(right=0.8), slice(0, 9)), answers(right=0.4, draw=2)
    found = compare(first, second, CLASSES, metric, resamples=300)
    ours = [score(table, CLASSES, resamples=20).metric(metric).value for table in (first, second)]
    assert [found.first, found.second] == pytest.approx(ours)
    assert found.difference.value == pytest.approx(ours[0] - ours[1])
    assert found.difference.low <= found.difference.value <= found.difference.high
    assert (found.n, found.subjects, found.unit, found.seeds, found.note) == (360, 60, "subjects", "one each", "")


def test_the_paired_interval_is_that_of_scipy(answers):
    first, second = answers(known=False), answers(known=False, right=0.6, draw=2)
    found = compare(first, second, CLASSES, "accuracy", resamples=4000)
    right = [(table["y_true"] == table["y_pred"]).to_numpy(float) for table in (first, second)]
    options = {"paired": True, "method": "percentile", "n_resamples": 4000, "rng": np.random.default_rng(0)}
    theirs = bootstrap(right, lambda a, b, axis: (a - b).mean(axis), **options)
    np.testing.assert_allclose([found.difference.low, found.difference.high], theirs.confidence_interval, atol=0.006)
    assert found.detectable == pytest.approx(2.80 * theirs.standard_error, rel=0.05)
    assert found.subjects is None and "unknown" in found.note


def test_pairing_makes_the_difference_of_like_models_more_precise(answers):
    first = answers(right=0.6)
    second = first.copy()
    second.loc[::20, "y_pred"] = "neutral"
    names = [name for name in first if name.startswith("p_")]
    first, second = first.drop(columns=names), second.drop(columns=names)
    paired = compare(first, second, CLASSES, "accuracy").difference.half_width
    assert paired < 0.5 * score(first, CLASSES).accuracy.half_width


def test_the_difference_turns_round_with_the_models_and_ignores_the_order_of_rows(answers):
    first, second = answers(right=0.8), answers(right=0.5, draw=2)
    found = compare(first, second, CLASSES)
    turned = compare(second.sample(frac=1, random_state=3), first, CLASSES)
    assert found.difference.low == pytest.approx(-turned.difference.high)
    assert found.p_value == turned.p_value == 2 / 2001


def test_equal_predictions_do_not_differ_and_nothing_is_said_of_power(answers):
    found = compare(answers(), answers(), CLASSES)
    assert (found.difference.value, found.difference.low, found.difference.high, found.p_value) == (0, 0, 0, 1)
    assert np.isnan(found.detectable)


def test_matched_seeds_share_what_is_common_to_them(answers):
    """Seed 1 went badly for both models: matched, that is no difference between them."""
    good, bad = answers(right=0.9, outputs=None), answers(right=0.4, outputs=None)
    both = pd.concat([good.assign(seed=0), bad.assign(seed=1)], ignore_index=True)
    assert compare(both, both.copy(), CLASSES).difference.half_width == 0
    apart = compare(both, both.assign(seed=both["seed"] + 5), CLASSES)
    assert apart.seeds == "drawn apart" and apart.difference.half_width > 0.1
    uneven = compare(both, good, CLASSES)
    assert uneven.seeds == "drawn apart" and uneven.unit == "subjects and seeds"


def test_few_subjects_are_said(answers):
    assert "Only 12 subjects" in compare(answers(subjects=12), answers(subjects=12, draw=2), CLASSES).note


@pytest.mark.parametrize(
    ("change", "metric", "message"),
    [
        (lambda t: t.iloc[1:], "uar", "1 items only the first model has: 's0000'"),
        (lambda t: t.iloc[:0], "uar", "no predictions"),
        (lambda t: t, "f2", "No metric 'f2'. Known: accuracy, uar"),
        (lambda t: t.drop(columns=["p_negative", "p_neutral", "p_positive"]), "ece", "'ece' needs probabilities. n/a"),
    ],
)
def test_what_cannot_be_compared_is_refused(answers, change, metric, message):
    with pytest.raises(ParameterError, match=message):
        compare(answers(), change(answers(draw=2)), CLASSES, metric)


def test_all_pairs_are_compared_and_corrected_for_their_number(answers):
    models = {"svm": 0.8, "knn": 0.78, "tree": 0.4}
    table = pd.concat([answers(right=r, draw=i, model=m) for i, (m, r) in enumerate(models.items())], ignore_index=True)
    found = compare_all(table, CLASSES)
    assert list(zip(found["first"], found["second"], strict=True)) == [("svm", "knn"), ("svm", "tree"), ("knn", "tree")]
    np.testing.assert_allclose(found["p_holm"], multipletests(found["p"], method="holm")[1])
    np.testing.assert_allclose(found["mcnemar_p_holm"], multipletests(found["mcnemar_p"], method="holm")[1])
    svm, knn = (table[table["model"] == name] for name in ("svm", "knn"))
    alone = compare(svm, knn, CLASSES)
    assert found.loc[0, ["difference", "p", "detectable"]].tolist() == [
        alone.difference.value,
        alone.p_value,
        alone.detectable,
    ]
    assert (found["p_holm"][1:] < 0.05).all() and found["p_holm"][0] > 0.05


def test_each_model_is_compared_with_one_and_corrected_for_fewer_comparisons(answers):
    models = {"svm": 0.8, "knn": 0.7, "tree": 0.4}
    table = pd.concat([answers(right=r, draw=i, model=m) for i, (m, r) in enumerate(models.items())], ignore_index=True)
    found, pairs = compare_all(table, CLASSES, reference="knn"), compare_all(table, CLASSES)
    assert list(zip(found["first"], found["second"], strict=True)) == [("svm", "knn"), ("tree", "knn")]
    np.testing.assert_allclose(found["difference"], [pairs["difference"][0], -pairs["difference"][2]])
    np.testing.assert_allclose(found["p_holm"], multipletests(found["p"], method="holm")[1])
    with pytest.raises(ParameterError, match=r"No model 'kn' to compare with.*Did you mean 'knn'"):
        compare_all(table, CLASSES, reference="kn")


def test_one_model_is_no_comparison(answers):
    with pytest.raises(ParameterError, match=r"at least two models .* found \['svm'\]"):
        compare_all(answers(model="svm"), CLASSES)
