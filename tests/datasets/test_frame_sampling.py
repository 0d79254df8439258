import pytest

from fer_utils.datasets.frame_sampling import check_frames, sample_frames
from fer_utils.errors import ParameterError


def test_sampled_frames_are_spread_over_the_clip():
    assert list(sample_frames(1, 0, 8)) == [4]
    assert list(sample_frames(3, 0, 8)) == [1, 4, 7]
    assert list(sample_frames(2, 10, 13)) == [11, 13]
    assert list(sample_frames(0, 0, 2)) == list(sample_frames(9, 0, 2)) == [0, 1, 2]


@pytest.mark.parametrize("frames", [0, -1, True, "some", 2.0, None])
def test_an_impossible_number_of_frames_is_refused(frames):
    with pytest.raises(ParameterError, match="Expected how many frames a clip, from 1, or 'all'"):
        check_frames("afew", frames)
    assert check_frames("afew", 3) == 3 and check_frames("afew", "all") == 0
