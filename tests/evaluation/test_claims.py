import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from fer_utils.errors import ParameterError
from fer_utils.evaluation.claims import KINDS, load_claims, same_variant, verdict
from fer_utils.evaluation.intervals import Interval
from fer_utils.evaluation.scores import score

CLASSES = ("negative", "neutral", "positive")
REAL = {
    **{"dataset": "fer2013", "label_map": "three-drop", "split": "fer2013-public-as-test", "classes": list(CLASSES)},
    **{"synthetic": False, "partial": False, "smoke": False, "folds": 1, "folds_of": 1},
}


@pytest.fixture(scope="module")
def claims():
    return {claim.id: claim for claim in load_claims()}


def scored(accuracy, n=4000):
    right = np.arange(n) < round(accuracy * n)
    true = np.array(CLASSES)[np.arange(n) % 3]
    wrong = np.array(CLASSES)[(np.arange(n) + 1) % 3]
    table = pd.DataFrame({"sample_id": np.arange(n).astype(str), "subject": None, "fold": 0, "seed": 0})
    return score(table.assign(y_true=true, y_pred=np.where(right, true, wrong)), CLASSES)


def test_table_4_7_has_five_pixel_classifiers(claims):
    table = {c.model: c.value for c in claims.values() if c.table == "Table 4.7"}
    assert table == {
        "svm_px_linear": 0.578,
        "svm_px_quadratic": 0.622,
        "svm_px_cubic": 0.623,
        "svm_px_gauss_medium": 0.625,
        "bagged_trees_px": 0.599,
    }


def test_both_networks_have_nine_numbers_by_class_an_accuracy_and_a_size(claims):
    for model, accuracy, size in (("mini_xception_base", 0.84, 52_000), ("dense_mini_xception", 0.865, 94_000)):
        mine = [c for c in claims.values() if c.model == model]
        assert len([c for c in mine if c.emotion]) == 9
        assert [c.value for c in mine if c.metric == "accuracy"] == [accuracy]
        assert [c.value for c in mine if c.kind == "parameters"] == [size]
    assert claims["hussein2020-T4.12-dense_mini_xception-neutral-recall"].value == 0.69


def test_the_linear_svm_is_at_chance_when_surprise_counts_as_negative(claims):
    assert claims["hussein2020-T4.7-svm_px_linear"].at_chance == ("three-negative",)
    assert claims["hussein2020-T4.7-svm_px_gauss_medium"].at_chance == ()


@pytest.mark.parametrize(
    ("accuracy", "n", "word"),
    [(0.62, 4000, "reproduced"), (0.62, 400, "cannot tell"), (0.66, 4000, "higher"), (0.55, 400, "lower")],
)
def test_a_number_is_judged_by_where_the_claim_lies_in_our_interval(claims, accuracy, n, word):
    assert verdict(claims["hussein2020-T4.7-svm_px_gauss_medium"], REAL, scored(accuracy, n)).word == word


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"synthetic": True}, "no verdict: synthetic faces"),
        ({"synthetic": True, "dataset": "synthetic"}, "no verdict: synthetic faces"),
        ({"partial": True}, "no verdict: partial data"),
        ({"label_map": "seven"}, "protocol differs: classes are seven, not three-negative or three-drop"),
        ({"smoke": True, "folds_of": 10}, "protocol differs: smoke run of 1 of 10 folds"),
        ({"dataset": "ckplus"}, "protocol differs: data are ckplus, not fer2013"),
    ],
)
def test_data_and_protocol_decide_whether_a_number_is_judged_at_all(claims, change, expected):
    found = verdict(claims["hussein2020-T4.7-svm_px_gauss_medium"], REAL | change, scored(0.625))
    assert str(found).startswith(expected)


def test_training_on_some_images_is_not_the_papers_configuration(claims):
    claim = claims["hussein2020-T4.7-svm_px_cubic"]
    assert "max_train is 5000" in str(verdict(claim, REAL, scored(0.62), settings={"max_train": 5000}))
    assert verdict(claim, REAL, scored(0.62), settings={"max_train": 0}).word == "reproduced"


def test_a_network_trained_on_fer2013_alone_does_not_meet_the_cross_dataset_claim(claims):
    found = verdict(claims["hussein2020-text-mini_xception_base"], REAL, scored(0.84))
    assert found.word == "protocol differs"
    assert "fer2013+ckplus" in found.reason
    assert "split" in found.reason


@pytest.mark.parametrize("dataset", ["fer2013+ckplus", "ckplus+fer2013"])
def test_a_mixture_meets_the_claim_in_any_order(claims, dataset):
    same = REAL | {"dataset": dataset, "split": "random-80-20"}
    assert verdict(claims["hussein2020-text-mini_xception_base"], same, scored(0.84)).word == "reproduced"


def test_recall_of_a_class_is_compared_with_the_recall_of_that_class(claims):
    claim = claims["hussein2020-T4.11-mini_xception_base-neutral-recall"]
    same = REAL | {"dataset": "fer2013+ckplus", "split": "random-80-20"}
    assert verdict(claim, same, scored(0.61)).word == "reproduced"
    assert verdict(claim, same, scored(0.75)).word == "higher"


@pytest.mark.parametrize(
    ("model", "count", "word"),
    [
        ("mini_xception_base", 52_339, "reproduced"),
        ("dense_mini_xception", 94_059, "reproduced"),
        ("dense_mini_xception", 93_419, "lower"),
        ("dense_mini_xception_standard", 420_283, "reproduced"),
        ("mini_xception_base", 60_000, "higher"),
    ],
)
def test_parameter_counts_are_judged_on_synthetic_faces_too(claims, model, count, word):
    claim = claims[f"hussein2020-size-{model}"]
    assert verdict(claim, REAL | {"dataset": "synthetic", "synthetic": True}, None, count).word == word


