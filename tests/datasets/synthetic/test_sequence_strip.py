from itertools import groupby

import numpy as np
import pytest

from fer_utils.datasets.synthetic.sequence_strip import phase_of, sequence_strip
from fer_utils.errors import ParameterError


def test_a_strip_goes_from_rest_over_the_apex_to_rest():
    strip = sequence_strip(39, frames=8, size=48)
    assert strip.image.shape == (48, 8 * 48, 3)
    assert strip.phases[0] == "neutral" and strip.phases[-1] == "neutral"
    assert [phase for phase, _ in groupby(strip.phases)] == ["neutral", "onset", "apex", "offset", "neutral"]
    assert np.all(np.diff(strip.seconds) > 0)
    assert strip.titles[0].startswith("neutral\n")


def test_the_phases_follow_each_other_whatever_is_shown():
    for subject in range(6):
        for genuine in (True, False):
            course = sequence_strip(subject, "surprise", frames=4, size=48, genuine=genuine).course
            phases = [phase_of(course, frame) for frame in range(len(course))]
            assert [phase for phase, _ in groupby(phases)] == ["neutral", "onset", "apex", "offset", "neutral"]
            assert phases.index("apex") == course.apex


def test_felt_and_acted_strips_of_one_person_reach_the_same_apex():
    felt, acted = (
        sequence_strip(2, "surprise", frames=6, size=48, genuine=genuine).course for genuine in (True, False)
    )
    one, other = felt.frames[felt.apex], acted.frames[acted.apex]
    assert all(np.allclose(one.get(unit, 0), other.get(unit, 0), atol=0.02) for unit in {*one, *other} - {43})


@pytest.mark.parametrize("frames", [0, 3, 4.5, True])
def test_a_strip_of_too_few_frames_is_refused(frames):
    with pytest.raises(ParameterError, match="at least 4"):
        sequence_strip(0, frames=frames)
