"""The geometry of a face as a vector: 68 landmarks about a new center, normalized."""

import numpy as np

from fer_utils.errors import ParameterError, nearest

ORIGIN = 112.0, 135.0  # about the tip of the nose in faces of 224 x 224 pixels, in Zapata's code
READINGS = "coded", "centered"


def landmark_geometry(
    landmarks: np.ndarray, reading: str = "coded", origin: tuple[float, float] = ORIGIN
) -> np.ndarray:
    """Makes a vector of each face's landmarks.

    Zennou et al. only say that landmarks are "normalized in a new center", which leaves two readings:

    - "coded", as the public code of García Zapata (2018), from which their tables come, does: the origin is a fixed
      pixel of faces of 224 x 224, and the smallest of all 136 numbers becomes 0, the largest 1. Width and height
      share that range, so that the vector still tells where in the picture the face was, and whether its height or its
      width was the larger.
    - "centered": the center is that of each face's own landmarks, and their root mean square distance from it becomes
      1. The vector does not depend on place and size.

    Args:
        landmarks: float array (..., 68, 2). Pixels; for "coded" of faces of 224 x 224 pixels.
        reading: str. One of `READINGS`.
        origin: (x, y) in pixels. The new center of "coded".

    Returns:
        float32 array (..., 136): x and y of the first landmark, x and y of the second, and so on.

    Raises:
        ParameterError: an unknown reading, another number of landmarks, or all of them in one place.
    """
    if reading not in READINGS:
        raise ParameterError(f"reading={reading!r}; known are {list(READINGS)}.{nearest(reading, READINGS)}")
    points = np.asarray(landmarks, dtype=float)
    if points.shape[-2:] != (68, 2) or not np.isfinite(points).all():
        raise ParameterError(f"landmarks of shape {points.shape}: expected finite numbers (..., 68, 2).")
    if (np.ptp(points, axis=-2).max(axis=-1) == 0).any():
        raise ParameterError("A face has all of its 68 landmarks in one place.")
    if reading == "coded":
        moved = points - np.asarray(origin, dtype=float)
        low, high = (end(axis=(-2, -1), keepdims=True) for end in (moved.min, moved.max))
        normalized = (moved - low) / (high - low)
    else:
        moved = points - points.mean(axis=-2, keepdims=True)
        normalized = moved / np.sqrt((moved**2).sum(axis=-1).mean(axis=-1))[..., None, None]
    return normalized.reshape(*points.shape[:-2], 136).astype(np.float32)
