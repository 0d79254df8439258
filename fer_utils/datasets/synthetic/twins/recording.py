"""Films a drawn person, frame by frame and take after take."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from fer_utils.datasets.synthetic.drawing import render_face
from fer_utils.datasets.synthetic.identity import Identity
from fer_utils.datasets.synthetic.imaging import Conditions, Imaging, sample_imaging

FRAMES_APART = 1000  # from the number of the first frame of one recording to that of the next


def film(
    identity: Identity, frames: Sequence[dict], size: tuple[int, int], imagings: Sequence[Imaging]
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Draws the frames of a recording.

    Args:
        identity: `Identity`.
        frames: action units of each frame, as `dynamics.Sequence.frames` has them.
        size: (height, width) in pixels.
        imagings: `Imaging` of each frame, as from `motion.sway`.

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
