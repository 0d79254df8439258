"""Films a drawn person: an expression frame by frame, with a head that is never quite still."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from fer_utils.datasets.synthetic.drawing import render_face
from fer_utils.datasets.synthetic.identity import Identity
from fer_utils.datasets.synthetic.imaging import PITCH, ROLL, YAW, Conditions, Imaging, sample_imaging

SWAY = np.array([3.0, 2.0, 1.5, 0.006, 0.006])  # degrees of yaw, pitch and roll; shift as a fraction of the picture
LIMITS = np.array([YAW, PITCH, ROLL, 1.0, 1.0])
SWAY_RATE = (0.1, 0.4)  # a second
FRAMES_APART = 1000  # from the number of the first frame of one recording to that of the next


def film(
    identity: Identity, frames: Sequence[dict], size: tuple[int, int], imagings: Sequence[Imaging]
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Draws the frames of a recording.

    Args:
        identity: `Identity`.
        frames: action units of each frame, as `dynamics.Sequence.frames` has them.
        size: (height, width) in pixels.
        imagings: `Imaging` of each frame, as from `sway`.

    Yields:
        uint8 picture and float landmarks (68, 2), frame by frame.
    """
    for units, imaging in zip(frames, imagings, strict=True):
        yield render_face(identity, units, size, imaging)


def another_take(place: Imaging, rng: np.random.Generator, conditions: Conditions, number: int) -> Imaging:
    """Films once more in the same session: the room, the light and the clothes stay, the head has moved.

    Args:
        place: `Imaging` of the session.
        rng: numpy Generator of the recording.
        conditions: `Conditions` of the dataset.
        number: int. Of the recording in its session, so that noise differs.

    Returns:
        `Imaging` of the first frame, without compression: the writer of the file compresses.
    """
    now = sample_imaging(rng, conditions)
    pose = {"yaw": now.yaw, "pitch": now.pitch, "roll": now.roll, "shift": now.shift}
    return replace(place, **pose, compression=0, frame=FRAMES_APART * number)


def sway(imaging: Imaging, frames: int, fps: float, rng: np.random.Generator) -> list[Imaging]:
    """Lets a head move slowly through a recording, whatever the face does.

    Args:
        imaging: `Imaging` of the first frame.
        frames: int. Number of frames.
        fps: float. Frames a second.
        rng: numpy Generator of the recording.

    Returns:
        list of `Imaging`, one a frame.
    """
    seconds = np.arange(frames)[:, None] / fps
    rate, start = rng.uniform(*SWAY_RATE, len(SWAY)), rng.uniform(0, 2 * np.pi, len(SWAY))
    amount = SWAY * rng.normal(0, 0.5, len(SWAY))
    moved = amount * (np.sin(2 * np.pi * rate * seconds + start) - np.sin(start))
    first = np.array([imaging.yaw, imaging.pitch, imaging.roll, *imaging.shift])
    path = np.clip(first + moved, -LIMITS, LIMITS)
    return [
        replace(imaging, yaw=yaw, pitch=pitch, roll=roll, shift=(across, down), frame=imaging.frame + number)
        for number, (yaw, pitch, roll, across, down) in enumerate(path.tolist())
    ]
