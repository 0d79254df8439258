import keras
import numpy as np
import pytest

from fer_utils.errors import ParameterError
from fer_utils.models.cnn_rnn import SYSTEMS, cnn_rnn, fc7_cnn, features_rnn, image_rnn
from fer_utils.models.vggface import OWN_UNITS, vggface, vggface_body
from fer_utils.training.features import frozen_features
from fer_utils.training.fit import fit, predict
from fer_utils.training.schedules import Schedule
from fer_utils.training.windows import Windows

SMALL = {"width": 0.0625, "input_shape": (32, 32, 3)}


@pytest.fixture(scope="module")
def cnn():
    """A frozen CNN up to fc7, of 256 numbers, whose random weights do not blow pixels up."""
    keras.utils.set_random_seed(2)
    body = vggface_body(**SMALL)
    first = body.get_layer("conv1_1")
    first.set_weights([weight / 64 for weight in first.get_weights()])
    return fc7_cnn(vggface(6, "all", OWN_UNITS, "none", body=body, **SMALL))


@pytest.fixture(scope="module")
def frames():
    """Frames of one color each, so that they differ as frames of several clips do."""
    random = np.random.default_rng(0)
    noisy = random.integers(0, 250, (72, 1, 1, 3)) + random.normal(0, 20, (72, 32, 32, 3))
    return np.clip(noisy, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def places():
    """Five-frame windows over three clips of 24 frames, stride 1."""
    starts = [clip * 24 + first for clip in range(3) for first in range(20)]
    return np.array(starts)[:, None] + np.arange(5)


def whole(system, cnn):
    """A whole system, and the part of it that learns."""
    _, cell, seen = SYSTEMS[system]
    width = cnn.output_shape[-1]
    if seen == "image":
        head = image_rnn(cell, 6, width, width=0.03, scale=0.5)
    else:
        kernel = np.random.default_rng(1).normal(0, 1, (width, 12)).astype("float32")
        head = features_rnn(cell, 6, 12, width=0.03, projection=(kernel, kernel.mean(axis=0)))
    head.set_weights([3 * weight for weight in head.get_weights()])  # so that answers differ, as after a training
    return cnn_rnn(cnn, head), head


class Counted(keras.layers.Layer):
    """Passes faces on and counts them."""

    seen = 0

    def call(self, faces):
        Counted.seen += faces.shape[0] or 0  # None while the network is built
        return faces


def test_the_seventh_layer_is_fc7_and_nothing_before_it_learns(cnn):
    assert cnn.output_shape == (None, 256) and not cnn.trainable_weights
    answers = cnn.predict(np.random.default_rng(4).uniform(-1, 1, (5, 32, 32, 3)).astype("float32"), verbose=0)
    assert answers.min() == 0 and answers.max() > 0  # behind its ReLU
    with pytest.raises(ParameterError, match="no layer fc7"):
        fc7_cnn(vggface(6, "all", (), "none", **SMALL))


@pytest.mark.parametrize("system", SYSTEMS)
def test_features_of_each_frame_once_give_the_answers_of_the_whole_network(system, cnn, frames, places):
    network, head = whole(system, cnn)
    features = frozen_features(cnn, frames)
    answers = predict(head, Windows(features, places))
    assert answers.std(axis=0).max() > 1e-4  # windows do get different answers
    np.testing.assert_allclose(predict(network, Windows(frames, places), 16), answers, atol=1e-5)


def test_each_frame_once_is_four_times_fewer_passes_than_each_window(frames, places, tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path))  # nothing is there yet
    faces = keras.Input((32, 32, 3))
    counting = keras.Model(faces, keras.layers.GlobalAveragePooling2D()(Counted()(faces)))
    network = cnn_rnn(counting, image_rnn("gru", 6, 3, width=0.01))
    Counted.seen = 0
    for start in range(0, len(places), 12):  # eagerly, so that every face that passes is counted
        network(Windows(frames, places)[start : start + 12].astype("float32"))
    each_window = Counted.seen
    assert each_window == len(places) * 5 == 300
    counting.compile(run_eagerly=True)
    Counted.seen = 0
    frozen_features(counting, frames, batch_size=24)
    assert Counted.seen == len(frames) == 72
    assert each_window / Counted.seen > 4


@pytest.mark.parametrize("system", ["cnn_lstm_features", "cnn_gru_image"])
def test_a_saved_system_answers_alike_window_by_window(system, cnn, frames, places, tmp_path):
    network, _ = whole(system, cnn)
    windows = Windows(frames, places[::7])
    answers = predict(network, windows)
    alone = np.concatenate([predict(network, Windows(frames, place[None])) for place in places[::7]])
    np.testing.assert_allclose(alone, answers, atol=1e-5)
    network.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_allclose(predict(again, windows), answers, atol=1e-6)


@pytest.mark.parametrize(
    ("system", "activation"), [*((system, "relu") for system in SYSTEMS), ("cnn_lstm_features", "tanh")]
)
def test_a_head_learns_what_only_the_order_of_frames_tells(system, activation, tmp_path):
    keras.utils.set_random_seed(0)
    _, cell, seen = SYSTEMS[system]
    y = np.arange(60) % 2
    rising = np.linspace(-1, 1, 5, dtype="float32")[None, :, None] * np.where(y, 1, -1)[:, None, None]
    noise = np.random.default_rng(0).normal(0, 0.1, (60, 5, 8))
    sequences = (np.repeat(rising, 8, axis=2) + noise).astype("float32")
    build = {"features": features_rnn, "image": image_rnn}[seen]
    head = build(cell, 2, 8, activation=activation, width=0.06)
    parts = (sequences[:41], y[:41]), (sequences[41:], y[41:])
    fit(head, *parts, tmp_path, Schedule("constant", 0.01), 12, batch_size=10)
    assert (predict(head, sequences[41:]).argmax(axis=1) == y[41:]).mean() > 0.9


def test_what_is_frozen_does_not_learn_and_the_head_does(cnn, frames, places):
    network, head = whole("cnn_gru_features", cnn)
    components = head.get_layer("principal_components")
    frozen = [*cnn.get_weights(), *components.get_weights()]
    before = head.get_weights()
    network.compile(keras.optimizers.SGD(0.1), "categorical_crossentropy")
    clips = Windows(frames, places)[:7].astype("float32") / 127.5 - 1
    network.train_on_batch(clips, np.eye(6, dtype="float32")[np.arange(7) % 6])
    for old, new in zip(frozen, [*cnn.get_weights(), *components.get_weights()], strict=True):
        np.testing.assert_array_equal(old, new)
    assert any(not np.array_equal(old, new) for old, new in zip(before, head.get_weights(), strict=True))


def test_as_coded_no_components_are_used_and_images_have_no_softmax():
    assert features_rnn("gru", 12, as_coded=True).input_shape == (None, 5, 4096)
    coded = image_rnn("lstm", 6, as_coded=True)
    assert coded.input_shape == (None, 5, 6)  # the CNN's own answers
    assert coded.get_layer("probabilities").activation is keras.activations.linear
    assert image_rnn("lstm", 6, 8).get_layer("probabilities").activation is keras.activations.softmax


def test_a_misspelt_cell_names_the_nearest():
    with pytest.raises(ParameterError, match=r"cell='ltsm'.*Did you mean 'lstm'"):
        image_rnn("ltsm")
