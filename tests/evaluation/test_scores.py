import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score

from fer_utils.errors import ParameterError
from fer_utils.evaluation.scores import score

CLASSES = ("negative", "neutral", "positive")


def predictions(subjects=60, items=6, seeds=(0,), known=True):
    random = np.random.default_rng(1)
    rows = []
    for seed in seeds:
        for subject in range(subjects):
            for item in range(items):
                true = CLASSES[random.integers(3)]
                guess = true if random.random() < 0.7 else CLASSES[random.integers(3)]
                name = f"p{subject:03d}" if known else np.nan
                rows.append((f"s{subject}_{item}", name, subject % 10, seed, true, guess))
    return pd.DataFrame(rows, columns=["sample_id", "subject", "fold", "seed", "y_true", "y_pred"])


def test_values_equal_scikit_learn_and_lie_in_their_intervals():
    table = predictions()
    result = score(table, CLASSES)
    assert result.accuracy.value == pytest.approx(accuracy_score(table.y_true, table.y_pred))
    assert result.uar.value == pytest.approx(balanced_accuracy_score(table.y_true, table.y_pred))
    assert result.macro_f1.value == pytest.approx(f1_score(table.y_true, table.y_pred, average="macro"))
    for name in ("accuracy", "uar", "macro_f1"):
        interval = result.metric(name)
        assert interval.low < interval.value < interval.high
    assert (result.n, result.subjects, result.folds, result.seeds) == (360, 60, 10, 1)
    assert result.unit == "subjects"
    assert result.note == ""


def test_unknown_subjects_are_said_and_items_are_drawn():
    result = score(predictions(known=False), CLASSES)
    assert result.subjects is None
    assert result.unit.startswith("items")
    assert "unknown" in result.note


def test_few_subjects_are_said_to_give_intervals_that_are_too_narrow():
    assert "too narrow; with 10 they held 91.0 % of" in score(predictions(subjects=12), CLASSES).note
    assert "too narrow; these say little" in score(predictions(subjects=3), CLASSES).note


def test_items_are_counted_once_and_predictions_once_a_seed():
    result = score(predictions(seeds=(0, 1, 2)), CLASSES)
    assert (result.n, result.predictions, result.seeds) == (360, 1080, 3)
    assert result.confusion.sum() == 1080
    assert result.unit == "subjects and seeds"


def test_undetected_faces_lower_the_accuracy_but_not_that_over_detected_faces():
    table = predictions()
    table["y_pred"] = table["y_true"]
    table.loc[:35, "y_pred"] = np.nan
    result = score(table, CLASSES)
    assert result.undetected == 36
    assert result.accuracy.value == pytest.approx(0.9)
    assert result.accuracy_detected == 1


def test_per_class_numbers_have_intervals_and_supports_sum_to_all_items():
    result = score(predictions(), CLASSES)
    assert result.per_class["support"].sum() == 360
    recall = result.metric("recall", "neutral")
    assert recall.low < recall.value < recall.high
    assert recall.value == pytest.approx(result.confusion[1, 1] / result.confusion[1].sum())


def test_a_test_part_with_one_class_is_scored():
    table = predictions()
    table["y_true"] = "neutral"
    result = score(table, CLASSES)
    assert result.uar.value == result.accuracy.value
    assert result.majority == 1
    assert np.isnan(result.metric("recall", "positive").value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.iloc[:0], "no predictions"),
        (lambda t: t.drop(columns="seed"), r"lack the columns \['seed'\]"),
        (lambda t: pd.concat([t, t.iloc[:1]]), "predicted twice with seed 0"),
        (lambda t: t.assign(model=["a"] + ["b"] * (len(t) - 1)), "one model"),
        (lambda t: t.assign(y_pred="surprise"), "'surprise' is not one of the classes"),
    ],
)
def test_bad_tables_are_refused_with_the_reason(change, message):
    with pytest.raises(ParameterError, match=message):
        score(change(predictions()), CLASSES)
