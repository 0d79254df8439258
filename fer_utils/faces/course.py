"""The course of an expression in time, whatever is expressed: how far a face is on its way, and how fast it moves."""

from collections.abc import Sequence

import numpy as np

from fer_utils.errors import ParameterError

STRONGEST = 5  # frames whose mean is the end of the way: of one alone, noise would be
STILL = 1e-9  # of a way that is shorter nothing can be said


def course(frames: np.ndarray, seconds: np.ndarray) -> np.ndarray:
    """Measures the course of one clip.

    What the features of a face change by, from the first frame on, is mostly one direction: from rest to the apex and
    back. It is found in each clip alone (its first principal axis through the first frame), so that the course of a
    smile and that of a frown are comparable, and so are two people.

    Args:
        frames: float array (n, d). Features of the frames, in order of time.
        seconds: float array (n,). When they are shown, rising.

    Returns:
        float32 array (n, 2): the place on the way, 0 in the first frame and about 1 at the apex, and the speed, ways a
        second. Zeros where nothing moves.

    Raises:
        ParameterError: no frames, times that do not fit or do not rise, or features that are no finite numbers.
    """
    frames, seconds = np.asarray(frames, dtype=float), np.asarray(seconds, dtype=float)
    if frames.ndim != 2 or not len(frames) or seconds.shape != frames.shape[:1]:
        raise ParameterError(
            f"Features of shape {frames.shape}, times of shape {seconds.shape}: expected (n, d) and (n,), n at least 1."
        )
    if not np.isfinite(frames).all() or not (np.diff(seconds) > 0).all():
        raise ParameterError("Features that are no finite numbers, or times that do not rise: nothing can be measured.")
    moved = frames - frames[0]
    left, sizes, _ = np.linalg.svd(moved, full_matrices=False)
    way = left[:, 0] * sizes[0]
    way *= np.sign(way.sum()) or 1.0
    end = np.sort(way)[-STRONGEST:].mean()
    if end < STILL:
        return np.zeros((len(way), 2), np.float32)
    way /= end
    speed = np.diff(way, prepend=way[0]) / np.diff(seconds, prepend=seconds[0] - 1)
    return np.stack([way, speed], axis=1).astype(np.float32)


def courses(features: np.ndarray, seconds: np.ndarray, clips: Sequence[np.ndarray]) -> np.ndarray:
    """Measures the courses of clips, so that `Windows` can gather them.

    Args:
        features: float array (m, d). Features of the frames of a part.
        seconds: float array (m,). When each is shown in its clip.
        clips: sequence of int arrays. Places of each clip's frames, as `Clips.frames` has them.

    Returns:
        float32 array (m, 2), one row a place; 0 for frames of no clip.
    """
    measured = np.zeros((len(features), 2), np.float32)
    for places in clips:
        measured[places] = course(features[places], seconds[places])
    return measured
