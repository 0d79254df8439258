import keras
import numpy as np
import pytest

from fer_utils.models.cnn_lstm import cnn_lstm_ck
from fer_utils.training.fit import predict
from fer_utils.training.over_time import answers_over_time


@pytest.fixture(scope="module")
def network():
    keras.utils.set_random_seed(2)
    return cnn_lstm_ck(units=8, hidden=6, features=5, length=6)


@pytest.fixture(scope="module")
def clips():
    return np.random.default_rng(0).normal(size=(4, 6, 5)).astype("float32")


def test_after_the_last_frame_the_network_answers_as_it_does(network, clips):
    answers = answers_over_time(network, clips)
    assert answers.shape == (4, 6, 3)
    np.testing.assert_allclose(answers[:, -1], predict(network, clips), atol=1e-5)


def test_after_three_frames_it_answers_as_if_there_were_no_more(network, clips):
    short = cnn_lstm_ck(units=8, hidden=6, features=5, length=3)
    short.set_weights(network.get_weights())
    np.testing.assert_allclose(answers_over_time(network, clips)[:, 2], predict(short, clips[:, :3]), atol=1e-5)
