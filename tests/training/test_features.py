import keras
import numpy as np
import pytest

from fer_utils.errors import ParameterError
from fer_utils.models.vgg16 import vgg16_body
from fer_utils.training.augmentation import Augmentation
from fer_utils.training.batches import scale
from fer_utils.training.features import FILE, frozen_features


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "features"


@pytest.fixture(scope="module")
def body():
    keras.utils.set_random_seed(0)
    return vgg16_body(width=1 / 16)


@pytest.fixture
def images():
    return np.random.default_rng(0).integers(0, 256, (11, 48, 48, 1), dtype=np.uint8)


@pytest.fixture
def calls(body, monkeypatch):
    """Counts how often the body runs."""
    counted, run = [], body.predict_on_batch
    monkeypatch.setattr(body, "predict_on_batch", lambda batch: counted.append(len(batch)) or run(batch))
    return counted


def test_features_are_what_the_body_says(body, images):
    features = frozen_features(body, images, batch_size=4)
    assert features.shape == (11, 32)
    assert features.dtype == np.float32
    expected = body.predict(scale(images), verbose=0).reshape(11, -1)
    np.testing.assert_allclose(features, expected, rtol=1e-4, atol=1e-3)


def test_the_body_runs_once_for_the_same_faces(body, images, calls):
    first = frozen_features(body, images, batch_size=4)
    assert calls == [4, 4, 4]
    again = frozen_features(body, images.copy(), batch_size=4)
    assert calls == [4, 4, 4]
    assert isinstance(again, np.memmap)
    assert not again.flags.writeable
    np.testing.assert_array_equal(first, again)


def test_other_faces_and_other_weights_are_computed_anew(body, images, calls):
    frozen_features(body, images)
    changed = images.copy()
    changed[3, 5, 5] ^= 1
    frozen_features(body, changed)
    assert len(calls) == 2
    layer = body.get_layer("conv5_3")
    before = layer.get_weights()
    layer.set_weights([before[0] * 1.01, before[1]])
    other = frozen_features(body, images)
    layer.set_weights(before)
    assert len(calls) == 3
    assert not np.allclose(other, frozen_features(body, images))


def test_poolings_share_weights_and_not_features(images):
    for pooling, length in ((None, 4 * 32), ("avg", 32), ("max", 32)):
        keras.utils.set_random_seed(0)
        body = vgg16_body((64, 64, 1), width=1 / 16, pooling=pooling)
        assert frozen_features(body, np.zeros((2, 64, 64, 1), np.uint8)).shape == (2, length)


def test_views_are_augmented_differently_and_the_same_the_next_time(body, images):
    views = frozen_features(body, images, 4, Augmentation(), views=3, seed=1)
    assert views.shape == (11, 3, 32)
    assert not np.allclose(views[:, 0], views[:, 1])
    assert not np.allclose(views, frozen_features(body, images, 4, Augmentation(), views=3, seed=2))
    still = Augmentation(rotation=0, shift=0, zoom=0, flip=False)
    plain = frozen_features(body, images, 4)
    np.testing.assert_allclose(frozen_features(body, images, 4, still)[:, 0], plain, rtol=1e-4, atol=1e-3)


def test_a_damaged_file_is_replaced(body, images, cache, calls):
    frozen_features(body, images)
    (path,) = cache.glob(f"*/{FILE}")
    path.write_bytes(path.read_bytes()[:300])
    assert frozen_features(body, images).shape == (11, 32)
    assert len(calls) == 2
    assert np.load(path).shape == (11, 32)


def test_a_cache_that_cannot_be_written_is_no_error(body, images, cache):
    cache.parent.mkdir()
    cache.write_text("a file where the folder should be")
    assert frozen_features(body, images).shape == (11, 32)


def test_views_need_an_augmentation(body, images):
    with pytest.raises(ParameterError, match="views=2, augmentation=None: expected"):
        frozen_features(body, images, views=2)
