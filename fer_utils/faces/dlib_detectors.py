"""dlib's two face detectors: histograms of oriented gradients, and a convolutional network.

References: Dalal and Triggs 2005, "Histograms of Oriented Gradients for Human Detection"; King 2015, "Max-Margin Object
Detection", arXiv:1502.00046.
"""

from pathlib import Path

import cv2
import numpy as np

from fer_utils.errors import UserError
from fer_utils.faces.detection import Detection, Detector
from fer_utils.faces.predictor_files import search_places
from fer_utils.paths import cache_root

MMOD_FILE = "mmod_human_face_detector.dat"
MMOD_SOURCE = f"https://dlib.net/files/{MMOD_FILE}.bz2"


def hog_detector(upsample: int = 0) -> Detector:
    """Returns dlib's detector of upright frontal faces.

    Args:
        upsample: int. How often pictures are doubled in size first.

    Returns:
        function from a picture to its `Detection`s; the score is the distance from the decision boundary.
    """
    import dlib

    detector = dlib.get_frontal_face_detector()

    def detect(picture: np.ndarray) -> list[Detection]:
        boxes, scores, _ = detector.run(picture, upsample)
        return [_detection(box, score) for box, score in zip(boxes, scores, strict=True)]

    return detect


def mmod_detector(upsample: int = 0) -> Detector:
    """Returns dlib's convolutional detector, which finds turned and partly covered faces, too.

    Args:
        upsample: int. How often pictures are doubled in size first.

    Returns:
        function from a picture to its `Detection`s; the score grows with certainty.

    Raises:
        UserError: the model file is nowhere, or is not what it should be.
    """
    import dlib

    path = find_mmod()
    try:
        detector = dlib.cnn_face_detection_model_v1(str(path))
    except (RuntimeError, ValueError, MemoryError) as error:
        raise UserError(
            f"{path}: dlib cannot read this file as its face detector. It has {path.stat().st_size / 1e6:.1f} MB, the "
            f"original 0.7 MB. To mend it: {_fetch_command(path)}"
        ) from error

    def detect(picture: np.ndarray) -> list[Detection]:
        colored = picture if picture.ndim == 3 else cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB)
        return [_detection(face.rect, face.confidence) for face in detector(colored, upsample)]

    return detect


def find_mmod() -> Path:
    """Finds the model file of dlib's convolutional detector, where landmark predictors are looked for, too.

    Returns:
        Path.

    Raises:
        UserError: it is nowhere; the message says where it was looked for and where it can be had.
    """
    places = search_places()
    for place in places:
        if place.is_file() and place.name == MMOD_FILE:
            return place
        if (place / MMOD_FILE).is_file():
            return place / MMOD_FILE
    raise UserError(
        f"No {MMOD_FILE} (0.7 MB, dlib's convolutional face detector) in {', '.join(map(str, places))}; "
        "FERBENCH_MODELS may name another folder. dlib's other detector, 'hog', needs no file. "
        f"To mend it: {_fetch_command(cache_root() / 'models' / MMOD_FILE)}"
    )


def _fetch_command(target: Path) -> str:
    return f'mkdir -p "{target.parent}" && curl -fL {MMOD_SOURCE} | bunzip2 > "{target}"'


def _detection(box, score: float) -> Detection:
    """Turns dlib's box, whose right and bottom pixels belong to it, into edges."""
    return Detection(float(box.left()), float(box.top()), box.right() + 1.0, box.bottom() + 1.0, float(score))
