import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, balanced_accuracy_score, f1_score

from fer_utils.evaluation.comparisons import compare
from fer_utils.evaluation.coverage import MEASURED_COVERAGE, coverage_note
from fer_utils.evaluation.named_metrics import metric_interval
from fer_utils.evaluation.simulation import NAMES, SimulatedTest, measure

CLASSES = ("a", "b", "c")


def tables(test, random):
    """One simulated test part as predictions of two models."""
    true, answers, people = test.draw(random)
    parts = {"sample_id": [f"s{i:04d}" for i in range(len(true))], "subject": [f"p{p:03d}" for p in people]}
    parts |= {"fold": 0, "seed": 0, "y_true": np.array(CLASSES)[true]}
    return [pd.DataFrame(parts | {"y_pred": np.array(CLASSES)[answer]}) for answer in answers]


def test_the_truth_is_what_very_many_people_show():
    test = SimulatedTest(20_000, better=0.05)
    true, answers, _ = test.draw(np.random.default_rng(0))
    theirs = {"accuracy": accuracy_score, "uar": balanced_accuracy_score}
    theirs["macro_f1"] = lambda truth, answer: f1_score(truth, answer, average="macro")
    for name, metric in theirs.items():
        found = [metric(true, answer) for answer in answers]
        assert found == pytest.approx(test.truth(name), abs=0.005)


@pytest.mark.parametrize("spread", [0, 0.15])
def test_items_of_a_person_are_alike_as_the_spread_says(spread):
    true, answers, _ = SimulatedTest(4000, items=20, spread=spread).draw(np.random.default_rng(0))
    right = np.where(true == 0, answers[0] == true, np.nan).reshape(4000, 20)
    pairs = np.array([row[~np.isnan(row)][:2] for row in right if (~np.isnan(row)).sum() > 1])
    assert np.corrcoef(pairs.T)[0, 1] == pytest.approx(spread / (1 + spread), abs=0.04)


def test_what_is_simulated_is_what_scores_and_comparisons_do():
    """The simulation takes a short cut; it must say what `compare` says of the same test parts."""
    test, random, truths = SimulatedTest(25), np.random.default_rng(11), 20
    held = dict.fromkeys(("uar", "uar difference", "uar alarms"), 0)
    for trial in range(truths):
        first, second = tables(test, random)
        found = compare(first, second, CLASSES, "uar", 200, trial)
        held["uar"] += test.truth("uar")[0] in metric_interval(first, CLASSES, "uar", 200, trial)
        held["uar difference"] += 0 in found.difference
        held["uar alarms"] += found.p_value < 0.05
    assert measure(test, truths, 200, ["uar"]) == {name: count / truths for name, count in held.items()}


@pytest.mark.parametrize("spread", [0, 0.15])
def test_intervals_over_fifty_people_hold_the_truth(spread):
    held = measure(SimulatedTest(50, spread=spread), 120, resamples=300)
    for name in NAMES:
        assert 0.88 <= held[name] <= 0.99
        assert 0.88 <= held[f"{name} difference"] <= 0.99
        assert held[f"{name} alarms"] <= 0.12


def test_a_better_model_is_found_more_often_with_more_people():
    powers = [measure(SimulatedTest(people, better=0.05), 100, 200, ["uar"])["uar alarms"] for people in (10, 100)]
    assert powers[1] > powers[0] + 0.15


def test_few_people_are_said_to_give_intervals_that_are_too_narrow():
    assert list(MEASURED_COVERAGE.values()) == sorted(MEASURED_COVERAGE.values())
    assert f"with 10 they held {100 * MEASURED_COVERAGE[10]:.1f} % of" in coverage_note(12)
    assert "these say little" in coverage_note(3)
    assert coverage_note(50) == "" and "unknown" in coverage_note(None)
