"""Which frames of a clip become rows of the table."""

import numpy as np

from fer_utils.errors import ParameterError


def sample_frames(frames: int, first: int, last: int) -> np.ndarray:
    """Chooses frames of a clip, spread evenly.

    Args:
        frames: int. How many; 0 for all.
        first: int. Number of the first frame that may be chosen.
        last: int. Number of the last one.

    Returns:
        int array, rising: the middle frame of each of `frames` equal parts, or all where there are no more.
    """
    length = last - first + 1
    if frames == 0 or frames >= length:
        return np.arange(first, last + 1)
    return first + (2 * np.arange(frames) + 1) * length // (2 * frames)


def check_frames(name: str, frames) -> int:
    """Checks the option that says how many frames of a clip are rows of the table.

    Args:
        name: str. Of the dataset, for the message.
        frames: int of at least 1, or "all".

    Returns:
        int. 0 for all.

    Raises:
        ParameterError: it is something else.
    """
    if frames == "all":
        return 0
    if isinstance(frames, bool) or not isinstance(frames, int) or frames < 1:
        raise ParameterError(f"{name}: frames={frames!r}. Expected how many frames a clip, from 1, or 'all'.")
    return frames
