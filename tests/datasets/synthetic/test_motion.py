from dataclasses import replace

import numpy as np
import pytest

from fer_utils.datasets.synthetic import WILD, random_stream, sample_imaging
from fer_utils.datasets.synthetic.imaging import PITCH, ROLL, YAW
from fer_utils.datasets.synthetic.motion import sample_motion
from fer_utils.errors import ParameterError


def angles(motion):
    return np.stack([motion.yaw, motion.pitch, motion.roll], axis=1)


def test_a_head_sways_by_a_few_degrees():
    motions = [sample_motion(random_stream(0, i), 250, 25.0) for i in range(60)]
    spread = np.array([np.ptp(angles(motion), axis=0) for motion in motions])
    assert motions[0].yaw.shape == (250,) and motions[0].shift.shape == (250, 2)
    assert np.all(spread.mean(axis=0) > 0.8) and spread.max() < 9
    assert spread[:, 0].mean() > spread[:, 2].mean()  # people turn their heads more than they tilt them
    shifts = np.array([np.ptp(motion.shift, axis=0) for motion in motions])
    assert 0.003 < shifts.mean() < 0.03 and np.abs([motion.shift for motion in motions]).max() <= 0.03
    assert np.abs([angles(motion) for motion in motions]).max() <= 8


def test_every_recording_starts_where_its_imaging_puts_the_head():
    motion = sample_motion(random_stream(0), 10, 25.0)
    assert not angles(motion)[0].any() and not motion.shift[0].any()
    assert not sample_motion(random_stream(0), 1, 25.0).yaw.any()


def test_motion_is_smooth_and_as_fast_at_every_frame_rate():
    def fastest(fps):
        return np.mean(
            [np.abs(np.diff(sample_motion(random_stream(i), int(6 * fps), fps).yaw)).max() * fps for i in range(40)]
        )

    assert fastest(100.0) == pytest.approx(fastest(25.0), rel=0.1)  # degrees a second
    assert fastest(25.0) < 6
    yaw = sample_motion(random_stream(3), 150, 25.0).yaw
    assert np.abs(np.diff(yaw, 2)).max() < 0.2 * np.abs(np.diff(yaw)).max()


def test_the_same_numbers_sway_alike_and_others_do_not():
    first, again, other = (sample_motion(random_stream(i), 50, 25.0) for i in (0, 0, 1))
    assert np.array_equal(angles(first), angles(again)) and np.array_equal(first.shift, again.shift)
    assert abs(np.corrcoef(first.yaw, other.yaw)[0, 1]) < 0.99 and not np.array_equal(first.yaw, other.yaw)


def test_a_recording_of_a_moving_head_can_be_described_frame_by_frame():
    imaging = sample_imaging(random_stream(5), WILD)
    motion = sample_motion(random_stream(6), 40, 25.0)
    for frame in range(40):
        moved = replace(
            imaging,
            yaw=float(np.clip(imaging.yaw + motion.yaw[frame], -YAW, YAW)),
            pitch=float(np.clip(imaging.pitch + motion.pitch[frame], -PITCH, PITCH)),
            roll=float(np.clip(imaging.roll + motion.roll[frame], -ROLL, ROLL)),
            frame=frame,
        )
        assert abs(moved.yaw - imaging.yaw) < 8


@pytest.mark.parametrize(
    ("frames", "fps", "message"),
    [(0, 25, "frames=0"), (2.5, 25, "frames=2.5"), (9, 0, "fps=0"), (9, float("inf"), "fps=inf")],
)
def test_impossible_motion_is_refused(frames, fps, message):
    with pytest.raises(ParameterError, match=message):
        sample_motion(random_stream(0), frames, fps)
