"""Pictures of any size and color as gray ones of one small size, in which they can be compared."""

import cv2
import numpy as np

from fer_utils.datasets.face_table import FaceTable
from fer_utils.errors import ParameterError

SIDE = 48  # pixels: the size of FER2013, whose pictures are compared as they are


def thumbnails(pictures: FaceTable | np.ndarray) -> np.ndarray:
    """Makes gray pictures of 48 x 48 pixels.

    Args:
        pictures: `FaceTable`, whose rows are read one by one; or uint8 array (n, height, width[, channels]).

    Returns:
        uint8 array (n, 48, 48). Color becomes gray; other sizes are resized by area interpolation.

    Raises:
        ParameterError: an array of another kind.
    """
    if isinstance(pictures, FaceTable):
        images, rows = pictures.images, pictures.rows["image"].to_numpy()
    else:
        images, rows = pictures, np.arange(len(pictures))
        if images.dtype != np.uint8 or images.ndim not in (3, 4):
            raise ParameterError(
                f"Pictures of shape {images.shape} and type {images.dtype}; expected uint8 (n, height, width) or "
                "(n, height, width, channels)."
            )
    if isinstance(images, np.ndarray) and images.shape[1:] == (SIDE, SIDE):
        return images[rows]
    small = np.empty((len(rows), SIDE, SIDE), np.uint8)
    for place in np.argsort(rows, kind="stable"):  # in the order of the store, so that films are decoded once
        small[place] = _small(np.asarray(images[int(rows[place])]))
    return small


def _small(picture: np.ndarray) -> np.ndarray:
    if picture.ndim == 3:
        picture = picture[..., 0] if picture.shape[-1] == 1 else cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
