"""Where in a clip the expression is strongest, as far as the data tell."""

import numpy as np

from fer_utils.errors import ParameterError
from fer_utils.protocol.clips import Clips
from fer_utils.protocol.protocol import Split

COLUMN = "apex"  # of a `FaceTable`: CK+, Oulu-CASIA and drawn faces have it


def apex_places(split: Split, rows: np.ndarray, clips: Clips) -> np.ndarray:
    """Finds the frame of each clip that is marked as its apex.

    Nobody knows it of a clip that is to be classified: a model of this frame alone has been told where to look.

    Args:
        split: `Split`.
        rows: int array. Rows of the split's table that `clips` was made of.
        clips: `Clips`.

    Returns:
        int array (n,) of places, as those of `clips.frames`. The last frame of a clip in which none is marked: the
        sequences of CK+ and Oulu-CASIA run toward the apex, and a file may be missing.

    Raises:
        ParameterError: the dataset does not tell.
    """
    if COLUMN not in split.table.rows:
        raise ParameterError(
            f"{split.table.name}: nothing says where the apex of a clip is. Datasets that do: ckplus, oulu_casia and "
            "synthetic."
        )
    marked = split.table.rows[COLUMN].to_numpy(dtype=bool)[np.asarray(rows, dtype=int)]
    return clips.first_frames(marked, otherwise=1.0)


def near_apex(clips: Clips, apex: np.ndarray, reach: int = 1) -> np.ndarray:
    """Lists the frames that are close to the apex of their clip.

    Args:
        clips: `Clips`.
        apex: int array (n,) as of `apex_places`.
        reach: int. How many frames before and after the apex count.

    Returns:
        int array of places, clip after clip, in order of time.
    """
    kept = []
    for places, at in zip(clips.frames, apex, strict=True):
        middle = int(np.flatnonzero(places == at)[0])
        kept.append(places[max(0, middle - reach) : middle + reach + 1])
    return np.concatenate([np.zeros(0, int), *kept])
