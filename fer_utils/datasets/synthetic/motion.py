"""How a head sways in a video: small, slow and without any relation to what the face shows."""

from dataclasses import dataclass, replace

import numpy as np

from fer_utils.datasets.synthetic.imaging import PITCH, ROLL, YAW, Imaging
from fer_utils.errors import ParameterError

ANGLES = (1.6, 1.1, 0.8)  # degrees: standard deviation of yaw, pitch and roll
SHIFT = 0.006  # of the picture's shorter side: standard deviation of both directions
SLOWNESS = 0.8  # seconds; a head hardly changes its way within so much time
FARTHEST = 2.5  # standard deviations


@dataclass(frozen=True)
class Motion:
    """Where a head is in each frame of a recording, beside where its `Imaging` puts it. The first frame is at 0.

    Attributes:
        yaw: float array (frames,). Degrees to add to the yaw of the recording.
        pitch: float array (frames,). Likewise.
        roll: float array (frames,). Likewise.
        shift: float array (frames, 2). (x, y) to add to the shift, as a fraction of the picture's shorter side.
    """

    yaw: np.ndarray
    pitch: np.ndarray
    roll: np.ndarray
    shift: np.ndarray


def sample_motion(rng: np.random.Generator, frames: int, fps: float) -> Motion:
    """Draws the spontaneous motion of a head. Some people hardly move, some move a lot.

    Args:
        rng: numpy Generator of the recording.
        frames: int. Number of frames, at least 1.
        fps: float. Frames a second; the motion is as fast in seconds whatever it is.

    Returns:
        `Motion`. No angle leaves its first value by more than 8 degrees, no shift by more than 0.03.

    Raises:
        ParameterError: for no frames, or an impossible frame rate.
    """
    if not isinstance(frames, int | np.integer) or isinstance(frames, bool) or frames < 1:
        raise ParameterError(f"frames={frames!r}: expected a whole number of at least 1.")
    if isinstance(fps, bool) or not isinstance(fps, int | float | np.number) or not 0 < fps < np.inf:
        raise ParameterError(f"fps={fps!r}: expected frames a second, a number above 0 such as 25.")
    restless = rng.uniform(0.3, 1.0)
    sway = _sway(rng, frames / fps, np.arange(frames) / fps) * restless
    yaw, pitch, roll = (angle * sway[:, i] for i, angle in enumerate(ANGLES))
    return Motion(yaw, pitch, roll, SHIFT * sway[:, 3:])


def sway(imaging: Imaging, frames: int, fps: float, rng: np.random.Generator) -> list[Imaging]:
    """Lets a head move through a recording.

    Args:
        imaging: `Imaging` of the first frame.
        frames: int. Number of frames.
        fps: float. Frames a second.
        rng: numpy Generator of the recording.

    Returns:
        list of `Imaging`, one a frame; frames are numbered on from the first.
    """
    motion = sample_motion(rng, frames, fps)
    return [
        replace(
            imaging,
            yaw=float(np.clip(imaging.yaw + motion.yaw[frame], -YAW, YAW)),
            pitch=float(np.clip(imaging.pitch + motion.pitch[frame], -PITCH, PITCH)),
            roll=float(np.clip(imaging.roll + motion.roll[frame], -ROLL, ROLL)),
            shift=tuple((np.asarray(imaging.shift) + motion.shift[frame]).tolist()),
            frame=imaging.frame + frame,
        )
        for frame in range(frames)
    ]


def _sway(rng: np.random.Generator, seconds: float, time: np.ndarray) -> np.ndarray:
    """Returns five smooth random curves, (frames, 5), with a standard deviation of about 1, from 0."""
    knots = np.arange(-3 * SLOWNESS, seconds + 3 * SLOWNESS, SLOWNESS / 2)
    weights = np.exp(-0.5 * ((time[:, None] - knots) / SLOWNESS) ** 2)
    weights /= np.linalg.norm(weights, axis=1, keepdims=True)
    curves = np.clip(weights @ rng.normal(size=(len(knots), 5)), -FARTHEST, FARTHEST)
    return curves - curves[0]
