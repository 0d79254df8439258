import numpy as np
import pytest

from fer_utils.datasets.synthetic import Imaging, draw_face, draw_person, landmarks_of
from fer_utils.errors import ParameterError, UserError
from fer_utils.faces.detection import make_detector
from fer_utils.faces.dlib_detectors import find_mmod
from fer_utils.faces.landmarks import find_landmarks
from fer_utils.faces.predictor_files import PredictorError, load_predictor

PERSON = draw_person(0, 3).identity


def pair_of_faces():
    """A large face and a smaller one beside it, and where the landmarks of both are."""
    large, small = (draw_face(PERSON, {12: 3}, size, Imaging(color=True)) for size in (224, 144))
    picture = np.full((240, 400, 3), 128, np.uint8)
    picture[8:232, 4:228] = large
    picture[40:184, 244:388] = small
    marks = [landmarks_of(PERSON, {12: 3}, size) + np.array(at) for size, at in ((224, (4, 8)), (144, (244, 40)))]
    return picture, marks


def covers(face, marks):
    center = marks[17:].mean(axis=0)
    return face.left < center[0] < face.right and face.top < center[1] < face.bottom


def mmod():
    try:
        find_mmod()
    except UserError:
        pytest.skip("dlib's convolutional detector is not here (FERBENCH_MODELS)")
    return make_detector("mmod")


def mtcnn():
    pytest.importorskip("mtcnn", reason="the package mtcnn is not installed")
    return make_detector("mtcnn")


@pytest.mark.parametrize("detector", [lambda: make_detector("hog"), mmod, mtcnn], ids=["hog", "mmod", "mtcnn"])
def test_a_detector_finds_both_faces_and_nothing_on_a_wall(detector):
    find = detector()
    picture, marks = pair_of_faces()
    found = find(picture)
    assert len(found) == 2
    assert all(any(covers(face, one) for face in found) for one in marks)
    assert found[0].score >= found[1].score
    assert find(np.full((200, 200), 128, np.uint8)) == []


def test_gray_faces_are_found_as_those_in_color():
    gray = draw_face(PERSON, {}, 224)
    assert len(make_detector("hog")(gray)) == len(make_detector("hog")(gray[..., None])) == 1


def test_a_small_face_is_found_in_a_picture_of_twice_the_size():
    small = np.pad(draw_face(PERSON, {}, 80), 40, mode="edge")
    assert make_detector("hog")(small) == []
    (face,) = make_detector("hog", upsample=1)(small)
    assert covers(face, landmarks_of(PERSON, {}, 80) + 40)


def test_faces_below_the_smallest_size_are_left_out():
    picture, marks = pair_of_faces()
    (face,) = make_detector("hog", smallest=90)(picture)
    assert covers(face, marks[0])


def test_a_cropped_picture_is_one_face():
    (face,) = make_detector("cropped")(np.zeros((48, 64), np.uint8))
    assert (face.left, face.top, face.right, face.bottom) == (0, 0, 64, 48)


def test_landmarks_of_each_face_are_near_the_true_ones():
    try:
        predictor = load_predictor(68)
    except PredictorError:
        pytest.skip("dlib's predictor of 68 landmarks is not here (FERBENCH_MODELS)")
    picture, marks = pair_of_faces()
    faces = sorted(make_detector("hog")(picture), key=lambda face: face.left)
    found = find_landmarks(picture, faces, predictor)
    assert found.shape == (2, 68, 2) and found.dtype == np.float32
    for one, truth in zip(found, marks, strict=True):
        assert np.linalg.norm(one - truth, axis=1).mean() < 0.08 * np.linalg.norm(truth[36] - truth[45])
    assert find_landmarks(picture, [], predictor).shape[0] == 0


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"name": "hogg"}, r"'hogg'.*Did you mean 'hog'"),
        ({"upsample": 7}, "upsample=7.*0 to 4"),
        ({"upsample": True}, "upsample=True"),
        ({"smallest": -1}, "smallest=-1"),
    ],
)
def test_impossible_options_are_refused(options, message):
    with pytest.raises(ParameterError, match=message):
        make_detector(**options)


@pytest.mark.parametrize("picture", [np.zeros((48, 48)), np.zeros((48, 48, 4), np.uint8), np.zeros((0, 9), np.uint8)])
def test_what_is_no_picture_is_refused(picture):
    with pytest.raises(ParameterError, match="expected uint8"):
        make_detector("hog")(picture)


def test_a_missing_model_file_is_named_with_the_way_to_get_it(monkeypatch, tmp_path):
    monkeypatch.setattr("fer_utils.faces.dlib_detectors.search_places", lambda: [tmp_path])
    with pytest.raises(UserError, match=r"mmod_human_face_detector.dat.*curl"):
        make_detector("mmod")
    (tmp_path / "mmod_human_face_detector.dat").write_bytes(b"<html>")
    with pytest.raises(UserError, match="cannot read this file"):
        make_detector("mmod")
