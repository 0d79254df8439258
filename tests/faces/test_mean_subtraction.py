import numpy as np
import pytest

from fer_utils.errors import ParameterError
from fer_utils.faces.mean_subtraction import MeanSubtraction, mean_face, subtract_local_mean, subtract_mean_face


@pytest.fixture(scope="module")
def gray():
    return np.random.default_rng(0).integers(0, 200, (6, 40, 40), dtype=np.uint8)


def test_light_that_is_even_over_a_face_makes_no_difference(gray):
    assert subtract_local_mean(gray + np.uint8(50)) == pytest.approx(subtract_local_mean(gray), abs=1e-3)


def test_light_from_the_side_is_taken_out_but_for_the_edges():
    ramp = np.tile(np.arange(60, dtype=np.float32), (1, 60, 1))
    assert subtract_local_mean(ramp)[:, :, 3:-3] == pytest.approx(np.zeros((1, 60, 54)), abs=1e-4)


def test_the_local_mean_is_that_of_the_window(gray):
    expected = gray[2, 10, 20] - gray[2, 8:13, 18:23].astype(float).mean()
    assert subtract_local_mean(gray, window=5)[2, 10, 20] == pytest.approx(expected, abs=1e-3)


def test_training_faces_are_zero_on_average_and_others_need_not_be(gray):
    mean = mean_face(gray[:4])
    assert subtract_mean_face(gray[:4], mean).mean(axis=0) == pytest.approx(np.zeros((40, 40)), abs=1e-3)
    assert np.abs(subtract_mean_face(gray[4:], mean).mean(axis=0)).max() > 1


def test_impossible_windows_and_shapes_are_refused(gray):
    for window in (4, 0, 41):
        with pytest.raises(ParameterError, match="odd number"):
            subtract_local_mean(gray, window)
    with pytest.raises(ParameterError, match="mean face of"):
        subtract_mean_face(gray, np.zeros((20, 20), np.float32))
    with pytest.raises(ParameterError, match="expected \\(n, height, width\\)"):
        mean_face(gray[0])


def test_a_network_gets_training_faces_about_zero_and_others_by_what_was_learned(gray):
    subtract = MeanSubtraction.learn(gray[:4, ..., None], 5)
    seen, others = subtract(gray[:4, ..., None]), subtract(gray[4:, ..., None])
    assert seen.dtype == np.float32 and seen.shape == (4, 40, 40, 1) and seen.std() == pytest.approx(1, abs=1e-3)
    assert seen.mean(axis=0) == pytest.approx(np.zeros((40, 40, 1)), abs=1e-3)
    expected = subtract_mean_face(subtract_local_mean(gray[4:], 5), mean_face(subtract_local_mean(gray[:4], 5)))
    assert others[..., 0] * subtract.spread == pytest.approx(expected, abs=1e-3)
    assert np.isfinite(MeanSubtraction.learn(np.zeros((2, 9, 9, 1), np.uint8))(np.zeros((1, 9, 9, 1), np.uint8))).all()
