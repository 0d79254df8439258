from functools import partial

import keras
import numpy as np
import pytest

from fer_utils.models.mini_xception import build_network
from fer_utils.models.normalization import BatchNormalization

pytestmark = pytest.mark.skipif(keras.backend.backend() != "tensorflow", reason="elsewhere the layer is Keras' own")
EPSILON = 1e-3
assert_equal = partial(np.testing.assert_allclose, rtol=1e-5, atol=1e-5)


@pytest.fixture
def rng():
    return np.random.default_rng(0)


def ours_and_keras(rng, channels, **options):
    """Our layer and Keras', with the same weights, none of them at its initial value."""
    layers = BatchNormalization(**options), keras.layers.BatchNormalization(**options)
    weights = [rng.uniform(0.5, 2, channels) for _ in range(4)]
    for layer in layers:
        layer.build((None, None, None, channels))
        layer.set_weights(weights)
    return layers


class Gradients(keras.Model):
    """Keras trains with plain gradient descent at rate one, so that a weight's change is its gradient."""

    def __init__(self, layer, channels):
        faces = keras.Input((None, None, channels))
        scaled = keras.layers.DepthwiseConv2D(1, use_bias=False, depthwise_initializer="ones")(faces)
        super().__init__(faces, layer(scaled))
        self.compile(keras.optimizers.SGD(1.0), loss="mean_squared_error")

    def of_one_step(self, inputs, targets):
        before = [np.array(weight) for weight in self.trainable_weights]
        self.train_on_batch(inputs, targets)
        return [old - np.array(new) for old, new in zip(before, self.trainable_weights, strict=True)]


# odd batches too: a fused operation of TensorFlow once corrupted memory on them
@pytest.mark.parametrize("shape", [(64, 22, 22, 22), (33, 11, 11, 64), (7, 5, 5, 3), (1, 3, 3, 8), (1, 1, 1, 4)])
def test_values_gradients_and_moving_statistics_are_those_of_keras(rng, shape):
    inputs, targets = rng.normal(1, 1, shape).astype("float32"), rng.normal(size=shape).astype("float32")
    layers = ours_and_keras(rng, shape[-1], momentum=0.7, epsilon=EPSILON)
    trained, inferred = ([np.array(layer(inputs, training=flag)) for layer in layers] for flag in (True, False))
    assert_equal(*inferred)
    assert_equal(*trained)
    for ours, theirs in zip(*(layer.get_weights() for layer in layers), strict=True):
        assert_equal(ours, theirs)
    for ours, theirs in zip(
        *(Gradients(layer, shape[-1]).of_one_step(inputs, targets) for layer in layers), strict=True
    ):
        assert_equal(ours, theirs)


@pytest.mark.parametrize(
    ("options", "shape"),
    [({"axis": 1}, (4, 3, 5, 5)), ({"scale": False}, (4, 5, 5, 3)), ({"center": False}, (4, 5, 5, 3)), ({}, (6, 3))],
)
def test_what_cannot_be_fused_takes_the_path_of_keras(rng, options, shape):
    inputs = rng.normal(3, 2, shape).astype("float32")
    layers = BatchNormalization(**options), keras.layers.BatchNormalization(**options)
    assert_equal(*(np.array(layer(inputs, training=True)) for layer in layers))


def test_a_frozen_layer_keeps_its_statistics(rng):
    (layer, _) = ours_and_keras(rng, 3)
    layer.trainable = False
    before = layer.get_weights()
    layer(rng.normal(3, 2, (4, 5, 5, 3)).astype("float32"), training=True)
    for old, new in zip(before, layer.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize("name", ["base", "dense"])
def test_stored_weights_fit_networks_of_plain_keras_layers(rng, name, tmp_path, monkeypatch):
    faces = rng.uniform(-1, 1, (5, 48, 48, 1)).astype("float32")
    ours = build_network(name, 7)
    monkeypatch.setattr("fer_utils.models.mini_xception.BatchNormalization", keras.layers.BatchNormalization)
    plain = build_network(name, 7)
    for written, read in ((ours, plain), (plain, ours)):
        written.set_weights([rng.uniform(0.1, 0.5, weight.shape) for weight in written.get_weights()])
        written.save_weights(tmp_path / "x.weights.h5")
        read.load_weights(tmp_path / "x.weights.h5")
        assert_equal(np.array(read(faces)), np.array(written(faces)))


def test_a_stored_model_opens_again(rng, tmp_path):
    faces = rng.uniform(-1, 1, (5, 48, 48, 1)).astype("float32")
    network = build_network("base", 3)
    network.save(tmp_path / "model.keras")
    opened = keras.saving.load_model(tmp_path / "model.keras")
    assert_equal(np.array(opened(faces)), np.array(network(faces)))
