"""From the frames of one recording to what a model sees: find the face, follow it, cut it out or turn it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

import cv2
import numpy as np

from fer_utils.errors import ParameterError, nearest
from fer_utils.faces.align import align_eyes, crop_box
from fer_utils.faces.detection import checked_picture, make_detector
from fer_utils.faces.frontalize import frontalize
from fer_utils.faces.predictor_files import load_predictor
from fer_utils.faces.tracking import FaceTracker, TrackedFace

VIEWS = ("box", "eyes", "frontal", "frontal-soft")
BLOCK = 16  # frames that are followed, then cut out: in turns, each would drive the other from the processor's cache


@dataclass(frozen=True)
class Chain:
    """How faces are prepared.

    Attributes:
        detector: str. As `make_detector` takes it; "cropped" for pictures that show one face and nothing else.
        upsample: int. How often pictures are doubled in size for the detector.
        smallest: float. Least width and height of a face in pixels.
        every: int. In a recording the detector is asked in every such frame, and the face is tracked in between.
        fps: float. Frames a second, for smoothing.
        landmarks: bool. Whether 68 landmarks are found; always where `view` needs them.
        view: str. "box" (the detected box, scaled), "eyes" (eyes level and at a constant distance), "frontal" (turned
            toward the camera) or "frontal-soft" (the same, hidden parts mirrored).
        size: int. Width and height of the result in pixels.
        extension: float. Growth of the box, for view "box".
        color: bool. RGB or gray.
    """

    detector: str = "hog"
    upsample: int = 0
    smallest: float = 0.0
    every: int = 20
    fps: float = 25.0
    landmarks: bool = True
    view: str = "box"
    size: int = 48
    extension: float = 0.0
    color: bool = False

    def __post_init__(self):
        if self.view not in VIEWS:
            raise ParameterError(f"view={self.view!r}; known are {', '.join(VIEWS)}.{nearest(self.view, VIEWS)}")
        if isinstance(self.size, bool) or not isinstance(self.size, int | np.integer) or not 16 <= self.size <= 1024:
            raise ParameterError(f"size={self.size!r}: expected a whole number of pixels, 16 to 1024.")
        if not 0 <= self.extension <= 3:
            raise ParameterError(f"extension={self.extension!r}: expected a share of the box, 0 to 3, such as 0.25.")

    @property
    def finds_landmarks(self) -> bool:
        """Whether landmarks are found."""
        return self.landmarks or self.view != "box"


@dataclass(frozen=True)
class PreparedFaces:
    """The frames of one recording, one face each.

    Attributes:
        images: uint8 array (n, size, size) or (n, size, size, 3); black where no face was found.
        detected: bool array (n,). Where a face was found, by the detector or by the tracker.
        boxes: float array (n, 4). left, top, right, bottom in pixels of the frame; NaN where no face was found.
        landmarks: float32 array (n, 68, 2), pixels of the prepared face; NaN where they are not known.
        faces: int array (n,). How many faces were in the frame.
    """

    images: np.ndarray
    detected: np.ndarray
    boxes: np.ndarray
    landmarks: np.ndarray
    faces: np.ndarray


def prepare_recording(pictures: Iterable[np.ndarray], chain: Chain) -> PreparedFaces:
    """Prepares the frames of one recording; a still image is a recording of one frame.

    Of several faces the one is taken that fills most of the recording: largest, and longest there; also where it was
    lost for a while. Frames without a face are in the result, too. Only a few pictures are kept at a time, however long
    the recording is.

    Args:
        pictures: iterable of uint8 arrays (height, width) or (height, width, 3) RGB, in their order.
        chain: `Chain`.

    Returns:
        `PreparedFaces`.

    Raises:
        UserError: a detector or predictor is not here.
    """
    detector, predictor = open_tools(chain)
    tracker = FaceTracker(detector, predictor, chain.every, fps=chain.fps)
    followed, areas = [], {}  # the prepared faces of each frame by their ids: the frames themselves are not kept
    pictures = (_channels(picture, chain.color) for picture in pictures)
    while block := list(islice(pictures, BLOCK)):
        for picture, found in zip(block, list(tracker.follow(block)), strict=True):
            followed.append({face.id: _prepared(picture, face, chain) for face in found})
            for face in found:
                areas[face.id] = areas.get(face.id, 0.0) + face.box.width * face.box.height
    chosen = _ids_of_main_face(followed, areas)
    prepared = [next((found[name] for name in chosen if name in found), None) or _nobody(chain) for found in followed]
    images, boxes, landmarks = (np.stack(part) for part in zip(*prepared, strict=True))
    return PreparedFaces(images, ~np.isnan(boxes[:, 0]), boxes, landmarks, np.array([len(found) for found in followed]))


def _ids_of_main_face(followed: list[dict], areas: dict[int, float]) -> list[int]:
    """Lists the ids that the main face had, largest first: lost and found again, it gets another one.

    An id that is seen beside the main face is somebody else.
    """
    chosen, others = [], set()
    for name in sorted(areas, key=areas.get, reverse=True):
        if name not in others:
            chosen.append(name)
            others |= {beside for found in followed if name in found for beside in found if beside != name}
    return chosen


@lru_cache(maxsize=2)
def open_tools(chain: Chain):
    """Opens detector and predictor once a process: the file of the predictor has 100 MB."""
    predictor = load_predictor(68) if chain.finds_landmarks else None
    return make_detector(chain.detector, chain.upsample, chain.smallest), predictor


def _channels(picture: np.ndarray, color: bool) -> np.ndarray:
    picture = checked_picture(picture)
    if color and picture.ndim == 2:
        return cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB)
    return cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) if not color and picture.ndim == 3 else picture


def _prepared(picture: np.ndarray, face: TrackedFace, chain: Chain) -> tuple[np.ndarray, ...]:
    """Returns the face, its box and its landmarks."""
    box = np.array([face.box.left, face.box.top, face.box.right, face.box.bottom])
    try:
        image, points = _view(picture, box, face.landmarks, chain)
    except ParameterError:  # landmarks that no face has: the tracker held on to something else
        return _nobody(chain)
    return image, box, np.full((68, 2), np.nan, np.float32) if points is None else np.asarray(points, np.float32)


def _nobody(chain: Chain) -> tuple[np.ndarray, ...]:
    """Returns black and NaN, where no face was found or none that can be turned."""
    shape = (chain.size, chain.size, 3) if chain.color else (chain.size, chain.size)
    return np.zeros(shape, np.uint8), np.full(4, np.nan), np.full((68, 2), np.nan, np.float32)


def _view(picture: np.ndarray, box: np.ndarray, landmarks, chain: Chain) -> tuple[np.ndarray, np.ndarray | None]:
    if chain.view == "box":
        return crop_box(picture, tuple(box), landmarks, chain.size, chain.extension)
    if chain.view == "eyes":
        return align_eyes(picture, landmarks, chain.size)
    frontal = frontalize(picture, landmarks, chain.size, "soft" if chain.view == "frontal-soft" else "none")
    return frontal.image, frontal.landmarks
