"""What networks with a mask take: whole clips of any length, or some frames of each that are drawn anew."""

import numpy as np

from fer_utils.errors import ParameterError
from fer_utils.protocol.clips import Clips
from fer_utils.training.windows import Masks, Segments, Together, Windows

MOST = 2000  # frames of a clip: all clips of a batch are filled up to the longest


def whole_clips(frames, clips: Clips, chosen=slice(None), length: int = 0) -> Together:
    """Gives all frames of clips, filled up to one length, with masks that say which places hold a frame.

    Args:
        frames: array (N, ...), or what else `Windows` takes.
        clips: `Clips`.
        chosen: int array or slice. Which clips.
        length: int. Places of each clip; 0 for the length of the longest of all.

    Returns:
        `Together` of frames (n, length, ...) and masks (n, length), for `fit` and `predict`.

    Raises:
        ParameterError: a clip has more than `MOST` frames, which no batch could hold.
    """
    if (longest := int(clips.lengths.max(initial=0))) > MOST:
        raise ParameterError(
            f"The clip '{clips.sequence[clips.lengths.argmax()]}' has {longest:,} frames; of more than {MOST:,} no "
            "batch is made. Look at fewer of them: `Clips.every`, or a part of the clip."
        )
    places = clips.padded(length)[chosen]
    return Together(Windows(frames, places), Masks(places))


def drawn_frames(frames, clips: Clips, segments: int = 3, used: int | None = None, seed: int = 0) -> Together:
    """Draws a frame of each of K equal segments of every clip, in every epoch others; no place is empty.

    Args:
        frames: array (N, ...), or what else `Segments` takes.
        clips: `Clips`.
        segments: int. K.
        used: int. How many segments are used, from the first; None for all.
        seed: int.

    Returns:
        `Together` of frames (n, used, ...) and masks (n, used), for `fit`.
    """
    drawn = Segments(frames, clips, segments, used, seed)
    return Together(drawn, Masks(np.zeros_like(drawn.places)))
