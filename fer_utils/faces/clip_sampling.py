"""Which frames of a clip are used: its middle part, windows that slide over it, one of each segment or of each moment.

All functions take numbers or times of frames and return row numbers, so that they serve images, features and tables
alike.
"""

import numpy as np

from fer_utils.errors import ParameterError

LATE = 1e-6  # seconds; a frame that is earlier by no more is in time


def part_of_clip(count: int, start: float = 0.5, stop: float = 0.8) -> np.ndarray:
    """Chooses the frames of a part of a clip, such as that around the apex (Zennou et al., section 4: 50 to 80 %).

    Args:
        count: int. Frames of the clip.
        start: float. In 0-1, where the part begins.
        stop: float. In 0-1, where it ends; the public code behind the paper has 0.6 to 0.9.

    Returns:
        int array, in order: frames whose middle lies in the part. At least one, the nearest to the part's middle.

    Raises:
        ParameterError: no frames, or a part that is none.
    """
    _check_count(count)
    if not 0 <= start < stop <= 1:
        raise ParameterError(f"start={start}, stop={stop}: expected 0 <= start < stop <= 1.")
    middles = (np.arange(count) + 0.5) / count
    inside = np.flatnonzero((middles >= start) & (middles < stop))
    return inside if len(inside) else np.abs(middles - (start + stop) / 2).argmin()[None]


def sliding_windows(sequences: np.ndarray, length: int = 5, step: int = 1) -> np.ndarray:
    """Lets a window slide over frames, never from one sequence into the next.

    Args:
        sequences: array (n,). Name or number of each frame's sequence; the frames of a sequence stand in order of time,
            one after the other. The code behind Zennou et al. has a window slide over everything that one person shows
            of one class, clip after clip: name the frames after person and class for that.
        length: int. Frames of a window.
        step: int. Frames from the start of one window to that of the next.

    Returns:
        int array (windows, length) of row numbers. Sequences shorter than a window have none.

    Raises:
        ParameterError: an impossible length or step, or a sequence that is not in one piece.
    """
    sequences = np.asarray(sequences)
    if length < 1 or step < 1:
        raise ParameterError(f"length={length}, step={step}: expected whole numbers of at least 1.")
    begins = np.flatnonzero(np.r_[True, sequences[1:] != sequences[:-1]][: len(sequences)])
    names = sequences[begins]
    if len(np.unique(names)) < len(names):
        twice = next(name for name in names if (names == name).sum() > 1)
        raise ParameterError(f"Sequence {twice!r} is in several pieces. Sort the frames by sequence and time.")
    ends = np.r_[begins[1:], len(sequences)][: len(begins)]
    pairs = zip(begins, ends, strict=True)
    first = np.concatenate([np.zeros(0, int), *(np.arange(begin, end - length + 1, step) for begin, end in pairs)])
    return first[:, None] + np.arange(length)


def sample_segments(count: int, rng: np.random.Generator, segments: int = 3, used: int | None = None) -> np.ndarray:
    """Draws one frame from each of K equal segments of a clip (FAN; Adebayo 2021, section 4.2.3: K = 3).

    Args:
        count: int. Frames of the clip.
        rng: numpy Generator; draw anew for each epoch.
        segments: int. K.
        used: int. How many of the segments are used, from the first one; None for all. The code of Emotion-FAN uses the
            first 3 of 5 for CK+, and so never sees its last frames, where the apex is.

    Returns:
        int array (used,), in order of time. In clips shorter than K some frames come more than once.

    Raises:
        ParameterError: no frames, or an impossible number of segments.
    """
    _check_count(count)
    used = segments if used is None else used
    if not 1 <= used <= segments:
        raise ParameterError(
            f"segments={segments}, used={used}: expected at least one, and no more used than there are."
        )
    first = np.arange(segments) * count // segments
    beyond = np.maximum(first + 1, np.arange(1, segments + 1) * count // segments)
    return rng.integers(first[:used], beyond[:used])


def every_period(seconds: np.ndarray, period: float = 0.3) -> np.ndarray:
    """Chooses frames as a camera that looks now and then: the first one, and after each period the next that comes.

    Args:
        seconds: float array (n,). When each frame of a clip is shown, rising.
        period: float. Seconds from one look to the next; Wu and Pan (2019, section 5.4.1) have 0.3.

    Returns:
        int array, in order of time. A clip that ends within a period has its first frame alone; where frames are
        farther apart than a period, each is chosen once.

    Raises:
        ParameterError: no frames, times that are unknown or do not rise, or an impossible period.
    """
    seconds = np.asarray(seconds, dtype=float)
    _check_count(len(seconds))
    if not 0 < period < np.inf:
        raise ParameterError(f"period={period!r}: expected seconds, a number above 0 such as 0.3.")
    if not np.isfinite(seconds).all() or (np.diff(seconds) <= 0).any():
        raise ParameterError(
            f"Times of {len(seconds)} frames, from {seconds[0]:g} to {seconds[-1]:g} seconds: expected known times, "
            "each later than the one before. Where a film does not say its rate, give frame numbers over the rate."
        )
    passed = seconds - seconds[0]
    looks = period * np.arange(int((passed[-1] + LATE) / period) + 1)
    return np.unique(np.searchsorted(passed, looks - LATE))


def _check_count(count: int) -> None:
    if count < 1:
        raise ParameterError("A clip without frames: nothing can be chosen from it.")
