import keras
import numpy as np
import pytest

from fer_utils.models.cnn_features import feature_extractor, map_extractor, map_probabilities
from fer_utils.models.cnn_lstm import cnn_lstm_ck
from fer_utils.models.mini_xception import dense_mini_xception, mini_xception
from fer_utils.training.fit import predict


@pytest.fixture(scope="module")
def network():
    keras.utils.set_random_seed(1)
    model = cnn_lstm_ck(units=8, hidden=6, features=10, length=7)
    model.set_weights([2 * weight for weight in model.get_weights()])  # so that answers differ, as after a training
    return model


@pytest.fixture(scope="module")
def clips():
    return np.random.default_rng(0).normal(size=(9, 7, 10)).astype("float32")


def test_the_layers_have_the_counts_that_follow_from_table_5_1():
    counts = {layer.name: layer.count_params() for layer in cnn_lstm_ck().layers if layer.weights}
    assert counts == {"lstm": 93_744, "hidden": 27_904, "probabilities": 771}
    assert cnn_lstm_ck().input_shape == (None, 40, 108)
    assert cnn_lstm_ck(length=108, features=40).get_layer("lstm").count_params() == 64_368


def test_features_of_the_dense_network_fit_for_any_number_of_classes():
    for classes in (3, 7):
        body = feature_extractor(dense_mini_xception(classes), "dense_conv108")
        assert body.output_shape[1:] == cnn_lstm_ck(classes).input_shape[2:]


def test_the_answer_of_the_still_network_follows_from_its_features():
    keras.utils.set_random_seed(0)
    network = dense_mini_xception(3)
    faces = np.random.default_rng(0).integers(0, 256, (5, 48, 48, 1), dtype=np.uint8)
    features = predict(feature_extractor(network, "dense_conv108"), faces)
    np.testing.assert_allclose(map_probabilities(features, 3), predict(network, faces), atol=1e-5)


def test_a_base_network_with_one_module_less_has_as_many_features():
    body = map_extractor(mini_xception(3, filters=(16, 32, 64)))
    assert body.output_shape == (None, 108)


def test_the_order_of_frames_matters(network, clips):
    assert np.abs(predict(network, clips[:, ::-1]) - predict(network, clips)).max() > 1e-3


def test_a_prediction_does_not_depend_on_the_other_clips_of_the_batch(network, clips):
    answers = predict(network, clips)
    assert answers.std(axis=0).max() > 1e-3
    np.testing.assert_allclose(predict(network, clips[::-1])[::-1], answers, atol=1e-5)
    np.testing.assert_allclose(np.concatenate([predict(network, clip[None]) for clip in clips]), answers, atol=1e-5)


def test_a_saved_network_predicts_the_same(network, clips, tmp_path):
    network.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_allclose(predict(again, clips), predict(network, clips), atol=1e-6)


def test_training_lowers_the_loss(clips):
    keras.utils.set_random_seed(0)
    model = cnn_lstm_ck(units=8, hidden=6, features=10, length=7, dropout=0.0)
    model.compile(keras.optimizers.Adam(0.02), "categorical_crossentropy")
    targets = np.eye(3, dtype="float32")[np.arange(9) % 3]
    losses = [float(np.asarray(model.train_on_batch(clips, targets))) for _ in range(10)]
    assert np.isfinite(losses).all() and losses[-1] < losses[0]
