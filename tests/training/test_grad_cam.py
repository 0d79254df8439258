import cv2
import keras
import numpy as np
import pytest
from keras import layers

from fer_utils.models.mini_xception import build_network
from fer_utils.training.batches import scale
from fer_utils.training.grad_cam import grad_cam, heat

FACES = np.random.default_rng(0).integers(0, 256, (4, 12, 12, 1), dtype=np.uint8)
CLASSES = np.array([0, 1, 2, 1])


@pytest.fixture(scope="module")
def network():
    """Maps of 6 x 6, then a head that is not linear in them."""
    keras.utils.set_random_seed(3)
    faces = keras.Input((12, 12, 1))
    x = layers.Conv2D(5, 3, strides=2, padding="same", activation="tanh", name="maps")(faces)
    x = layers.Dense(7, activation="tanh")(layers.Flatten()(x))
    return keras.Model(faces, layers.Softmax()(layers.Dense(3)(x)))


def numeric(network, layer, image, label):
    """The map of one face from differences instead of gradients."""
    maps = keras.Model(network.inputs, network.get_layer(layer).output).predict(scale(image[None]), verbose=0)[0]
    head = keras.Model(network.get_layer(layer).output, network.layers[-1].input)
    step = 1e-2
    steps = step * np.eye(maps.size).reshape(-1, *maps.shape)
    slopes = (head.predict(maps + steps, verbose=0) - head.predict(maps - steps, verbose=0))[:, label] / (2 * step)
    weights = slopes.reshape(maps.shape).mean(axis=(0, 1))
    found = cv2.resize(np.maximum((maps * weights).sum(axis=-1), 0).astype(np.float32), (12, 12))
    return found / found.max()


def test_maps_are_those_of_numeric_differences(network):
    found = grad_cam(network, FACES, CLASSES, "maps")
    assert found.shape == (4, 12, 12) and found.dtype == np.float32
    for image, label, one in zip(FACES, CLASSES, found, strict=True):
        np.testing.assert_allclose(one, numeric(network, "maps", image, label), atol=0.01)


def test_without_a_layer_the_end_of_the_last_residual_block_is_taken():
    keras.utils.set_random_seed(0)
    base = build_network("base", 3)
    faces = np.random.default_rng(0).integers(0, 256, (3, 48, 48, 1), dtype=np.uint8)
    last = [layer.name for layer in base.layers if isinstance(layer, layers.Add)][-1]
    found = grad_cam(base, faces, [0, 1, 2])
    np.testing.assert_array_equal(found, grad_cam(base, faces, [0, 1, 2], last))
    assert set(np.round(found.max(axis=(1, 2)), 5)) <= {0.0, 1.0}


def test_one_face_has_the_map_it_has_among_others(network):
    together = grad_cam(network, FACES, CLASSES, "maps")
    alone = grad_cam(network, FACES[2:3], CLASSES[2:3], "maps")
    np.testing.assert_allclose(alone[0], together[2], atol=1e-5)


def test_where_nothing_speaks_for_the_class_the_map_is_zero():
    faces = keras.Input((12, 12, 1))
    x = layers.Conv2D(1, 1, kernel_initializer="ones", activation="sigmoid", name="maps")(faces)
    x = layers.Dense(2, kernel_initializer=keras.initializers.Constant([[-1.0, 1.0]]))(
        layers.Flatten()(layers.GlobalAveragePooling2D()(x))
    )
    found = grad_cam(keras.Model(faces, layers.Softmax()(x)), FACES[:2], [0, 1], "maps")
    assert found[0].max() == 0 and found[1].max() == pytest.approx(1)


def test_heat_leaves_the_face_visible():
    maps = np.zeros((1, 12, 12))
    maps[0, :, 6:] = 1
    shown = heat(FACES[:1], maps)
    assert shown.shape == (1, 12, 12, 3) and shown.dtype == np.uint8
    assert shown[0, :, 6:, 0].mean() > shown[0, :, :6, 0].mean() + 50  # red and green where it is hot
    assert np.corrcoef(shown[0, :, :6, 1].ravel(), FACES[0, :, :6, 0].ravel())[0, 1] > 0.99
