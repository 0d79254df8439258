import cv2
import dlib
import numpy as np
import pytest

from fer_utils.datasets.emotions import SEVEN
from fer_utils.datasets.synthetic import (
    ACTION_UNITS,
    PROTOTYPES,
    Identity,
    Imaging,
    SyntheticFaces,
    draw_face,
    landmarks_of,
)
from fer_utils.errors import ParameterError


def test_dlib_finds_the_faces(drawn):
    detector = dlib.get_frontal_face_detector()
    enlarged = [cv2.resize(image, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC) for image in drawn.images[::12]]
    assert np.mean([len(detector(image)) > 0 for image in enlarged]) >= 0.95
    drawer = SyntheticFaces()
    large = [draw_face(drawer.identity(i), PROTOTYPES[e][0], 224) for i in range(4) for e in SEVEN]
    assert np.mean([len(detector(image)) == 1 for image in large]) >= 0.95


def test_landmarks_lie_in_the_box_that_dlib_finds():
    drawer, detector = SyntheticFaces(), dlib.get_frontal_face_detector()
    for subject in range(6):
        face = draw_face(drawer.identity(subject), {}, 224)
        box = detector(face)[0]
        center = landmarks_of(drawer.identity(subject), {}, 224)[17:].mean(axis=0)
        assert box.left() < center[0] < box.right() and box.top() < center[1] < box.bottom()


def test_landmarks_follow_the_muscles():
    person = Identity()
    rest = landmarks_of(person)
    assert rest.shape == (68, 2)
    assert np.all(np.diff(rest[:17, 0]) > 0)  # the jaw runs from the subject's right ear to the left one
    smile, fear, drop = (landmarks_of(person, units) for units in ({12: 4}, {5: 4}, {26: 4, 25: 4}))
    assert smile[54, 0] - smile[48, 0] > 1.1 * (rest[54, 0] - rest[48, 0])  # corners apart
    assert smile[48, 1] < rest[48, 1] and smile[54, 1] < rest[54, 1]  # and up
    assert fear[41, 1] - fear[37, 1] > rest[41, 1] - rest[37, 1]  # eye wider open
    assert drop[66, 1] - drop[62, 1] > 10 and drop[8, 1] > rest[8, 1]  # mouth open, chin down
    one_sided = landmarks_of(person, {12: (4, 0)})  # only the subject's right corner, on the left of the picture
    assert one_sided[48, 1] < rest[48, 1] - 5 and abs(one_sided[54, 1] - rest[54, 1]) < 1


def test_a_person_looks_more_like_herself_than_like_others():
    everybody = (SyntheticFaces().identity(subject) for subject in range(48))
    people = [person for person in everybody if person.skin_group == 2]
    drawn = np.array([[draw_face(p, PROTOTYPES[e][0], 48) for e in SEVEN] for p in people]).astype(float)
    within = np.abs(drawn - drawn.mean(axis=1, keepdims=True)).mean()
    between = np.abs(drawn - drawn.mean(axis=0, keepdims=True)).mean()
    assert between > 1.5 * within


@pytest.mark.parametrize(
    ("units", "message"), [({3: 2}, "unit 3 cannot"), ({12: 9}, "9.*0 to 5"), ({12: (1, 2, 3)}, "12")]
)
def test_impossible_action_units_are_refused(units, message):
    with pytest.raises(ParameterError, match=message):
        draw_face(Identity(), units)


def test_light_and_roll_change_the_picture_and_not_the_person():
    plain = draw_face(Identity(), {}, 96)
    assert not np.array_equal(plain, draw_face(Identity(), {}, 96, Imaging(light=(0.9, 0.0))))
    turned = landmarks_of(Identity(), {}, 96, Imaging(roll=10))
    eyes = turned[45] - turned[36]
    assert np.rad2deg(np.arctan2(eyes[1], eyes[0])) == pytest.approx(10, abs=0.01)


@pytest.mark.parametrize("unit", ACTION_UNITS)
def test_each_action_unit_can_be_seen_by_itself(unit):
    rest, moved = (draw_face(Identity(), units, 48).astype(float) for units in ({}, {unit: 5}))
    assert (np.abs(moved - rest) > 12).sum() >= 10  # pixels of a face of 48 pixels
    half = draw_face(Identity(), {unit: 2.5}, 48).astype(float)
    assert 0 < np.abs(half - rest).sum() < np.abs(moved - rest).sum()


@pytest.mark.parametrize("unit", [1, 2, 4, 5, 6, 7, 10, 12, 14, 15, 43])
def test_a_muscle_of_the_right_side_moves_the_right_side(unit):
    """The subject's right is on the left of the picture."""
    moved = np.abs(draw_face(Identity(), {unit: (5, 0)}, 96).astype(float) - draw_face(Identity(), {}, 96))
    assert moved[:, :48].sum() > 1.5 * moved[:, 48:].sum()
