"""How often 95 % intervals hold the truth, and how often a difference is seen where there is none."""

import numpy as np
import pytest

from fer_utils.evaluation.coverage import FEW_SUBJECTS, MEASURED_COVERAGE
from fer_utils.evaluation.simulation import NAMES, SimulatedTest, measure

pytestmark = pytest.mark.slow
TRUTHS = 1000


def show(capsys, subjects, spread, held):
    with capsys.disabled():
        words = ", ".join(f"{name} {100 * share:.1f} %" for name, share in held.items())
        print(f"\n{subjects} subjects, {'alike' if spread else 'independent'} items: {words}", end="")


@pytest.mark.parametrize("spread", [0, 0.15])
@pytest.mark.parametrize("subjects", [FEW_SUBJECTS, 100])
def test_from_fifty_subjects_on_intervals_hold_92_to_97_percent_of_truths(subjects, spread, capsys):
    held = measure(SimulatedTest(subjects, spread=spread), TRUTHS)
    show(capsys, subjects, spread, held)
    for name in NAMES:
        assert 0.92 <= held[name] <= 0.97
        assert 0.92 <= held[f"{name} difference"] <= 0.97
        assert 0.03 <= held[f"{name} alarms"] <= 0.08


@pytest.mark.parametrize("subjects", [FEW_SUBJECTS, 100])
def test_intervals_of_a_true_difference_hold_it(subjects, capsys):
    held = measure(SimulatedTest(subjects, better=0.05), TRUTHS)
    show(capsys, subjects, 0.15, held)
    for name in NAMES:
        assert 0.92 <= held[f"{name} difference"] <= 0.97
        assert held[f"{name} alarms"] > 0.2  # here they are true


@pytest.mark.parametrize("subjects", sorted(MEASURED_COVERAGE))
def test_what_is_said_of_fewer_subjects_was_measured(subjects, capsys):
    """The lowest share among metrics and differences, with items of a person alike: no more is promised."""
    held = measure(SimulatedTest(subjects), TRUTHS)
    show(capsys, subjects, 0.15, held)
    said = MEASURED_COVERAGE[subjects]
    found = min(share for name, share in held.items() if "alarms" not in name)
    assert found == pytest.approx(said, abs=3 * np.sqrt(said * (1 - said) / TRUTHS))
