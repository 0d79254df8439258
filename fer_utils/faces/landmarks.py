"""Landmarks of found faces: 68 or 5 points in iBUG's and dlib's order."""

from collections.abc import Sequence

import numpy as np

from fer_utils.faces.detection import Detection, checked_picture


def find_landmarks(picture: np.ndarray, faces: Sequence[Detection], predictor) -> np.ndarray:
    """Finds the landmarks of faces.

    Args:
        picture: uint8 array (height, width) or (height, width, 3) RGB.
        faces: sequence of `Detection`, best of dlib's "hog": the predictor was trained on its boxes.
        predictor: `dlib.shape_predictor`, as `predictor_files.load_predictor` opens it.

    Returns:
        float32 array (faces, 68 or 5, 2). x and y in pixels; the center of the first pixel is (0, 0).

    Reference: Kazemi and Sullivan 2014, "One Millisecond Face Alignment with an Ensemble of Regression Trees".
    """
    import dlib

    picture = checked_picture(picture)
    found = []
    for face in faces:
        left, top, right, bottom = (round(edge) for edge in (face.left, face.top, face.right, face.bottom))
        parts = predictor(picture, dlib.rectangle(left, top, right - 1, bottom - 1)).parts()
        found.append([(part.x, part.y) for part in parts])
    if not found:
        return np.zeros((0, predictor(picture, dlib.rectangle(0, 0, 1, 1)).num_parts, 2), np.float32)
    return np.array(found, np.float32)
