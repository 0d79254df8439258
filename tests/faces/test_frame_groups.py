import numpy as np
import pytest

from fer_utils.errors import ParameterError
from fer_utils.faces.frame_groups import frame_groups


def probabilities(count, classes=7):
    return np.random.default_rng(count).dirichlet(np.ones(classes), count)


def test_twenty_frames_are_averaged_in_pairs():
    frames = probabilities(20)
    assert frame_groups(frames) == pytest.approx((frames[::2] + frames[1::2]) / 2)


def test_four_frames_are_repeated_evenly():
    frames = probabilities(4)
    assert np.array_equal(frame_groups(frames), frames[[0, 0, 0, 1, 1, 2, 2, 2, 3, 3]])


def test_ten_frames_stay_as_they_are():
    assert np.array_equal(frame_groups(probabilities(10)), probabilities(10))


@pytest.mark.parametrize("count", [1, 9, 10, 11, 25, 99])
def test_groups_of_probabilities_are_probabilities(count):
    groups = frame_groups(probabilities(count))
    assert groups.shape == (10, 7)
    assert groups.sum(axis=1) == pytest.approx(np.ones(10)) and (groups >= 0).all()


def test_groups_are_near_equal_and_in_order_of_time():
    time = np.arange(23.0)[:, None]
    means = frame_groups(time)[:, 0]
    assert means.tolist() == [1, 4, 7, 9.5, 11.5, 13.5, 15.5, 17.5, 19.5, 21.5]


def test_no_frames_are_refused():
    with pytest.raises(ParameterError, match="at least one frame"):
        frame_groups(np.zeros((0, 7)))
    with pytest.raises(ParameterError, match="groups=0"):
        frame_groups(probabilities(5), groups=0)
