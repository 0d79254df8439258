import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, balanced_accuracy_score, confusion_matrix, f1_score

from fer_utils.errors import ParameterError
from fer_utils.evaluation.scores import score

CLASSES = ("negative", "neutral", "positive")


def predictions(subjects=60, items=6, seeds=(0,), known=True):
    random, rows = np.random.default_rng(1), []
    shown = np.random.default_rng(2).integers(0, 3, (subjects, items))
    for seed in seeds:
        for subject in range(subjects):
            for item in range(items):
                true = CLASSES[shown[subject, item]]
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


def test_people_of_a_mixture_are_drawn_whole_where_they_are_known():
    known, unknown = predictions(subjects=40), predictions(subjects=40, known=False)
    known = known.assign(sample_id="ckplus/" + known["sample_id"], subject="ckplus/" + known["subject"])
    unknown = unknown.assign(sample_id="fer2013/" + unknown["sample_id"])
    found = score(pd.concat([known, unknown], ignore_index=True), CLASSES)
    assert found.subjects is None and found.unit == "subjects, and items whose subject is unknown"
    lost = pd.concat([known, unknown], ignore_index=True)
    lost.loc[3, "subject"] = np.nan
    with pytest.raises(ParameterError, match=r"1 of 480 predictions have no subject.*'ckplus/"):
        score(lost, CLASSES)


def test_few_subjects_are_said_to_give_intervals_that_are_too_narrow():
    assert "too narrow; with 10 they held 89.5 % of" in score(predictions(subjects=12), CLASSES).note
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


def test_a_class_that_is_not_tested_does_not_lower_the_mean_recall():
    table = predictions()
    table = table[table["y_true"] != "positive"]
    result = score(table, CLASSES)
    assert np.isnan(result.metric("recall", "positive").value)
    recalls = [result.metric("recall", name).value for name in ("negative", "neutral")]
    assert result.uar.value == pytest.approx(np.mean(recalls))


def test_both_denominators_are_there_for_accuracy_uar_and_macro_f1(answers, lose):
    table = answers()
    result, found = score(lose(table, slice(0, 36)), CLASSES), score(table.iloc[36:], CLASSES)
    for name in ("accuracy", "uar", "macro_f1"):
        assert result.metric(f"{name}_of_detected").value == pytest.approx(found.metric(name).value)
        assert result.metric(name).value < result.metric(f"{name}_of_detected").value
    assert result.accuracy_detected == result.accuracy_of_detected.value


def test_folds_are_pooled_and_averaged(answers):
    table = answers(subjects=24)  # folds 0 to 3 have three people, the others two
    result = score(table, CLASSES)
    rows = [rows for _, rows in table.groupby("fold")]
    matrices = [confusion_matrix(r["y_true"], r["y_pred"], labels=CLASSES) for r in rows]
    np.testing.assert_array_equal(result.confusion[:, :-1], sum(matrices))
    np.testing.assert_allclose(result.confusion_mean[:, :-1], np.mean(matrices, axis=0))
    rates = [confusion_matrix(r["y_true"], r["y_pred"], labels=CLASSES, normalize="true") for r in rows]
    np.testing.assert_allclose(result.confusion_mean_rate[:, :-1], np.mean(rates, axis=0))
