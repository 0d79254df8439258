"""What a paired comparison says about a published order of two models."""

import pytest

from fer_utils.evaluation.claims import load_orderings, ordering_verdict
from fer_utils.evaluation.comparisons import Comparison
from fer_utils.evaluation.intervals import Interval

PAPER = {"dataset": "sase_fe", "label_map": "six-contempt", "split": "participants-40-8"}
DRAWN = {"dataset": "synthetic", "label_map": "seven", "split": "subject-kfold", "synthetic": True, "smoke": True}


def paired(difference, low, high, p=0.001):
    return Comparison(
        "accuracy", 0.8, 0.7, Interval(difference, low, high), p, 0.1, 240, 12, "subjects", "one each", ""
    )


@pytest.fixture(scope="module")
def symmetry():
    return {ordering.id: ordering for ordering in load_orderings()}["zennou2023-no-symmetry-beats-soft"]


@pytest.mark.parametrize(
    ("comparison", "word"),
    [
        (paired(0.12, 0.05, 0.19), "holds"),
        (paired(-0.12, -0.19, -0.05), "reversed"),
        (paired(0.02, -0.05, 0.09, p=0.4), "cannot tell"),
        (paired(0.03, 0.001, 0.06, p=0.09), "cannot tell"),  # the interval and the corrected test disagree
        (paired(0.12, 0.05, 0.19, p=float("nan")), "cannot tell"),
        (paired(float("nan"), float("nan"), float("nan")), "cannot tell"),
        (paired(0, 0, 0, p=1.0), "cannot tell"),
    ],
)
def test_an_order_holds_where_the_interval_is_on_one_side_of_zero(symmetry, comparison, word):
    assert ordering_verdict(symmetry, comparison, PAPER).word == word


def test_an_order_is_not_run_without_a_comparison(symmetry):
    found = ordering_verdict(symmetry)
    assert found.word == "not run"
    assert "vggface_frontal (symmetry = none) and vggface_frontal (symmetry = soft)" in found.reason


def test_a_corrected_p_value_counts_in_place_of_the_own_one(symmetry):
    found = ordering_verdict(symmetry, paired(0.12, 0.05, 0.19), PAPER, p_value=0.06)
    assert found.word == "cannot tell" and "p = 0.06" in found.reason


def test_the_data_always_stand_beside_the_verdict(symmetry):
    found = ordering_verdict(symmetry, paired(0.12, 0.05, 0.19), PAPER)
    assert (found.data, found.apart) == ("sase_fe/six-contempt/participants-40-8", False)
    assert "+12.0 points, +5.0 to +19.0, p = 0.001, 240 test items of 12 people; the paper has +14.0" in str(found)
    assert str(found).endswith("(on sase_fe/six-contempt/participants-40-8)")


def test_drawn_faces_decide_an_order_and_are_listed_apart(symmetry):
    found = ordering_verdict(symmetry, paired(0.12, 0.05, 0.19), DRAWN)
    assert (found.word, found.apart) == ("holds", True)
    assert found.data == (
        "synthetic/seven/subject-kfold; synthetic, smoke, the paper has sase_fe, the paper has six-contempt"
    )


@pytest.mark.parametrize("change", [{"partial": True}, {"dataset": "oulu_casia"}, {"label_map": "six"}])
def test_partial_and_other_data_are_listed_apart_too(symmetry, change):
    assert ordering_verdict(symmetry, paired(0.12, 0.05, 0.19), PAPER | change).apart


def test_every_paper_with_results_has_orderings_and_each_is_what_its_numbers_say():
    orderings = load_orderings()
    assert len({ordering.id for ordering in orderings}) == len(orderings) == 39
    assert {o.better.paper for o in orderings} == {"adebayo2021", "hussein2020", "wupan2019", "zennou2023"}
    for ordering in orderings:
        assert ordering.difference > 0, ordering.id
        assert ordering.better.metric == ordering.worse.metric, ordering.id
        assert {ordering.better.kind, ordering.worse.kind} == {"result"}, ordering.id
    by_id = {ordering.id: round(100 * ordering.difference, 1) for ordering in orderings}
    assert by_id["zennou2023-no-symmetry-beats-soft"] == 14.0
    assert by_id["zennou2023-gru-beats-lstm-twelve"] == 2.4
    assert by_id["hussein2020-features-beat-pixels"] == 14.4
    assert by_id["hussein2020-dense-beats-base"] == 2.5
    assert by_id["adebayo2021-fan-beats-deep-emotion"] == 2.6
