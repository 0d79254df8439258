"""Brightness taken out of faces: the mean around each pixel, then the mean of all faces at that place (Wu & Pan)."""

from dataclasses import dataclass

import cv2
import numpy as np

from fer_utils.errors import ParameterError


@dataclass(frozen=True)
class MeanSubtraction:
    """Both subtractions, with what they know of the training faces.

    Attributes:
        mean: float32 array (height, width). Mean of the training faces, after the local means were subtracted.
        spread: float. Standard deviation of all that is left of the training faces; the paper does not divide by it.
        window: int. Side of the square that a local mean is taken of.
    """

    mean: np.ndarray
    spread: float
    window: int

    @classmethod
    def learn(cls, faces: np.ndarray, window: int = 7) -> "MeanSubtraction":
        """Learns the mean face.

        Args:
            faces: uint8 array (n, height, width, 1). Training faces, and no others.
            window: int. As `subtract_local_mean` takes it.

        Returns:
            `MeanSubtraction`.
        """
        local = subtract_local_mean(faces[..., 0], window)
        mean = mean_face(local)
        return cls(mean, float(subtract_mean_face(local, mean).std()) or 1.0, window)

    def __call__(self, faces: np.ndarray) -> np.ndarray:
        """Prepares faces for a network.

        Args:
            faces: uint8 array (n, height, width, 1).

        Returns:
            float32 array of the same shape; of the training faces, mean 0 at each place and spread 1.
        """
        local = subtract_local_mean(faces[..., 0], self.window)
        return (subtract_mean_face(local, self.mean) / np.float32(self.spread))[..., None]


def subtract_local_mean(faces: np.ndarray, window: int = 7) -> np.ndarray:
    """Subtracts from each pixel the mean of those around it (Wu & Pan 2019, section 4, after Schwan et al. 2017).

    Args:
        faces: array (n, height, width). Gray levels.
        window: int. Odd number of pixels, the side of the square that is averaged; the paper names none.

    Returns:
        float32 array (n, height, width), about 0. Faces are continued as in a mirror beyond their edges.

    Raises:
        ParameterError: the window is even or larger than the faces.
    """
    _check(faces)
    if window % 2 == 0 or not 1 <= window <= min(faces.shape[1:]):
        raise ParameterError(f"window={window}: expected an odd number of pixels, at most {min(faces.shape[1:])}.")
    result = faces.astype(np.float32)
    for face in result:
        face -= cv2.blur(face, (window, window), borderType=cv2.BORDER_REFLECT_101)
    return result


def mean_face(faces: np.ndarray) -> np.ndarray:
    """Averages faces at each place. Of the training faces alone: the mean of test faces is knowledge about them.

    Args:
        faces: array (n, height, width) of training faces, after `subtract_local_mean` where that is used.

    Returns:
        float32 array (height, width).
    """
    _check(faces)
    return faces.mean(axis=0, dtype=np.float64).astype(np.float32)


def subtract_mean_face(faces: np.ndarray, mean: np.ndarray) -> np.ndarray:
    """Subtracts the mean of the training faces at each place.

    Args:
        faces: array (n, height, width).
        mean: float32 array (height, width), as `mean_face` returns it.

    Returns:
        float32 array (n, height, width).
    """
    _check(faces)
    if faces.shape[1:] != mean.shape:
        raise ParameterError(f"Faces of {faces.shape[1:]} pixels, but a mean face of {mean.shape}.")
    return faces.astype(np.float32) - mean


def _check(faces: np.ndarray) -> None:
    if faces.ndim != 3 or not len(faces):
        raise ParameterError(f"Faces of shape {faces.shape}: expected (n, height, width) gray levels, n at least 1.")
