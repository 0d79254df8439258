"""Faces moved to where a model expects them: eyes level and at a constant distance, or a box cut out and scaled.

Coordinates are those of OpenCV and dlib: x to the right, y downward, the center of the first pixel is (0, 0).
"""

import cv2
import numpy as np

from fer_utils.errors import ParameterError, nearest

BORDERS = {"edge": cv2.BORDER_REPLICATE, "black": cv2.BORDER_CONSTANT, "mirror": cv2.BORDER_REFLECT_101}
EYES = {  # landmarks of the eye on the left of the picture, and of the one on its right
    68: (slice(36, 42), slice(42, 48)),
    5: (slice(2, 4), slice(0, 2)),  # dlib's five points begin with the eye on the right of the picture
}


def align_eyes(
    image: np.ndarray,
    landmarks: np.ndarray,
    size: int = 256,
    eye_distance: float = 0.33,
    eye_height: float = 0.35,
    border: str = "edge",
) -> tuple[np.ndarray, np.ndarray]:
    """Turns, scales and moves a face so that its eyes are level and at a constant distance (Wu & Pan 2019, section 4).

    Args:
        image: uint8 array (height, width) or (height, width, 3).
        landmarks: float array (68, 2), or (5, 2) as dlib orders them. Pixels.
        size: int. Width and height of the result in pixels; Wu & Pan have 256.
        eye_distance: float. Distance between the centers of the eyes as a fraction of `size`; the paper names none, and
            0.33 leaves room for hair and an open mouth.
        eye_height: float. Height of the eyes, from above, as a fraction of `size`.
        border: str. What is shown beyond the edge of the picture: one of `BORDERS`.

    Returns:
        The face, uint8 (size, size) or (size, size, 3), and its landmarks as floats in pixels of the result.

    Raises:
        ParameterError: landmarks of another number, or both eyes in one place.
    """
    left, right = eye_centers(landmarks)
    if np.hypot(*(right - left)) < 1:
        raise ParameterError(f"Both eyes are at {left.round(1).tolist()}: these landmarks are of no face.")
    middle = (size - 1) / 2
    target = np.array([middle - 0.5 * eye_distance * size, eye_height * size])
    matrix = similarity((left, right), (target, target + np.array([eye_distance * size, 0])))
    return warp_face(image, matrix, size, border), move_points(landmarks, matrix)


def crop_box(
    image: np.ndarray,
    box: tuple[float, float, float, float],
    landmarks: np.ndarray | None = None,
    size: int = 224,
    extension: float = 0.25,
    border: str = "edge",
) -> tuple[np.ndarray, np.ndarray | None]:
    """Cuts a detected box out after making it larger, and scales it (Adebayo 2021, section 4.2.3, for FAN).

    The longer side of the box becomes both sides of a square about its center, so that no face is stretched.

    Args:
        image: uint8 array (height, width) or (height, width, 3).
        box: (left, top, right, bottom) in pixels; right and bottom are the first column and row beyond the box.
        landmarks: float array (n, 2) to be moved with the face, or None.
        size: int. Width and height of the result in pixels.
        extension: float. Growth of the box's sides: 0.25 makes them 1.25 times as long. `get_face_chip` of dlib, which
            the code of Emotion-FAN calls with padding 0.25, adds that at each end; this is 0.5 here.
        border: str. What is shown beyond the edge of the picture: one of `BORDERS`.

    Returns:
        The face, uint8 (size, size) or (size, size, 3), and its landmarks in pixels of the result, or None.

    Raises:
        ParameterError: a box without an area.
    """
    left, top, right, bottom = (float(side) for side in box)
    if not (right > left and bottom > top):
        raise ParameterError(f"box={tuple(box)}: expected left < right and top < bottom.")
    side = (1 + extension) * max(right - left, bottom - top)
    corner = np.array([left + right - side, top + bottom - side]) / 2
    scale = size / side
    matrix = np.column_stack([scale * np.eye(2), scale * (0.5 - corner) - 0.5])  # the corner is an edge of pixels
    return warp_face(image, matrix, size, border), None if landmarks is None else move_points(landmarks, matrix)


