"""Sequences of one length, as recurrent networks need them: Algorithm 1 of Hussein, and a simpler way."""

import numpy as np

from fer_utils.errors import ParameterError, nearest

MODES = "paper", "paper_head", "uniform"


def fixed_length(count: int, length: int = 40, mode: str = "paper", from_end: bool = False) -> np.ndarray:
    """Chooses frames so that a sequence of any length gets the wanted one (Hussein 2020, Algorithm 1, section 5.2).

    Algorithm 1 keeps every s-th frame, s = ceil(n / l), where there are too many, and shows each frame r = ceil(l / n)
    times where there are too few. That gives the wanted length for few n alone (of 4 to 77 frames: 4, 5, 8, 10, 20,
    40), and the paper does not say what happens then:

    - "paper": what is still missing is filled with the last frame kept; what is too much is dropped from the front,
      since CK+ ends at the apex.
    - "paper_head": the same, but what is too much is cut off at the end, the most literal reading. It loses the apex.
    - "uniform": frame floor(i n / l) for i = 0 to l - 1; for new work.

    Args:
        count: int. Frames of the sequence.
        length: int. Frames wanted.
        mode: str. One of `MODES`.
        from_end: bool. Whether every s-th frame is counted from the last one, which is then always kept; otherwise it
            may be skipped. Only for "paper" and "paper_head".

    Returns:
        int array (length,) of frame numbers, never decreasing.

    Raises:
        ParameterError: an empty sequence, an impossible length or an unknown mode.
    """
    if mode not in MODES:
        raise ParameterError(f"mode={mode!r}; known are {list(MODES)}.{nearest(mode, MODES)}")
    if count < 1 or length < 1:
        raise ParameterError(f"{count} frames, length={length}: a sequence needs at least one frame, before and after.")
    if mode == "uniform":
        return np.arange(length) * count // length
    step, repeats = -(-count // length), -(-length // count)  # ceilings
    frames = np.arange((count - 1) % step if from_end else 0, count, step).repeat(repeats)
    frames = np.r_[frames, np.full(max(0, length - len(frames)), frames[-1])]
    return frames[:length] if mode == "paper_head" else frames[len(frames) - length :]
