import numpy as np
import pytest

from fer_utils.training.augmentation import Augmentation

NOTHING = {"rotation": 0, "shift": 0, "zoom": 0, "flip": False}


@pytest.fixture
def faces():
    return np.random.default_rng(0).integers(0, 256, (40, 48, 48, 1), dtype=np.uint8)


def test_nothing_asked_nothing_changed(faces):
    np.testing.assert_array_equal(Augmentation(**NOTHING)(faces, np.random.default_rng(0)), faces)


def test_the_same_seed_gives_the_same_faces(faces):
    once, again = (Augmentation()(faces, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(once, again)
    assert (once != faces).any(axis=(1, 2, 3)).all()


def test_half_of_the_faces_are_mirrored_and_the_rest_untouched(faces):
    many = np.tile(faces, (10, 1, 1, 1))
    warped = Augmentation(**NOTHING | {"flip": True})(many, np.random.default_rng(0))
    mirrored = (warped == many[:, :, ::-1]).all(axis=(1, 2, 3))
    untouched = (warped == many).all(axis=(1, 2, 3))
    assert (mirrored ^ untouched).all()
    assert 0.4 < mirrored.mean() < 0.6


def test_a_shift_moves_by_a_tenth_at_most_and_repeats_the_border():
    ramp = np.broadcast_to(np.arange(48, dtype=np.uint8)[None, None, :, None] * 5, (200, 48, 48, 1)).copy()
    warped = Augmentation(**NOTHING | {"shift": 0.1})(ramp, np.random.default_rng(0)).astype(float)
    moved = (warped[:, 24, 24, 0] - ramp[0, 24, 24, 0]) / 5
    assert 4.0 < np.abs(moved).max() <= 4.8 + 0.2
    assert warped.min() == 0
    assert warped.max() == 47 * 5


def test_rotation_and_zoom_keep_the_center_and_their_limits():
    augmentation = Augmentation(rotation=10, shift=0, zoom=0.1, flip=False)
    matrices = augmentation.matrices(2000, 49, 49, np.random.default_rng(0)).astype(float)
    center = matrices @ np.array([24, 24, 1])
    np.testing.assert_allclose(center, 24, atol=1e-4)
    angles = np.degrees(np.arctan2(matrices[:, 1, 0], matrices[:, 0, 0]))
    zooms = np.linalg.norm(matrices[:, :, :2], axis=1)
    assert 9.9 < np.abs(angles).max() <= 10.001
    assert zooms.min() >= 0.9 - 1e-4
    assert zooms.max() <= 1.1 + 1e-4
    assert np.abs(np.corrcoef(zooms.T)[0, 1]) < 0.1  # the axes are drawn independently


def test_brightness_is_an_option_that_stays_inside_the_range(faces):
    bright = Augmentation(**NOTHING | {"brightness": 0.2})(faces, np.random.default_rng(0)).astype(int)
    change = bright - faces
    assert change.max() <= 51
    assert change.min() >= -51
    assert change.std() > 5


def test_color_faces_keep_their_channels():
    faces = np.random.default_rng(0).integers(0, 256, (3, 48, 48, 3), dtype=np.uint8)
    assert Augmentation()(faces, np.random.default_rng(0)).shape == faces.shape
