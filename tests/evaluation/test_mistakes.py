import numpy as np
import pandas as pd
import pytest

from fer_utils.errors import ParameterError
from fer_utils.evaluation.mistakes import (
    bought,
    bought_by_dropping,
    bought_by_trying,
    lint_line,
    mistakes_picture,
    mistakes_table,
)
from fer_utils.protocol.lint_report import Finding, LintReport


def answers(right, people=7, seed=0):
    """Predictions of as many pictures, people in turn; `right` says where they are right."""
    right = np.asarray(right)
    rows = {"sample_id": [f"x{i}" for i in range(len(right))], "subject": [f"p{i % people}" for i in range(len(right))]}
    return pd.DataFrame(rows | {"fold": 0, "seed": seed, "y_true": "a", "y_pred": np.where(right, "a", "b")})


def test_a_mistake_that_changes_no_answer_buys_nothing():
    same = answers(np.arange(100) % 3 == 0)
    found = bought(same, same)
    assert (found.gain.value, found.gain.low, found.gain.high) == (0, 0, 0)


def test_the_gain_is_the_difference_on_the_same_pictures_alone():
    honest = answers(np.arange(100) < 40)
    claimed = answers(np.arange(100) < 70).iloc[20:80]  # 50 of 60 right, honestly 20 of 60
    found = bought(claimed, honest)
    assert found.claimed == pytest.approx(50 / 60) and found.honest == pytest.approx(20 / 60)
    assert found.gain.value == pytest.approx(0.5) and found.gain.low < 0.5 < found.gain.high


def test_hard_pictures_are_hard_for_both_so_the_interval_is_narrower_than_that_of_either():
    draw = np.random.default_rng(0)
    easy = np.repeat(draw.random(40) < 0.5, 10)  # people are easy or hard as a whole
    honest = answers(easy).assign(subject=np.repeat([f"p{i}" for i in range(40)], 10))
    claimed = honest.assign(y_pred=np.where(easy | (draw.random(400) < 0.1), "a", "b"))
    apart = bought(claimed, honest.assign(y_pred="b"))
    assert bought(claimed, honest).gain.half_width < 0.5 * apart.gain.half_width


def test_a_picture_without_an_honest_answer_is_refused():
    with pytest.raises(ParameterError, match="1 pictures have no honest prediction"):
        bought(answers([True, True]), answers([True]))


def test_dropping_failures_buys_the_share_of_failures_times_the_accuracy_of_the_rest():
    predictions = answers(np.arange(100) % 2 == 0)
    predictions.loc[predictions.index % 5 == 0, "y_pred"] = None
    found = bought_by_dropping(predictions, ["a", "b"])
    assert found.claimed == pytest.approx(40 / 80) and found.honest == pytest.approx(40 / 100)
    assert found.gain.value == pytest.approx(0.2 * 0.5)


def test_the_best_of_one_try_buys_nothing_and_of_more_tries_more():
    accuracies = np.random.default_rng(0).normal(0.5, 0.05, 40)
    one, five, twenty = (bought_by_trying(accuracies, tries).gain.value for tries in (1, 5, 20))
    assert abs(one) < 0.005 and 0.03 < five < twenty <= accuracies.max() - accuracies.mean()


def test_the_line_of_a_rule_is_the_linters_own_and_a_clean_split_has_none():
    report = LintReport((Finding("error", "shared subjects", "12 test images share a person.", 12),))
    assert lint_line(report, "shared subjects") == "Linter: error: shared subjects - 12 test images share a person."
    assert lint_line(LintReport(()), "shared subjects") == "Linter: no finding 'shared subjects'; the verdict is: clean"


def test_table_picture_and_text_say_the_same_numbers():
    found = {"1 toy": bought(answers(np.arange(100) < 70), answers(np.arange(100) < 40))}
    words = str(found["1 toy"]).split("buys ")[1]
    table = mistakes_table(found, {"1 toy": "nobody"})
    assert table.loc["1 toy", "buys [95 %]"] == words and words.startswith("+30.0 points [")
    assert words in mistakes_picture(found).alt and "<b>+30.0 points</b>" in found["1 toy"]._repr_html_()
