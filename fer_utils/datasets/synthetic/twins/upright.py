"""Faces that owners of datasets cut out and turned upright."""

import cv2
import numpy as np


def with_eyes_at(
    eyes: np.ndarray, size: tuple[int, int], image: np.ndarray, points: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Turns, enlarges and cuts out a face so that its eyes come to lie at given places.

    Args:
        eyes: float array (2, 2). Pixels x and y of the right and the left eye of the person.
        size: (height, width) of the result in pixels.
        image: uint8 picture.
        points: float array (68, 2). Its landmarks.

    Returns:
        uint8 picture, and its landmarks.
    """
    found = np.array([points[36:42].mean(axis=0), points[42:48].mean(axis=0)])
    (across, down), (wide, high) = found[1] - found[0], eyes[1] - eyes[0]
    turn = complex(wide, high) / complex(across, down)
    matrix = np.array([[turn.real, -turn.imag], [turn.imag, turn.real]])
    shift = eyes.mean(axis=0) - matrix @ found.mean(axis=0)
    moved = cv2.warpAffine(
        *(image, np.column_stack([matrix, shift]), size[::-1]), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return moved, points @ matrix.T + shift
