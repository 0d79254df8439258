import keras
import numpy as np
import pytest

from fer_utils.models.gudi import EPSILON, LocalContrastNormalization, gudi_cnn
from fer_utils.training.fit import predict


@pytest.fixture(scope="module")
def network():
    keras.utils.set_random_seed(1)
    return gudi_cnn(width=1 / 16)


@pytest.fixture(scope="module")
def faces():
    return np.random.default_rng(0).integers(0, 256, (9, 48, 48, 1), dtype=np.uint8)


def test_brightness_and_contrast_of_a_place_do_not_matter():
    maps = np.random.default_rng(0).normal(0, 20, (2, 12, 11, 3)).astype("float32")
    layer = LocalContrastNormalization(5)
    plain, changed = (keras.ops.convert_to_numpy(layer(x)) for x in (maps, 3 * maps + 40))
    np.testing.assert_allclose(changed, plain, atol=1e-3)
    flat = keras.ops.convert_to_numpy(layer(np.full((1, 9, 9, 1), 7.0, "float32")))
    assert np.abs(flat).max() < 1e-3


def test_it_is_the_deviation_from_the_mean_around_by_the_spread_around():
    maps = np.random.default_rng(0).normal(size=(1, 8, 7, 1)).astype("float32")

    def around(values):  # beyond the edge nothing is counted
        out = np.empty_like(values)
        for y, x in np.ndindex(values.shape):
            out[y, x] = values[max(0, y - 1) : y + 2, max(0, x - 1) : x + 2].mean()
        return out

    centered = maps[0, ..., 0] - around(maps[0, ..., 0])
    expected = centered / np.sqrt(around(centered**2) + EPSILON**2)
    found = keras.ops.convert_to_numpy(LocalContrastNormalization(3)(maps))[0, ..., 0]
    np.testing.assert_allclose(found, expected, atol=1e-4)


def test_maps_are_halved_twice_and_once_without_the_added_pool():
    for pools, side in ((2, 12), (1, 24)):
        model = gudi_cnn(pools=pools, width=1 / 64)
        assert next(layer for layer in model.layers if isinstance(layer, keras.layers.Flatten)).input.shape[1:3] == (
            side,
            side,
        )


def test_a_prediction_does_not_depend_on_the_other_faces_of_the_batch(network, faces):
    together = predict(network, faces)
    assert together.std(axis=0).max() > 1e-3
    np.testing.assert_allclose(predict(network, faces[::-1])[::-1], together, atol=1e-5)
    np.testing.assert_allclose(np.concatenate([predict(network, f[None]) for f in faces]), together, atol=1e-5)


def test_a_saved_network_predicts_the_same(network, faces, tmp_path):
    network.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_allclose(predict(again, faces), predict(network, faces), atol=1e-6)
    assert next(layer for layer in again.layers if isinstance(layer, LocalContrastNormalization)).window == 9
