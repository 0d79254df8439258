import numpy as np
import pandas as pd
import pytest

from fer_utils.evaluation.intervals import Interval
from fer_utils.evaluation.tables import beside_claims, in_words, published, score_models, score_table
from fer_utils.protocol import Protocol

CLASSES = ["negative", "neutral", "positive"]


def predictions(*models, n=60):
    random, tables = np.random.default_rng(0), []
    for model in models:
        true = random.choice(CLASSES, n, p=[0.5, 0.3, 0.2])
        guess = np.where(random.random(n) < 0.6, true, random.choice(CLASSES, n))
        table = pd.DataFrame({"model": model, "sample_id": [f"s{i}" for i in range(n)], "subject": np.nan})
        tables.append(table.assign(fold=0, seed=0, y_true=true, y_pred=guess))
    return pd.concat(tables, ignore_index=True)


def test_a_share_is_written_in_percent_with_its_interval():
    assert in_words(Interval(0.642, 0.6264, 0.6576)) == "64.2 % [62.6, 65.8]"


def test_models_are_scored_apart_and_in_the_order_they_were_run():
    table = predictions("svm", "knn")
    scores = score_models(table, iter(CLASSES))
    assert list(scores) == ["svm", "knn"]
    for model, found in scores.items():
        rows = table[table["model"] == model]
        assert found.n == 60 and found.accuracy.value == pytest.approx((rows["y_true"] == rows["y_pred"]).mean())


def test_models_stand_below_the_rate_of_always_answering_the_same():
    table = predictions("svm", "knn")
    scores = score_models(table, CLASSES)
    shown = score_table(scores, {"svm": "A linear SVM"})
    assert list(shown.index) == ["always the most frequent class", "A linear SVM", "knn"]
    majority = table[table["model"] == "svm"]["y_true"].value_counts(normalize=True).max()
    assert list(shown.iloc[0]) == [f"{100 * majority:.1f} %", "33.3 %", ""]
    assert shown.loc["knn", "accuracy [95 %]"] == in_words(scores["knn"].accuracy)


def test_calibration_and_faces_that_were_found_are_shown_when_asked_for(answers, lose):
    probable, scored = lose(answers(model="net"), slice(0, 30)), answers(model="svm", outputs="score")
    scores = score_models(pd.concat([probable, scored], ignore_index=True), CLASSES)
    assert list(score_table(scores)) == ["accuracy [95 %]", "UAR [95 %]", "macro-F1 [95 %]"]
    shown = score_table(scores, calibration=True, detected=True)
    assert list(shown)[3:] == [
        *(f"{name} of faces found [95 %]" for name in ("accuracy", "UAR", "macro-F1")),
        *("top-2 accuracy [95 %]", "ECE [95 %]", "NLL [95 %]", "Brier [95 %]"),
    ]
    assert (shown.loc["svm", ["ECE [95 %]", "NLL [95 %]", "Brier [95 %]"]] == "n/a").all()
    assert shown.loc["svm", "top-2 accuracy [95 %]"] == in_words(scores["svm"].top2)
    assert "%" in shown.loc["net", "ECE [95 %]"] and "%" not in shown.loc["net", "NLL [95 %]"]
    assert shown.loc["net", "accuracy [95 %]"] != shown.loc["net", "accuracy of faces found [95 %]"]
    assert shown.iloc[0].tolist()[2:] == [""] * 8


def test_two_models_with_one_title_are_two_rows():
    shown = score_table(score_models(predictions("a", "b"), CLASSES), {"a": "mini-Xception", "b": "mini-Xception"})
    assert len(shown) == 3 and list(shown.index[1:]) == ["mini-Xception"] * 2


def test_published_numbers_stand_as_printed():
    table = published("Table 4.7")
    assert {"svm_px_linear", "svm_px_gauss_medium", "bagged_trees_px"} <= set(table.index)
    assert table["published"].str.len().gt(0).all() and table["majority class would have"].str.contains("%").all()
    assert published("Table 99").empty


def test_synthetic_faces_stand_beside_the_claims_but_decide_nothing(faces):
    from dataclasses import replace

    table = replace(faces(), synthetic=True, name="synthetic")
    split = Protocol.for_table(table, "three-drop", folds=1).split(table)
    scores = score_models(predictions("svm_px_linear", "not_in_any_paper"), CLASSES)
    shown = beside_claims(split, scores, {})
    assert set(shown.index) == {"svm_px_linear"}
    assert not shown["verdict"].str.startswith(("reproduced", "higher", "lower")).any()
    assert in_words(scores["svm_px_linear"].accuracy) in set(shown["ours"])


def test_parameter_counts_are_compared_on_any_data(faces):
    from dataclasses import replace

    table = replace(faces(), synthetic=True, name="synthetic")
    split = Protocol.for_table(table, "three-drop", folds=1).split(table)
    scores = score_models(predictions("mini_xception_base"), CLASSES)
    for count, word in ((52339, "52,339"), (None, "not counted")):
        shown = beside_claims(split, scores, {}, {"mini_xception_base": count} if count else None)
        assert word in set(shown["ours"])


def test_a_network_that_is_only_counted_stands_beside_its_claim(faces):
    split = Protocol.for_table(faces(), "three-drop", folds=1).split(faces())
    shown = beside_claims(split, {}, {}, {"dense_mini_xception_standard": 420283})
    assert list(shown.index) == ["dense_mini_xception_standard"]
    assert shown["verdict"].iloc[0].startswith("reproduced: 420,283 rounds to 420K")


def test_numbers_that_differ_by_a_setting_say_so_and_a_run_stands_beside_its_own(faces):
    table = published("Table 6", "zennou2023")
    assert len(table) == 8 and table["what"].is_unique
    assert "accuracy; freeze = all, fc3 = true, pooling = max" in set(table["what"])
    assert (table["majority class would have"] == "16.7 % (six-contempt)").all()
    split = Protocol.for_table(faces(), "three-drop", folds=1).split(faces())
    scores = score_models(predictions("vggface"), CLASSES)
    shown = beside_claims(split, scores, {"freeze": "all", "fc3": True, "pooling": "max"})
    assert list(shown[shown["where"] == "Table 6"]["published"]) == ["0.4375"]
