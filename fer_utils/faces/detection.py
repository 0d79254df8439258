"""Finding faces: one kind of answer, whichever detector gives it."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from fer_utils.errors import ParameterError, nearest


@dataclass(frozen=True)
class Detection:
    """One face that a detector found.

    Attributes:
        left: float. Edges of the box in pixels; the first pixel reaches from 0 to 1. The box may leave the picture.
        top: float.
        right: float.
        bottom: float.
        score: float. How sure the detector is, on its own scale; only the order within one detector means something.
    """

    left: float
    top: float
    right: float
    bottom: float
    score: float

    @property
    def width(self) -> float:
        """Width of the box in pixels."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Height of the box in pixels."""
        return self.bottom - self.top


Detector = Callable[[np.ndarray], list[Detection]]  # uint8 (height, width) or (height, width, 3) RGB -> best face first


def make_detector(name: str = "hog", upsample: int = 0, smallest: float = 0.0) -> Detector:
    """Chooses a detector.

    Args:
        name: str. "hog" (dlib's, upright frontal faces, fast), "mmod" (dlib's network: turned faces too, needs a model
            file, slow without a GPU), "mtcnn" (needs the package mtcnn) or "cropped" (the whole picture is a face).
        upsample: int. How often pictures are doubled in size first: "hog" and "mmod" find faces from about 80 and 40
            pixels on, half of that each time.
        smallest: float. Boxes of less width or height in pixels are left out.

    Returns:
        function from a picture, uint8 (height, width) or (height, width, 3) RGB, to its `Detection`s, the best first.
        An empty list where there is no face: nothing is ever dropped silently, callers keep the frame.

    Raises:
        ParameterError: an unknown detector, or impossible options.
        UserError: what the detector needs is not here; the message says how to get it.
    """
    from fer_utils.faces import dlib_detectors, mtcnn_detector

    known = {
        "hog": dlib_detectors.hog_detector,
        "mmod": dlib_detectors.mmod_detector,
        "mtcnn": mtcnn_detector.mtcnn_detector,
        "cropped": lambda upsample: whole_picture,
    }
    if name not in known:
        raise ParameterError(f"No face detector '{name}'. Known: {', '.join(known)}.{nearest(name, known)}")
    if isinstance(upsample, bool) or not isinstance(upsample, int | np.integer) or not 0 <= upsample <= 4:
        raise ParameterError(f"upsample={upsample!r}: expected how often a picture is doubled in size, 0 to 4.")
    if isinstance(smallest, bool) or not isinstance(smallest, int | float | np.number) or not 0 <= smallest < np.inf:
        raise ParameterError(f"smallest={smallest!r}: expected pixels, a number of at least 0.")
    find = known[name](int(upsample))

    def detect(picture: np.ndarray) -> list[Detection]:
        found = find(checked_picture(picture))
        found = [face for face in found if min(face.width, face.height) >= smallest]
        return sorted(found, key=lambda face: (-face.score, face.left, face.top))

    return detect


def whole_picture(picture: np.ndarray) -> list[Detection]:
    """Takes a picture for a face that is cropped already, as those of FER2013 are."""
    height, width = picture.shape[:2]
    return [Detection(0.0, 0.0, float(width), float(height), 1.0)]


def overlap(first: Detection, second: Detection) -> float:
    """Returns intersection over union of two boxes, 0 to 1."""
    across = min(first.right, second.right) - max(first.left, second.left)
    down = min(first.bottom, second.bottom) - max(first.top, second.top)
    common = max(across, 0.0) * max(down, 0.0)
    return common / (first.width * first.height + second.width * second.height - common)


def checked_picture(picture: np.ndarray) -> np.ndarray:
    """Returns a picture in the form that detectors read, or raises `ParameterError` where it is none.

    Args:
        picture: uint8 array (height, width), (height, width, 1) or (height, width, 3) RGB.

    Returns:
        contiguous uint8 array (height, width) or (height, width, 3).
    """
    picture = np.asarray(picture)
    if picture.ndim == 3 and picture.shape[2] == 1:
        picture = picture[..., 0]
    gray_or_color = picture.ndim == 2 or (picture.ndim == 3 and picture.shape[2] == 3)
    if picture.dtype != np.uint8 or not gray_or_color or 0 in picture.shape:
        raise ParameterError(
            f"A picture of shape {picture.shape} and type {picture.dtype}: expected uint8 (height, width) in gray or "
            "(height, width, 3) in RGB, with at least one pixel."
        )
    return np.ascontiguousarray(picture)
