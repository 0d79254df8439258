import cv2
import numpy as np
import pytest

from fer_utils.protocol.augmented_copies import augmented_copies, registered_zncc
from fer_utils.protocol.thumbnails import thumbnails


@pytest.fixture(scope="module")
def pictures():
    """Thirty different smooth pictures."""
    draw = np.random.default_rng(0).integers(0, 256, (30, 6, 6), dtype=np.uint8)
    return np.stack([cv2.resize(picture, (48, 48), interpolation=cv2.INTER_CUBIC) for picture in draw])


def turned(picture, degrees=7, scale=1.05, shift=(1, -2)):
    turn = cv2.getRotationMatrix2D((23.5, 23.5), degrees, scale)
    turn[:, 2] += shift
    return cv2.warpAffine(picture, turn, (48, 48), borderMode=cv2.BORDER_REPLICATE)


@pytest.mark.parametrize("mirror", [False, True])
def test_a_turned_scaled_and_moved_copy_is_led_back_to_its_source(pictures, mirror):
    copies = np.stack([turned(picture) for picture in pictures])[:, :, :: -1 if mirror else 1]
    found = augmented_copies(np.concatenate([pictures, copies]), np.arange(30, 60), np.arange(30))
    assert len(found) >= 28 and (found["j"] == found["i"] - 30).all()
    assert (found["mirrored"] == mirror).all() and (found["zncc"] >= 0.95).all()


def test_different_pictures_are_no_copies_and_none_is_its_own(pictures):
    assert not len(augmented_copies(pictures, np.arange(30), np.arange(30)))


def test_pictures_that_cannot_be_registered_have_no_correlation(pictures):
    constant = np.full((48, 48), 9, np.uint8)
    assert registered_zncc(constant, constant) == 0 == registered_zncc(constant, pictures[0])
    assert registered_zncc(pictures[0], pictures[0]) > 0.999


@pytest.mark.parametrize(("asked", "among"), [([], [0, 1]), ([0], [])])
def test_with_nothing_to_compare_nothing_is_found(pictures, asked, among):
    assert not len(augmented_copies(thumbnails(pictures), np.array(asked), np.array(among)))
