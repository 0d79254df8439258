import numpy as np
import pytest

from fer_utils.datasets.synthetic import Identity, Imaging, landmarks_of
from fer_utils.faces.soft_symmetry import MIRRORED, blend_landmarks, blend_mirrored


def test_the_landmarks_of_a_symmetric_face_are_their_own_mirror_image():
    landmarks = landmarks_of(Identity(), {}, 224, Imaging())
    assert sorted(MIRRORED) == list(range(68))
    assert landmarks[MIRRORED] * (-1, 1) + (223, 0) == pytest.approx(landmarks, abs=1e-6)


def test_all_weight_is_the_mirror_image_and_none_is_the_picture():
    image = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
    weights = np.zeros((40, 40), np.float32)
    weights[:, 30:] = 1
    blended = blend_mirrored(image, weights)
    assert np.array_equal(blended[:, :30], image[:, :30])
    assert np.array_equal(blended[:, 30:], image[:, 9::-1])
    assert np.array_equal(blend_mirrored(image, 0 * weights), image)


def test_half_a_weight_is_the_mean_of_both():
    image = np.zeros((10, 10), np.uint8)
    image[:, :5] = 200
    assert (blend_mirrored(image, np.full((10, 10), 0.5, np.float32)) == 100).all()


def test_landmarks_follow_what_is_shown():
    landmarks = landmarks_of(Identity(), {12: (5, 0)}, 224, Imaging())
    weights = np.zeros((224, 224), np.float32)
    weights[:, 130:] = 1  # the subject's left side is on the right of the picture
    moved = blend_landmarks(landmarks, weights)
    kept = landmarks[:, 0] < 129
    assert np.array_equal(moved[kept], landmarks[kept])
    assert moved[54] == pytest.approx(landmarks[48] * (-1, 1) + (223, 0))  # the corners of the mouth
    assert np.isfinite(blend_landmarks(landmarks + 1e4, weights)).all()
