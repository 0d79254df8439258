"""What the nested LSTM sees of a clip: faces, frontalized faces, both, or with landmarks (Zennou 2023, Table 14)."""

import numpy as np

from fer_utils.datasets.face_table import FaceTable
from fer_utils.errors import ParameterError, nearest
from fer_utils.training.face_views import geometry
from fer_utils.training.windows import Frames, Together, Windows

INPUTS = {  # as claims name them: what is seen, in the order of the network's inputs
    "face": ("face",),  # not in the paper: it needs no landmarks
    "frontalization": ("frontal",),
    "face+frontalization": ("face", "frontal"),
    "frontalization+geometry": ("frontal", "geometry"),
}


def views_of(seen: str) -> tuple[str, ...]:
    """Takes the name of an input apart.

    Args:
        seen: str. A key of `INPUTS`.

    Returns:
        tuple of str: some of "face", "frontal" and "geometry", in the order of the network's inputs.

    Raises:
        ParameterError: an unknown input.
    """
    if seen not in INPUTS:
        raise ParameterError(f"No input '{seen}'. Known: {', '.join(INPUTS)}.{nearest(seen, INPUTS)}")
    return INPUTS[seen]


def clip_views(
    seen: str, faces: FaceTable, frontal: FaceTable | None, rows: np.ndarray, places: np.ndarray
) -> Windows | Together:
    """Cuts clips out of each view alike. Pictures stay where they are, and are gathered batch by batch.

    Args:
        seen: str. A key of `INPUTS`.
        faces: `FaceTable`.
        frontal: `FaceTable` with the same rows frontalized, and their landmarks; None where only the face is seen.
        rows: int array (N,). Rows of the tables.
        places: int array (n, length). Which of these rows make up each clip, as `Clips` gives them.

    Returns:
        `Windows`, or of several views `Together`: what `fit` and `predict` take.

    Raises:
        ParameterError: an unknown input, or there are no frontalized faces.
    """
    views = views_of(seen)
    if frontal is None and views != ("face",):
        raise ParameterError(f"input '{seen}' needs frontalized faces, and there are none: open them, or see the face.")
    frames = {
        "face": lambda: Frames(faces, rows),
        "frontal": lambda: Frames(frontal, rows),
        "geometry": lambda: geometry(frontal, rows),
    }
    parts = [Windows(frames[view](), places) for view in views]
    return parts[0] if len(parts) == 1 else Together(*parts)
