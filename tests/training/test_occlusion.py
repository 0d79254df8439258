import numpy as np
import pytest

from fer_utils.training.occlusion import occlusion_maps

RIGHT_EYE = (slice(12, 20), slice(10, 22))


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(90, 110, (3, 48, 48, 1), dtype=np.uint8)


def bright_there(images):
    """A classifier that looks at one place alone: the brighter it is, the more probable is class 1."""
    share = images[:, *RIGHT_EYE].mean(axis=(1, 2, 3)) / 255
    return np.stack([1 - share, share], axis=1)


def test_the_map_is_bright_where_the_classifier_looks_and_nowhere_else(images):
    images[:, *RIGHT_EYE] = 250
    maps = occlusion_maps(bright_there, images, np.array([1, 1, 1]))
    assert maps.shape == (3, 48, 48) and maps.dtype == np.float32
    np.testing.assert_allclose(maps.max(axis=(1, 2)), 1)
    y, x = np.unravel_index(maps[0].argmax(), (48, 48))
    assert 12 <= y < 20 and 10 <= x < 22
    assert maps[:, 32:].max() == maps[:, :, 34:].max() == 0


def test_covering_that_helps_the_class_is_no_loss(images):
    images[:, *RIGHT_EYE] = 250
    assert not occlusion_maps(bright_there, images, np.array([0, 0, 0])).any()


def test_each_image_is_asked_about_its_own_class_and_left_as_it_is(images):
    images[0, *RIGHT_EYE], images[1, *RIGHT_EYE] = 250, 0
    before = images.copy()
    maps = occlusion_maps(bright_there, images, np.array([1, 0, 1]))
    assert maps[0, 16, 16] > 0.5 and maps[1, 16, 16] > 0.5
    np.testing.assert_array_equal(images, before)


@pytest.mark.parametrize(("patch", "step"), [(10, 4), (7, 3), (48, 5), (5, 5)])
def test_every_pixel_is_covered_at_least_once(images, patch, step):
    seen = []
    occlusion_maps(lambda x: (seen.append(x), bright_there(x))[1], images[:1], np.array([1]), patch, step)
    covered = (seen[0][1:] != images[0]).any(axis=0)
    assert covered.mean() > 0.9  # some pixels are as gray as the square
    assert covered[0].any() and covered[-1].any() and covered[:, 0].any() and covered[:, -1].any()
