"""Which frames of a clip become rows of the table."""

import numpy as np

from fer_utils.datasets.image_store import checked_size
from fer_utils.errors import ParameterError


def sample_frames(frames: int | str, first: int, last: int) -> np.ndarray:
    """Chooses frames of a clip, spread evenly.

    Args:
        frames: int or "all". How many.
        first: int. Number of the first frame that may be chosen.
        last: int. Number of the last one.

    Returns:
        int array, rising: the middle frame of each of `frames` equal parts, or all where there are no more.
    """
    length = last - first + 1
    if frames == "all" or frames >= length:
        return np.arange(first, last + 1)
    return first + (2 * np.arange(frames) + 1) * length // (2 * frames)


def check_options(name: str, frames, size, color) -> None:
    """Checks the options that all loaders of films have.

    Args:
        name: str. Of the dataset, for the message.
        frames: int of at least 1, or "all". Frames of a film that are rows of the table.
        size: int, (height, width), or None.
        color: bool.

    Raises:
        ParameterError: one of them is something else.
    """
    if frames != "all" and (isinstance(frames, bool) or not isinstance(frames, int) or frames < 1):
        raise ParameterError(f"{name}: frames={frames!r}. Expected how many frames a film, from 1, or 'all'.")
    checked_size(size)
    if not isinstance(color, bool):
        raise ParameterError(f"{name}: color={color!r}; expected True or False.")
