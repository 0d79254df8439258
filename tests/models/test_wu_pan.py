import keras
import numpy as np
import pytest

from fer_utils.errors import ParameterError
from fer_utils.models.wu_pan import trial, with_softmax, wp_cnn512, wp_cnn_lstm, wp_lstm_head, wp_raw_lstm
from fer_utils.training.fit import predict

SMALL = {"input_shape": (16, 16, 1), "width": 0.125}


def whole(**options):
    return wp_cnn_lstm(wp_cnn512(**SMALL, **options), wp_lstm_head(units=(16, 8)))


NETWORKS = {
    "cnn and lstm": whole,
    "batch normalization": lambda: whole(normalization="batch", kernel=2, top="convolution"),
    "lstm on rows": lambda: wp_raw_lstm(7, (16, 16, 1), units=(16, 8)),
}


@pytest.fixture(scope="module", params=NETWORKS)
def network(request):
    keras.utils.set_random_seed(1)
    model = NETWORKS[request.param]()
    model.set_weights([2 * weight for weight in model.get_weights()])  # so that answers differ, as after a training
    return model


@pytest.fixture(scope="module")
def faces():
    """Faces as they are after the means were subtracted: numbers about 0."""
    return np.random.default_rng(0).normal(size=(9, 16, 16, 1)).astype("float32")


def test_three_rounds_halve_the_map_three_times():
    model = wp_cnn512()
    halved = [layer.output.shape[1:] for layer in model.layers if isinstance(layer, keras.layers.MaxPooling2D)]
    assert halved == [(128, 128, 32), (64, 64, 64), (32, 32, 128)] and model.output_shape == (None, 512)


def test_rows_are_read_from_above_in_their_order():
    model = wp_raw_lstm(7, (16, 16, 1))
    face = np.arange(16 * 16, dtype="float32").reshape(1, 16, 16, 1)
    rows = next(layer for layer in model.layers if isinstance(layer, keras.layers.Reshape))(face)
    np.testing.assert_array_equal(keras.ops.convert_to_numpy(rows)[0], face[0, ..., 0])


def test_the_whole_system_answers_as_its_parts_do(faces):
    cnn, head = wp_cnn512(**SMALL), wp_lstm_head(units=(16, 8))
    features = cnn.predict(faces, verbose=0)
    together = predict(wp_cnn_lstm(cnn, head), faces)
    np.testing.assert_allclose(together, predict(head, features[:, None]), atol=1e-6)


def test_training_with_the_temporary_softmax_trains_the_cnn(faces):
    keras.utils.set_random_seed(0)
    cnn = wp_cnn512(**SMALL)
    before = cnn.predict(faces, verbose=0)
    classifier = with_softmax(cnn, 3)
    classifier.compile("adam", "categorical_crossentropy")
    classifier.train_on_batch(faces, np.eye(3, dtype="float32")[np.arange(9) % 3])
    assert np.abs(cnn.predict(faces, verbose=0) - before).max() > 1e-6 and before.min() >= 0


@pytest.mark.parametrize(
    ("build", "words"),
    [
        (lambda: wp_cnn512(normalization="bach"), "normalization='bach'.*Did you mean 'batch'"),
        (lambda: wp_cnn512(top="flaten"), "top='flaten'.*Did you mean 'flatten'"),
        (lambda: wp_raw_lstm(reading="row"), "reading='row'.*Did you mean 'rows'"),
    ],
)
def test_a_misspelt_option_names_the_nearest(build, words):
    with pytest.raises(ParameterError, match=words):
        build()


def test_a_trial_is_not_taken_for_the_system_of_the_tables():
    assert [trial(*options) for options in ((3, "none"), (1, "none"), (3, "batch"))] == ["", "_1x1", "_3x3_batch"]


@pytest.fixture(scope="module")
def answers(network, faces):
    return predict(network, faces)


def test_a_prediction_does_not_depend_on_the_other_faces_of_the_batch(network, faces, answers):
    assert answers.std(axis=0).max() > 1e-3  # the faces do get different answers
    np.testing.assert_allclose(predict(network, faces[::-1])[::-1], answers, atol=1e-5)
    alone = np.concatenate([predict(network, face[None]) for face in faces])
    np.testing.assert_allclose(alone, answers, atol=1e-5)


def test_a_saved_network_predicts_the_same(network, faces, answers, tmp_path):
    network.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_allclose(predict(again, faces), answers, atol=1e-6)
