import pytest

from fer_utils.errors import ParameterError
from fer_utils.evaluation.comparison_tables import transfer_table
from fer_utils.evaluation.scores import score
from fer_utils.evaluation.transfer import transfer_matrix

CLASSES = ("negative", "neutral", "positive")


@pytest.fixture
def pairs(answers):
    at_home, abroad = answers(right=0.9), answers(subjects=12, right=0.4, draw=2)
    return {("ckplus", "ckplus"): at_home, ("ckplus", "jaffe"): abroad, ("jaffe", "jaffe"): answers(subjects=12)}


def test_rows_are_trained_on_and_columns_tested_on(pairs):
    matrix = transfer_matrix(pairs, CLASSES)
    assert (list(matrix.index), list(matrix.columns)) == (["ckplus", "jaffe"], ["ckplus", "jaffe"])
    assert (matrix.index.name, matrix.columns.name) == ("trained on", "tested on")
    for (trained, tested), table in pairs.items():
        assert matrix.loc[trained, tested].value == pytest.approx(score(table, CLASSES).uar.value)
    assert matrix.loc["ckplus", "ckplus"].low > matrix.loc["ckplus", "jaffe"].high
    assert matrix.loc["jaffe", "ckplus"] is None


def test_pairs_that_were_not_run_say_so(pairs):
    shown = transfer_table(transfer_matrix(pairs, CLASSES))
    assert shown.loc["jaffe", "ckplus"] == "not run"
    assert "% [" in shown.loc["ckplus", "jaffe"]
    losses = transfer_table(transfer_matrix(pairs, CLASSES, "nll"), "nll")
    assert "%" not in losses.loc["ckplus", "jaffe"]


def test_what_is_wrong_is_said_with_its_pair(pairs):
    pairs["jaffe", "ckplus"] = pairs["ckplus", "ckplus"].iloc[:0]
    with pytest.raises(ParameterError, match="Trained on jaffe, tested on ckplus: There are no predictions"):
        transfer_matrix(pairs, CLASSES)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [({}, "There are no predictions: expected a mapping"), ({"ckplus": None}, "'ckplus' is no pair")],
)
def test_keys_are_pairs(wrong, message):
    with pytest.raises(ParameterError, match=message):
        transfer_matrix(wrong, CLASSES)


def test_an_unknown_metric_is_named(pairs):
    with pytest.raises(ParameterError, match=r"No metric 'macro-f1'.*Did you mean 'macro_f1'"):
        transfer_matrix(pairs, CLASSES, "macro-f1")
