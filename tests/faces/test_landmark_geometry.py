import numpy as np
import pytest

from fer_utils.datasets.synthetic import Imaging, draw_person, landmarks_of
from fer_utils.errors import ParameterError
from fer_utils.faces.landmark_geometry import landmark_geometry


@pytest.fixture(scope="module")
def faces():
    return np.stack(
        [landmarks_of(draw_person(0, number).identity, {12: number}, 224, Imaging()) for number in range(4)]
    )


def test_as_coded_all_136_numbers_of_a_face_share_the_range_from_0_to_1(faces):
    vectors = landmark_geometry(faces)
    assert vectors.shape == (4, 136) and vectors.dtype == np.float32
    assert (vectors.min(axis=1) == 0).all() and (vectors.max(axis=1) == 1).all()
    assert np.array_equal(landmark_geometry(faces[2]), vectors[2])


def test_as_coded_it_is_the_formula_of_the_code(faces):
    numbers = (faces[1] - [112, 135]).ravel()
    expected = (numbers - numbers.min()) / (numbers.max() - numbers.min())
    assert landmark_geometry(faces[1]) == pytest.approx(expected, abs=1e-6)


def test_as_coded_it_tells_where_the_face_was_but_centered_it_does_not(faces):
    moved = faces + np.array([20.0, 0.0])
    assert np.abs(landmark_geometry(moved) - landmark_geometry(faces)).max() > 0.05
    assert landmark_geometry(moved, "centered") == pytest.approx(landmark_geometry(faces, "centered"), abs=1e-5)


def test_centered_it_depends_neither_on_place_nor_on_size(faces):
    vectors = landmark_geometry(faces, "centered")
    assert landmark_geometry(3 * faces - 100, "centered") == pytest.approx(vectors, abs=1e-5)
    points = vectors.reshape(4, 68, 2)
    assert points.mean(axis=1) == pytest.approx(np.zeros((4, 2)), abs=1e-5)
    assert (points**2).sum(axis=2).mean(axis=1) == pytest.approx(np.ones(4), abs=1e-5)


def test_what_is_no_face_is_refused(faces):
    with pytest.raises(ParameterError, match="Did you mean 'centered'"):
        landmark_geometry(faces, "centred")
    with pytest.raises(ParameterError, match="expected finite"):
        landmark_geometry(faces[:, :67])
    with pytest.raises(ParameterError, match="in one place"):
        landmark_geometry(np.stack([faces[0], np.ones((68, 2))]))
