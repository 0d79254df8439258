import pandas as pd
import pytest

from fer_utils.evaluation.comparison_tables import comparison_table, p_in_words
from fer_utils.evaluation.comparisons import compare_all

CLASSES = ("negative", "neutral", "positive")


@pytest.fixture
def models(answers):
    tables = [
        answers(right=right, draw=draw, model=name) for draw, (name, right) in enumerate({"a": 0.9, "b": 0.5}.items())
    ]
    return pd.concat(tables, ignore_index=True)


def test_differences_are_in_points_with_interval_p_value_and_what_could_be_shown(models):
    compared = compare_all(models, CLASSES)
    shown = comparison_table(compared, {"a": "mini-Xception"})
    assert list(shown.iloc[0, :2]) == ["mini-Xception", "b"]
    row = compared.iloc[0]
    written = shown["difference of uar, points [95 %]"][0]
    assert written == f"{100 * row.difference:+.1f} [{100 * row.low:+.1f}, {100 * row.high:+.1f}]" and written[0] == "+"
    assert shown["p (bootstrap, Holm)"][0] == p_in_words(row.p_holm)
    assert shown["can show, points"][0] == f"{100 * row.detectable:.1f}"


def test_a_loss_is_no_share(models):
    shown = comparison_table(compare_all(models, CLASSES, "nll"))
    assert shown["difference of nll [95 %]"][0].startswith("-") and "can show" in shown


def test_models_with_the_same_answers_could_show_nothing(models):
    same = pd.concat([models[models["model"] == "a"], models[models["model"] == "a"].assign(model="b")])
    assert comparison_table(compare_all(same, CLASSES))["can show, points"][0] == "n/a"


@pytest.mark.parametrize(
    ("p_value", "words"),
    [(0.0004, "< 0.001"), (0.00123, "0.0012"), (0.0456, "0.046"), (0.45678, "0.46"), (1.0, "1.00")],
)
def test_small_p_values_have_two_digits(p_value, words):
    assert p_in_words(p_value) == words
