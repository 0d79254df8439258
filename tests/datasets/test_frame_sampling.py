import pytest

from fer_utils.datasets import load_dataset
from fer_utils.datasets.frame_sampling import sample_frames
from fer_utils.errors import ParameterError


def test_sampled_frames_are_spread_over_the_clip():
    assert list(sample_frames(1, 0, 8)) == [4]
    assert list(sample_frames(3, 0, 8)) == [1, 4, 7]
    assert list(sample_frames(2, 10, 13)) == [11, 13]
    assert list(sample_frames("all", 0, 2)) == list(sample_frames(9, 0, 2)) == [0, 1, 2]


@pytest.mark.parametrize("name", ["sase_fe", "afew", "emo2018"])
@pytest.mark.parametrize(
    ("options", "message"),
    [
        *(({"frames": frames}, "Expected how many frames a film, from 1, or 'all'") for frames in (0, -1, True, "x")),
        ({"frames": 2.0}, "frames=2.0"),
        ({"size": (0, 5)}, "expected pixels from 1"),
        ({"color": "yes"}, "expected True or False"),
    ],
)
def test_impossible_options_are_refused_before_anything_is_read(name, options, message):
    with pytest.raises(ParameterError, match=message):
        load_dataset(name, "nowhere", **options)