def crop_gray(
    image: np.ndarray, box: tuple[float, float, float, float], size: int = 48, extension: float = 0.0
) -> np.ndarray:
    """Cuts a detected box out as mini-Xception expects it: gray, small, from -1 to 1 (Hussein 2020, section 4.3).

    Args:
        image: uint8 array (height, width), or (height, width, 3) RGB.
        box: (left, top, right, bottom) as `crop_box` takes it.
        size: int. Width and height of the result in pixels.
        extension: float. Growth of the box's sides; FER2013 shows about what dlib's boxes show.

    Returns:
        float32 array (size, size, 1): -1 is black, 1 is white.
    """
    face, _ = crop_box(image, box, size=size, extension=extension)
    gray = cv2.cvtColor(face, cv2.COLOR_RGB2GRAY) if face.ndim == 3 else face
    return (gray.astype(np.float32) / 127.5 - 1)[..., None]


def eye_centers(landmarks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns the centers, (2,) each, of the eye on the left of the picture and of the one on its right.

    Raises:
        ParameterError: there are neither 68 nor 5 landmarks, or some are not numbers.
    """
    points = np.asarray(landmarks, dtype=float)
    if points.ndim != 2 or points.shape[-1] != 2 or len(points) not in EYES or not np.isfinite(points).all():
        raise ParameterError(f"landmarks of shape {points.shape}: expected finite numbers (68, 2), or dlib's (5, 2).")
    left, right = EYES[len(points)]
    return points[left].mean(axis=0), points[right].mean(axis=0)


def similarity(source, target) -> np.ndarray:
    """Returns the (2, 3) matrix that turns, scales and moves two points, (2, 2), onto two others."""
    (before, after), (a, b) = np.asarray(source, dtype=float), np.asarray(target, dtype=float)
    turn = complex(*(b - a)) / complex(*(after - before))  # a product of complex numbers turns and scales
    linear = np.array([[turn.real, -turn.imag], [turn.imag, turn.real]])
    return np.column_stack([linear, a - linear @ before])


def warp_face(image: np.ndarray, matrix: np.ndarray, size: int, border: str = "edge") -> np.ndarray:
    """Draws a picture as a similarity maps it. What shrinks is averaged, so that no false patterns arise.

    Args:
        image: uint8 array (height, width) or (height, width, 3).
        matrix: float array (2, 3). From pixels of the picture to those of the result.
        size: int. Width and height of the result in pixels.
        border: str. What is shown beyond the edge of the picture: one of `BORDERS`.

    Returns:
        uint8 array (size, size) or (size, size, 3).
    """
    check_picture(image, border)
    scale = np.sqrt(abs(np.linalg.det(matrix[:, :2])))
    times = int(np.clip(np.floor(1 / scale), 1, max(1, 4096 // size)))  # drawn so much larger, then averaged
    larger = times * matrix
    larger[:, 2] += (times - 1) / 2  # the first pixel's center lies in the middle of those that it averages
    options = {"flags": cv2.INTER_LINEAR, "borderMode": BORDERS[border], "borderValue": 0}
    face = cv2.warpAffine(image, larger, (times * size, times * size), **options)
    return face if times == 1 else cv2.resize(face, (size, size), interpolation=cv2.INTER_AREA)


def check_picture(image: np.ndarray, border: str) -> None:
    """Raises `ParameterError` for what is no picture of uint8, or for an unknown border."""
    if border not in BORDERS:
        raise ParameterError(f"border={border!r}; known are {list(BORDERS)}.{nearest(border, BORDERS)}")
    if image.dtype != np.uint8 or image.ndim not in (2, 3) or 0 in image.shape:
        raise ParameterError(f"A picture of type {image.dtype} and shape {image.shape}: expected uint8 gray or RGB.")


def move_points(points: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Moves points (..., 2) with a (2, 3) matrix."""
    return np.asarray(points, dtype=float) @ matrix[:, :2].T + matrix[:, 2]
