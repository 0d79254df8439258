import numpy as np
import pytest

from fer_utils.training.augmentation import Augmentation
from fer_utils.training.batches import FaceBatches, scale
from fer_utils.training.class_weights import class_weights


@pytest.fixture
def batches():
    images = np.arange(10, dtype=np.uint8)[:, None, None, None] * np.ones((10, 8, 8, 1), dtype=np.uint8)
    return FaceBatches(images, np.eye(10, dtype="float32"), batch_size=4, seed=5)


def contents(batches):
    return [batches[i] for i in range(len(batches))]


def test_an_epoch_shows_every_face_once_with_its_own_label(batches):
    faces, targets = (np.concatenate(parts) for parts in zip(*contents(batches), strict=True))
    assert [len(batch[0]) for batch in contents(batches)] == [4, 4, 2]
    np.testing.assert_array_equal(np.rint((faces[:, 0, 0, 0] + 1) * 127.5), targets.argmax(axis=1))
    assert sorted(targets.argmax(axis=1)) == list(range(10))


def test_order_and_augmentation_depend_on_seed_and_epoch_alone():
    images = np.random.default_rng(0).integers(0, 256, (12, 16, 16, 1), dtype=np.uint8)
    one, two = (FaceBatches(images, np.eye(12), 5, Augmentation(), seed=1) for _ in range(2))
    first = contents(one)
    one.start_epoch(7)
    two.start_epoch(7)
    np.testing.assert_array_equal(one[2][0], two[2][0])
    assert not np.array_equal(first[0][0], one[0][0])


def test_weights_go_with_their_faces():
    images = np.zeros((6, 8, 8, 1), dtype=np.uint8)
    weights = np.arange(6, dtype="float32")
    batches = FaceBatches(images, np.eye(6, dtype="float32"), 6, weights=weights)
    _, targets, weight = batches[0]
    np.testing.assert_array_equal(weights[targets.argmax(axis=1)], weight)


def test_pixels_are_scaled_to_minus_one_and_one():
    np.testing.assert_allclose(scale(np.array([0, 255], dtype=np.uint8)), [-1, 1])


def test_class_weights_of_the_papers_counts():
    y = np.repeat([0, 1, 2], [23_469, 6_358, 9_855])
    np.testing.assert_allclose(class_weights(y, 3), [0.5636, 2.0804, 1.3422], atol=5e-5)


def test_a_class_without_a_face_cannot_be_weighted():
    with pytest.raises(ValueError, match="class 1 has no training image"):
        class_weights(np.array([0, 2]), 3)
