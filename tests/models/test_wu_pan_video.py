import keras
import numpy as np
import pytest

from fer_utils.models.wu_pan import wp_lstm_head
from fer_utils.models.wu_pan_video import wp_video_head
from fer_utils.protocol.clips import PADDING
from fer_utils.training.fit import fit, predict
from fer_utils.training.schedules import Schedule
from fer_utils.training.windows import Masks, Together, Windows

PLACES = np.array([[0, 1, 2, 3], [4, 5, PADDING, PADDING], [6, PADDING, PADDING, PADDING], [7, 8, 9, PADDING]])


@pytest.fixture(scope="module")
def features():
    """What a CNN with ReLU makes of faces: no number is negative, and one face has nothing but zeros."""
    made = np.maximum(np.random.default_rng(0).normal(size=(10, 12)), 0).astype("float32")
    made[5] = 0
    return made


@pytest.fixture(scope="module")
def network():
    keras.utils.set_random_seed(1)
    model = wp_video_head(5, 12, (16, 8))
    model.set_weights([2 * weight for weight in model.get_weights()])  # so that answers differ, as after a training
    return model


def ask(network, features, places, **options):
    return predict(network, Together(Windows(features, places), Masks(places)), **options)


def test_padding_a_clip_changes_no_prediction(network, features):
    answers = ask(network, features, PLACES)
    longer = np.pad(PLACES, ((0, 0), (0, 6)), constant_values=PADDING)
    np.testing.assert_allclose(ask(network, features, longer), answers, atol=1e-5)
    alone = [ask(network, features, row[row != PADDING][None])[0] for row in PLACES]
    np.testing.assert_allclose(alone, answers, atol=1e-5)
    assert answers.std(axis=0).max() > 1e-3


def test_a_prediction_does_not_depend_on_the_other_clips_of_the_batch(network, features):
    answers = ask(network, features, PLACES)
    np.testing.assert_allclose(ask(network, features, PLACES[::-1])[::-1], answers, atol=1e-5)
    np.testing.assert_allclose(ask(network, features, PLACES, batch_size=3), answers, atol=1e-5)


def test_a_face_without_features_is_still_a_step(network, features):
    """A network that takes zeros for padding would skip it."""
    without = np.array([[4, PADDING, PADDING, PADDING]])
    assert np.abs(ask(network, features, PLACES[1:2]) - ask(network, features, without)).max() > 1e-5


def test_the_order_of_the_faces_matters(network, features):
    forth = np.array([[0, 1, 2, 3]])
    assert np.abs(ask(network, features, forth) - ask(network, features, forth[:, ::-1])).max() > 1e-5


def test_with_one_face_it_is_the_head_of_the_paper(features):
    keras.utils.set_random_seed(2)
    still, film = wp_lstm_head(5, (1, 12), (16, 8)), wp_video_head(5, 12, (16, 8))
    film.set_weights(still.get_weights())
    np.testing.assert_allclose(
        ask(film, features, np.arange(10)[:, None]), predict(still, features[:, None]), atol=1e-6
    )


def test_it_learns_what_only_the_order_tells(features, tmp_path):
    keras.utils.set_random_seed(0)
    random = np.random.default_rng(1)
    y = np.arange(60) % 2
    level = np.linspace(0, 1, 5)
    rising = np.where(y[:, None] == 1, level, level[::-1])[..., None] * np.ones(12)
    made = (rising + 0.05 * random.normal(size=rising.shape)).reshape(-1, 12).astype("float32")
    places = np.arange(300).reshape(60, 5)
    parts = [(Together(Windows(made, some), Masks(some)), y[: len(some)]) for some in (places[:40], places[40:])]
    model = wp_video_head(2, 12, (16, 8), dropout=0.0)
    history = fit(model, *parts, tmp_path, Schedule("constant", 0.02), 12, batch_size=8)
    assert history["val_accuracy"].max() > 0.9


def test_a_saved_network_predicts_the_same(network, features, tmp_path):
    network.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_allclose(ask(again, features, PLACES), ask(network, features, PLACES), atol=1e-6)
