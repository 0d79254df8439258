import numpy as np
import pytest

from fer_utils.datasets.synthetic import (
    Conditions,
    Imaging,
    draw_face,
    draw_person,
    random_stream,
    sample_imaging,
    sample_sequence,
    sway,
)
from fer_utils.datasets.synthetic.drawing import render_face
from fer_utils.errors import ParameterError
from fer_utils.faces.detection import Detection, make_detector
from fer_utils.faces.smoothing import OneEuroFilter
from fer_utils.faces.tracking import FaceTracker


class Counting:
    """A detector that counts how often it is asked."""

    def __init__(self):
        self.detector, self.asked = make_detector("hog"), 0

    def __call__(self, picture):
        self.asked += 1
        return self.detector(picture)


@pytest.fixture(scope="module")
def film():
    """A smile of 30 frames, and the true landmarks."""
    person, rng = draw_person(0, 1), random_stream(0, 7)
    sequence = sample_sequence("happiness", person.style, rng, 30, 25.0)
    imagings = sway(sample_imaging(rng, Conditions(pose=0.2, light=0.3, quality=0.8)), 30, 25.0, rng)
    shown = zip(sequence.frames, imagings, strict=True)
    drawn = [render_face(person.identity, units, 160, seen) for units, seen in shown]
    return [image for image, _ in drawn], np.array([points for _, points in drawn])


def center(box):
    return np.array([box.left + box.right, box.top + box.bottom]) / 2


def test_a_face_keeps_its_id_and_its_place_while_the_detector_is_seldom_asked(film):
    frames, marks = film
    detector = Counting()
    followed = list(FaceTracker(detector, every=10).follow(frames))
    assert detector.asked == 3
    assert all([face.id for face in faces] == [0] for faces in followed)
    assert [faces[0].detected for faces in followed] == [number % 10 == 0 for number in range(30)]
    for (face,), points in zip(followed, marks, strict=True):
        assert np.linalg.norm(center(face.box) - points[17:].mean(axis=0)) < 0.35 * face.box.width


def test_a_face_that_moves_is_followed():
    face = draw_face(draw_person(0, 1).identity, {}, 120)
    frames = []
    for step in range(20):
        picture = np.full((160, 300), 128, np.uint8)
        picture[20:140, 10 + 6 * step : 130 + 6 * step] = face
        frames.append(picture)
    tracker = FaceTracker(make_detector("hog"), every=100)
    moved = [center(faces[0].box)[0] for faces in tracker.follow(frames)]
    assert np.allclose(np.array(moved) - moved[0], 6 * np.arange(20), atol=8)


def test_two_faces_keep_two_ids_and_who_leaves_is_gone():
    faces = [draw_face(draw_person(0, number).identity, {}, 140, Imaging(background=0.5)) for number in (1, 2)]
    both = np.hstack(faces)
    alone = np.hstack([np.full_like(faces[0], 128), faces[1]])
    followed = list(FaceTracker(make_detector("hog"), every=3).follow([both] * 4 + [alone] * 8))
    assert [[face.id for face in found] for found in followed[:4]] == [[0, 1]] * 4
    (stays,) = [face.id for face in followed[0] if center(face.box)[0] > 140]
    assert [face.id for face in followed[-1]] == [stays]


def test_frames_without_a_face_are_kept_as_empty_lists():
    empty = np.full((120, 120), 128, np.uint8)
    face = draw_face(draw_person(0, 1).identity, {}, 120)
    followed = list(FaceTracker(make_detector("hog"), every=10).follow([empty] * 5 + [face] * 5))
    assert len(followed) == 10 and followed[0] == []
    assert [len(found) for found in followed] == [0] * 5 + [1] * 5  # looked for in each frame while nobody is there


def test_an_unsure_tracker_asks_the_detector():
    face = draw_face(draw_person(0, 1).identity, {}, 140)
    other = np.roll(np.pad(face, ((0, 0), (0, 140)), constant_values=128), 140, axis=1)
    detector = Counting()
    tracker = FaceTracker(detector, every=1000)
    first = np.pad(face, ((0, 0), (0, 140)), constant_values=128)
    followed = list(tracker.follow([first] * 3 + [other] * 3))  # a cut: the face is suddenly elsewhere
    assert detector.asked >= 2
    assert center(followed[-1][-1].box)[0] > 140


def test_landmarks_are_smoothed_at_rest_and_keep_up_with_a_movement():
    rng = np.random.default_rng(0)
    still = rng.normal(50, 1, (200, 4))
    smoother = OneEuroFilter(fps=25)
    assert np.array([smoother(value) for value in still])[20:].std() < 0.6
    moving = np.repeat(np.arange(200.0)[:, None] * 8, 4, axis=1)
    smoother = OneEuroFilter(fps=25)
    behind = moving - np.array([smoother(value) for value in moving])
    assert 0 <= behind[50:].max() < 8  # less than one frame late


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: FaceTracker(make_detector("hog"), every=0), "every=0.*at least 1"),
        (lambda: FaceTracker(make_detector("hog"), every=2.5), "every=2.5"),
        (lambda: OneEuroFilter(fps=0), "fps=0.*above 0"),
    ],
)
def test_impossible_options_are_refused(make, message):
    with pytest.raises(ParameterError, match=message):
        make()


def test_a_detector_of_ones_own_can_be_followed():
    def fixed(picture):
        return [Detection(30, 30, 90, 90, 1.0)]

    face = draw_face(draw_person(0, 1).identity, {}, 120)
    assert [len(found) for found in FaceTracker(fixed, every=5).follow([face] * 6)] == [1] * 6
