import keras
import numpy as np
import pytest

from fer_utils.models.nested_lstm import stc_nlstm
from fer_utils.training.fit import predict
from fer_utils.training.layer_contributions import layer_contributions
from fer_utils.training.windows import Together, Windows

PLACES = np.arange(24).reshape(8, 3)
Y = np.arange(8) % 4


@pytest.fixture(scope="module")
def pixels():
    return np.random.default_rng(0).integers(0, 256, (24, 8, 8, 1), dtype=np.uint8)


def network_of(*views, without=""):
    keras.utils.set_random_seed(2)
    return stc_nlstm(4, (3, 8, 8, 1), ((3,), (4,)), units=5, views=views, without=without)


def silence(network, name):
    """Lets the state of a Temp-LSTM be 0 whatever it sees."""
    layer = network.get_layer(f"{name}_temp_lstm")
    layer.set_weights([np.zeros_like(weight) for weight in layer.get_weights()])


def test_a_layer_whose_state_never_changes_contributes_nothing_and_others_do(pixels):
    network, clips = network_of("face"), Windows(pixels, PLACES)
    silence(network, "face_conv1")
    (found,) = layer_contributions(network, clips, Y, clips)
    assert found.shape == (8, 2)
    assert np.abs(found[:, 0]).max() < 1e-7 and np.abs(found[:, 1]).max() > 1e-3


def test_a_contribution_is_what_the_true_class_loses(pixels):
    network, clips = network_of("face", without="conv"), Windows(pixels, PLACES)
    (found,) = layer_contributions(network, clips, Y, clips, batch_size=3)
    states = keras.Model(network.input, network.get_layer("face_states").output).predict(
        pixels[PLACES].astype("float32") / 127.5 - 1, verbose=0
    )
    states[:, 1] = states[:, 1].mean(axis=0)
    head = network.get_layer("head")
    changed = head.predict([states], verbose=0)[np.arange(8), Y]
    whole = predict(network, clips)[np.arange(8), Y]
    np.testing.assert_allclose(found[:, 1], whole - changed, atol=1e-5)


def test_each_picture_and_the_landmarks_have_steps_of_their_own(pixels):
    geometry = np.random.default_rng(1).random((24, 136)).astype(np.float32)
    clips = Together(Windows(pixels, PLACES), Windows(pixels[::-1], PLACES))
    assert [part.shape for part in layer_contributions(network_of("face", "frontal"), clips, Y, clips)] == [(8, 2)] * 2
    clips = Together(Windows(pixels, PLACES), Windows(geometry, PLACES))
    network = network_of("frontal", "geometry")
    silence(network, "geometry")
    (found,) = layer_contributions(network, clips, Y, clips)
    assert found.shape == (8, 3) and np.abs(found[:, 2]).max() < 1e-7
