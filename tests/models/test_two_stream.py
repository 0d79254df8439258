import keras
import numpy as np
import pytest

from fer_utils.models.cnn_geometry import cnn_geometry
from fer_utils.models.two_stream import two_stream
from fer_utils.models.vggface import vggface_body

SMALL = {"width": 0.0625, "input_shape": (64, 64, 3)}
RANDOM = np.random.default_rng(4)
FACES, FRONTAL = RANDOM.uniform(-1, 1, (2, 7, 64, 64, 3)).astype("float32")
GEOMETRY = RANDOM.uniform(0, 1, (7, 136)).astype("float32")


@pytest.fixture(scope="module")
def trained():
    keras.utils.set_random_seed(4)
    body = vggface_body(**SMALL)
    first = body.get_layer("conv1_1")
    first.set_weights([weight / 128 for weight in first.get_weights()])  # else every probability is 0 or 1
    return body


@pytest.fixture(scope="module", params=["two streams", "geometry"])
def case(request, trained):
    if request.param == "geometry":
        return cnn_geometry(12, trained=trained, **SMALL), [FRONTAL, GEOMETRY]
    return two_stream(12, trained=trained, **SMALL), [FRONTAL, FACES]


def test_both_inputs_count_and_the_batch_does_not(case):
    network, inputs = case
    together = network.predict(inputs, verbose=0)
    np.testing.assert_allclose(together.sum(axis=1), 1, atol=1e-5)
    for place in (0, 1):
        other = list(inputs)
        other[place] = inputs[place][::-1]
        assert np.abs(network.predict(other, verbose=0) - together)[:3].max() > 1e-5
    alone = np.concatenate([network.predict([part[i : i + 1] for part in inputs], verbose=0) for i in range(7)])
    np.testing.assert_allclose(alone, together, atol=1e-5)


def test_a_saved_network_predicts_the_same(case, tmp_path):
    network, inputs = case
    network.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_allclose(again.predict(inputs, verbose=0), network.predict(inputs, verbose=0), atol=1e-6)


def test_the_head_trained_on_joined_features_is_the_one_of_the_network(case, trained):
    network, inputs = case
    flat = [trained.predict(part, verbose=0).reshape(7, -1) if part.ndim == 4 else part for part in inputs]
    head = network.get_layer("head")
    in_two_steps = head.predict(np.concatenate(flat, axis=1), verbose=0)
    np.testing.assert_allclose(in_two_steps, network.predict(inputs, verbose=0), atol=1e-6)


def test_only_the_classifier_learns(case):
    network, _ = case
    trainable = sum(int(np.prod(weight.shape)) for weight in network.trainable_weights)
    assert trainable == network.get_layer("head").count_params()
    assert network.count_params() > trainable
