"""Axes along which faces change when they express something: linear, learned from the pixels of a few people."""

import cv2
import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from fer_utils.errors import ParameterError

REST = "rest"  # the label of changes that are no expression: the head has moved, the light, the noise


def shrunken(faces: np.ndarray, side: int = 16) -> np.ndarray:
    """Shrinks faces to a few gray levels: an expression changes large parts of them, a head that sways mostly edges.

    Args:
        faces: uint8 array (n, height, width, 1).
        side: int. Pixels of a side that are left.

    Returns:
        float32 array (n, side * side), gray levels.
    """
    small = [cv2.resize(face, (side, side), interpolation=cv2.INTER_AREA).ravel() for face in faces[..., 0]]
    return np.array(small, dtype=np.float32).reshape(len(faces), side * side)


def fit_expression_axes(changes: np.ndarray, labels: np.ndarray) -> LinearDiscriminantAnalysis:
    """Finds the directions that tell expressions from each other and from rest (Fisher's linear discriminants).

    A change of pixels that all expressions and faces at rest have in common, as where a head sways, leaves these axes
    as they are. The covariance is shrunk (Ledoit and Wolf), since there are about as many pixels as examples.

    Args:
        changes: float array (n, pixels). What differs from the first frame of the same clip.
        labels: str array (n,). What is expressed, or `REST`.

    Returns:
        fitted `LinearDiscriminantAnalysis`; its `transform` takes (m, pixels) to (m, axes), one axis fewer than there
        are labels. `predict` names the expression.

    Raises:
        ParameterError: no face at rest, or nothing but such.
    """
    names = set(labels)
    if REST not in names or len(names) < 2:
        raise ParameterError(
            f"Changes are labeled {sorted(names)[:5]}: expected expressions and '{REST}', which is where they begin."
        )
    return LinearDiscriminantAnalysis(solver="eigen", shrinkage="auto").fit(changes, labels)
