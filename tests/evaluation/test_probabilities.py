import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, log_loss, top_k_accuracy_score

from fer_utils.errors import ParameterError
from fer_utils.evaluation.scores import score

CLASSES = ("negative", "neutral", "positive")
P = [f"p_{name}" for name in CLASSES]


def plain_ece(table):
    """Guo et al. 2017, equation 3, one bin after the other."""
    confidence, right = table[P].max(axis=1), table["y_true"] == table["y_pred"]
    total = 0
    for number in range(15):
        inside = (confidence > number / 15) & (confidence <= (number + 1) / 15)
        if inside.any():
            total += inside.mean() * abs(confidence[inside].mean() - right[inside].mean())
    return total


def test_probabilities_are_scored_as_scikit_learn_does(answers):
    table = answers(seeds=(0, 1))
    result = score(table, CLASSES)
    values = table[P].to_numpy()
    values = values / values.sum(axis=1, keepdims=True)
    assert result.nll.value == pytest.approx(log_loss(table["y_true"], values), abs=1e-5)
    brier = brier_score_loss(table["y_true"], values, labels=CLASSES, scale_by_half=False)
    assert result.brier.value == pytest.approx(brier, abs=1e-5)
    assert result.top2.value == pytest.approx(top_k_accuracy_score(table["y_true"], values, k=2))
    assert result.ece.value == pytest.approx(plain_ece(table))
    for name in ("ece", "nll", "brier", "top2"):
        interval = result.metric(name)
        assert interval.low < interval.value < interval.high
    assert result.outputs == "probabilities" and result.missing == ""


def test_a_sure_and_right_model_has_no_error_and_a_sure_and_wrong_one_the_largest(answers):
    table = answers()
    for shift, ece, brier, nll in ((0, 0, 0, 0), (1, 1, 2, -np.log(5e-7))):
        answer = (table["y_true"].map(CLASSES.index) + shift) % 3
        table["y_pred"] = np.array(CLASSES)[answer]
        table[P] = np.eye(3)[answer]
        result = score(table, CLASSES, resamples=20)
        assert (result.ece.value, result.brier.value) == (ece, brier)
        assert result.nll.value == pytest.approx(nll)


def test_scores_have_a_top_2_accuracy_and_the_rest_says_why_it_is_missing(answers):
    probable, scored = score(answers(), CLASSES), score(answers(outputs="score"), CLASSES)
    assert scored.top2 == probable.top2
    assert all(np.isnan(getattr(scored, name).value) for name in ("ece", "nll", "brier"))
    assert scored.missing == "n/a: the model stores scores, not probabilities"


def test_a_model_that_only_names_classes_has_no_top_2_accuracy(answers):
    result = score(answers(outputs=None), CLASSES)
    assert np.isnan(result.top2.value) and result.outputs == "answers" and "stores answers" in result.missing


def test_empty_probability_columns_of_another_model_are_no_probabilities(answers):
    table = answers(outputs="score").assign(**dict.fromkeys(P, np.nan))
    assert score(table, CLASSES, resamples=20).outputs == "scores"


def test_a_model_that_is_always_undecided_has_the_top_2_accuracy_of_guessing(answers):
    table = answers(subjects=200).assign(y_pred="negative", **dict.fromkeys(P, 0.333333))
    assert score(table, CLASSES, resamples=20).top2.value == pytest.approx(2 / 3, abs=0.05)


def test_faces_that_were_not_found_have_no_calibration_but_lower_the_top_2_accuracy(answers, lose):
    table = answers()
    whole, found = score(lose(table, slice(0, 36)), CLASSES), score(table.iloc[36:], CLASSES)
    for name in ("ece", "nll", "brier"):
        assert whole.metric(name).value == pytest.approx(found.metric(name).value)
    assert whole.top2.value == pytest.approx(0.9 * found.top2.value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"p_neutral": np.nan}, "Row 7, item 's0007': only some probabilities are filled in: .*p_neutral nan"),
        (dict.fromkeys(P, np.nan), "Row 7, item 's0007': an answer in y_pred, but no probabilities"),
        ({"y_pred": None}, "Row 7, item 's0007': no answer, .* but probabilities"),
        (dict(zip(P, (0.9, 0.9, 0.9), strict=True)), "Row 7, item 's0007': the probabilities do not sum to 1"),
        (dict(zip(P, (1.2, -0.1, -0.1), strict=True)), "Row 7, item 's0007': a probability is negative"),
        ({"p_positive": np.inf}, "Row 7, item 's0007': not all probabilities are numbers: .*inf"),
        (
            {"y_pred": "neutral"} | dict(zip(P, (0.6, 0.3, 0.1), strict=True)),
            "Row 7, item 's0007': y_pred is not the class with the largest probability",
        ),
    ],
)
def test_probabilities_that_are_none_are_refused_with_row_and_item(answers, change, message):
    table = answers()
    for column, value in change.items():
        table.loc[7, column] = value
    with pytest.raises(ParameterError, match=message):
        score(table, CLASSES)


def test_text_among_probabilities_is_named(answers):
    table = answers().astype({"p_neutral": object})
    table.loc[3, "p_neutral"] = "high"
    with pytest.raises(ParameterError, match=r"Row 3, item 's0003': not all probabilities are numbers: .*high"):
        score(table, CLASSES)


def test_a_missing_column_is_named(answers):
    with pytest.raises(ParameterError, match="have 'p_negative' but no column 'p_positive'"):
        score(answers().drop(columns="p_positive"), CLASSES)
