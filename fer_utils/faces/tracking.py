"""Following faces through a video: seldom detected, tracked in between, each with an id that stays."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from fer_utils.errors import ParameterError
from fer_utils.faces.detection import Detection, Detector, checked_picture, overlap
from fer_utils.faces.landmarks import find_landmarks
from fer_utils.faces.smoothing import OneEuroFilter

SAME = 0.3  # least intersection over union of a detection and a track that are one face
REST = 0.03  # a face that moves less than that share of its width from frame to frame is at rest
PAUSE = 2  # frames in which a face at rest is not looked for; its landmarks are found in each


@dataclass(frozen=True)
class TrackedFace:
    """One face in one frame.

    Attributes:
        id: int. The same for one face through the video, from 0 in order of appearance.
        box: `Detection`. Its score is that of the detector or, where `detected` is False, of the tracker.
        detected: bool. Whether the detector was asked in this frame and found the face.
        landmarks: float array (68 or 5, 2) in pixels, smoothed over the frames; None without a predictor.
    """

    id: int
    box: Detection
    detected: bool
    landmarks: np.ndarray | None = None


class FaceTracker:
    """Follows the faces of one video.

    Args:
        detector: function as `make_detector` returns it.
        predictor: `dlib.shape_predictor` for landmarks, or None.
        every: int. The detector is asked in every such frame, and whenever the tracker is unsure of a face or has none.
        unsure: float. Peak-to-sidelobe ratio of dlib's tracker under which it is unsure; a face it holds has 8 to 30.
        fps: float. Frames a second, for smoothing.
        smooth: bool. Whether landmarks are smoothed.

    Reference: Danelljan et al. 2014, "Accurate Scale Estimation for Robust Visual Tracking", which dlib implements.
    """

    def __init__(
        self, detector: Detector, predictor=None, every: int = 20, unsure: float = 7.0, fps: float = 25.0, smooth=True
    ):
        if isinstance(every, bool) or not isinstance(every, int | np.integer) or every < 1:
            raise ParameterError(f"every={every!r}: expected a whole number of frames of at least 1.")
        self.detector, self.predictor, self.every, self.unsure = detector, predictor, int(every), float(unsure)
        self.fps, self.smooth = fps, smooth
        self._tracks: list[_Track] = []
        self._next_id = 0
        self._frame = 0

    def follow(self, frames: Iterable[np.ndarray]) -> Iterator[list[TrackedFace]]:
        """Takes the frames of a video one after the other.

        Args:
            frames: iterable of uint8 arrays (height, width) or (height, width, 3) RGB.

        Yields:
            The faces of each frame in the order of their ids; an empty list where there are none.
        """
        for picture in frames:
            yield self.next(picture)

    def next(self, picture: np.ndarray) -> list[TrackedFace]:
        """Takes the next frame and returns its faces in the order of their ids."""
        picture = checked_picture(picture)
        for track in self._tracks:
            track.update(picture)
        doubtful = any(track.box.score < self.unsure for track in self._tracks)
        if self._frame % self.every == 0 or doubtful or not self._tracks:
            self._detect(picture)
        self._frame += 1
        self._tracks.sort(key=lambda track: track.id)
        return [
            TrackedFace(track.id, track.box, track.detected, self._landmarks(picture, track)) for track in self._tracks
        ]

    def _detect(self, picture: np.ndarray) -> None:
        """Asks the detector: known faces are set right, lost ones leave, new ones come."""
        found = self.detector(picture)
        pairs = _matched(found, [track.box for track in self._tracks])
        kept = [track for number, track in enumerate(self._tracks) if number in pairs or track.box.score >= self.unsure]
        for number, track in enumerate(self._tracks):
            if number in pairs:
                track.start(picture, found[pairs[number]])
        for number, face in enumerate(found):
            if number not in pairs.values():
                kept.append(_Track(self._next_id, picture, face, self.fps))
                self._next_id += 1
        self._tracks = kept

    def _landmarks(self, picture: np.ndarray, track: "_Track") -> np.ndarray | None:
        if self.predictor is None:
            return None
        points = find_landmarks(picture, [track.box], self.predictor)[0].astype(float)
        return track.smoothed(points) if self.smooth else points


def _matched(found: list[Detection], known: list[Detection]) -> dict[int, int]:
    """Says which detection is which known face: number of the known one -> number of the detection."""
    overlaps = np.array([[overlap(old, new) for new in found] for old in known]).reshape(len(known), len(found))
    pairs = zip(*linear_sum_assignment(-overlaps), strict=True)
    return {int(old): int(new) for old, new in pairs if overlaps[old, new] >= SAME}


def _edges(box: Detection) -> tuple[float, float, float, float]:
    return box.left, box.top, box.right, box.bottom


class _Track:
    """One face with dlib's tracker."""

    def __init__(self, identifier: int, picture: np.ndarray, face: Detection, fps: float):
        import dlib

        self.id, self.tracker, self._filter = identifier, dlib.correlation_tracker(), OneEuroFilter(fps)
        self._unit = face.width / 100  # a large face is smoothed like a small one
        self.start(picture, face)

    def start(self, picture: np.ndarray, face: Detection) -> None:
        """Sets the tracker on a face that was detected."""
        import dlib

        self.tracker.start_track(picture, dlib.drectangle(face.left, face.top, face.right, face.bottom))
        self.box, self.detected, self._pause = face, True, 0

    def update(self, picture: np.ndarray) -> None:
        """Looks for the face in the next frame; one at rest is taken to stay where it is for a few frames."""
        self.detected = False
        if self._pause:
            self._pause -= 1
            return
        before, score = self.box, self.tracker.update(picture)
        place = self.tracker.get_position()
        self.box = Detection(place.left(), place.top(), place.right(), place.bottom(), float(score))
        edges = zip(_edges(before), _edges(self.box), strict=True)
        moved = max(abs(after - old) for old, after in edges)
        self._pause = PAUSE if moved < REST * self.box.width else 0

    def smoothed(self, points: np.ndarray) -> np.ndarray:
        """Smooths the landmarks of this frame by those before."""
        return self._filter(points / self._unit) * self._unit