def test_a_parameter_count_for_seven_classes_is_not_compared_with_one_for_three(claims):
    protocol = REAL | {"label_map": "seven", "classes": ["x"] * 7}
    found = verdict(claims["hussein2020-size-mini_xception_base"], protocol, None, 56_951)
    assert str(found) == "protocol differs: 7 classes, the paper's count is for 3"


def test_a_claim_without_a_run_is_not_run(claims):
    assert verdict(claims["hussein2020-T4.7-svm_px_cubic"]).word == "not run"


def test_a_broken_claims_file_is_named(tmp_path):
    (tmp_path / "somebody.yaml").write_text("paper: x\ngroups: {T1: {unit: stones}}\n")
    with pytest.raises(ParameterError, match=r"somebody\.yaml: not a claims file"):
        load_claims(tmp_path)


def test_a_class_without_test_items_gives_no_verdict_and_says_why(claims):
    claim = claims["hussein2020-T4.11-mini_xception_base-neutral-recall"]
    same = REAL | {"dataset": "fer2013+ckplus", "split": "random-80-20"}
    two = scored(0.9)
    table = two.per_class.copy()
    table.loc["neutral"] = math.nan
    found = verdict(claim, same, replace(two, per_class=table))
    assert str(found) == "cannot tell: our recall of neutral is not defined: there are no such test items"


def test_a_number_without_an_interval_gives_no_verdict_and_says_why(claims):
    unsure = replace(scored(0.625), accuracy=Interval(0.625, math.nan, math.nan))
    found = verdict(claims["hussein2020-T4.7-svm_px_gauss_medium"], REAL, unsure)
    assert found.word == "cannot tell"
    assert "has no interval" in found.reason


@pytest.mark.parametrize(
    ("settings", "word", "reason"),
    [
        ({"pca": False}, "reproduced", "76.9 % lies in our interval"),
        ({"pca": True}, "protocol differs", "pca is true, not what the claim needs (false)"),
        ({}, "protocol differs", "the run does not state pca, which the claim needs (false)"),
    ],
)
def test_a_number_of_one_variant_needs_a_run_of_that_variant(claims, settings, word, reason):
    claim = claims["hussein2020-T4.8-svm_cnn_linear-pca=false"]
    same = REAL | {"dataset": "fer2013+ckplus", "split": "random-80-20"}
    found = verdict(claim, same, scored(0.769), settings=settings)
    assert found.word == word
    assert reason in found.reason
    assert same_variant(claim, settings) is (word == "reproduced")


def test_a_head_of_other_sizes_is_not_compared_by_its_parameter_count(claims):
    claim = claims["hussein2020-TA.3-tl_vgg16-head=128-64"]
    assert verdict(claim, REAL, None, 74_115, {"head": "128-64"}).word == "reproduced"
    assert verdict(claim, REAL, None, 74_116, {"head": "128-64"}).word == "higher"  # printed to the last digit
    assert verdict(claim, REAL, None, 526_851, {"head": "512-512"}).word == "protocol differs"


def test_a_narrow_network_is_not_compared_by_its_parameter_count(claims):
    claim = claims["hussein2020-T4.9-tl_vgg16-head=512-512"]
    narrow = verdict(claim, REAL, None, 297_475, {"head": "512-512", "width": 0.125})
    assert (narrow.word, "width is 0.125, not what the claim needs (1.0)" in narrow.reason) == (
        "protocol differs",
        True,
    )
    assert verdict(claim, REAL, None, 526_851, {"head": "512-512", "width": 1.0}).word == "reproduced"


def test_a_body_without_imagenet_is_not_compared_by_its_accuracy(claims):
    claim = claims["hussein2020-TL-text-tl_vgg16"]
    same = REAL | {"dataset": "fer2013+ckplus", "split": "random-80-20"}
    settings = {"width": 1.0, "weights": "imagenet"}
    assert verdict(claim, same, scored(0.732), settings=settings).word == "reproduced"
    assert "weights is none" in verdict(claim, same, scored(0.732), settings=settings | {"weights": "none"}).reason


def test_a_number_for_sequences_is_not_compared_with_one_for_images(claims):
    claim = claims["hussein2020-T6.1-ckplus-cnn_lstm_ck"]
    same = REAL | {"dataset": "ckplus", "label_map": "three-negative-contempt", "split": "random-clips-80-20"}
    assert "each image is counted, not each sequence" in str(verdict(claim, same | {"unit": "image"}, scored(0.746)))
    assert verdict(claim, same | {"unit": "sequence"}, scored(0.746)).word == "reproduced"


def test_both_readings_of_an_ambiguous_label_map_get_a_verdict_each(claims):
    claim = claims["hussein2020-T4.7-svm_px_gauss_medium"]
    for labels in ("three-drop", "three-negative"):
        assert verdict(claim, REAL | {"label_map": labels}, scored(0.625)).word == "reproduced"


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("setting", "settings are listed only"),
        ("dataset fact", "dataset facts are listed only"),
        ("quoted", "somebody else's result"),
        ("repeated", "stands elsewhere in the paper, too"),
        ("other result", "no score here averages it so"),
    ],
)
def test_what_is_no_result_of_the_paper_gets_no_verdict(kind, reason):
    first = next(c for c in load_claims(kinds=[kind]) if kind != "other result" or c.metric == "weighted f1")
    assert str(verdict(first, REAL, scored(0.5))) == f"no verdict: {reason}"


def test_claims_are_those_that_get_verdicts_unless_others_are_asked_for():
    assert {claim.kind for claim in load_claims()} == {"result", "parameters"}
    assert {claim.kind for claim in load_claims(kinds=KINDS)} == set(KINDS)
