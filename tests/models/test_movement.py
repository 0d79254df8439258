import keras
import numpy as np
import pytest

from fer_utils.errors import ParameterError
from fer_utils.models.movement import movement_network
from fer_utils.protocol.clips import PADDING
from fer_utils.training.fit import fit, predict
from fer_utils.training.schedules import Schedule
from fer_utils.training.windows import Masks, Together, Windows

PLACES = np.array([[0, 1, 2, 3], [4, 5, PADDING, PADDING], [6, 7, 8, PADDING]])
KINDS = {"course": {"measures": 2}, "features": {"measures": 0, "still": 6}, "both": {"measures": 2, "still": 6}}


def inputs(kind, places=PLACES):
    random = np.random.default_rng(0)
    measured, seen = random.normal(size=(9, 2)).astype("float32"), random.normal(size=(3, 6)).astype("float32")
    parts = ([] if kind == "course" else [seen]) + (
        [] if kind == "features" else [Windows(measured, places), Masks(places)]
    )
    return parts[0] if len(parts) == 1 else Together(*parts)


@pytest.fixture(scope="module", params=KINDS)
def kind(request):
    return request.param


@pytest.fixture(scope="module")
def network(kind):
    keras.utils.set_random_seed(1)
    model = movement_network(3, units=8, **KINDS[kind])
    model.set_weights([2 * weight for weight in model.get_weights()])
    return model


def test_padding_a_clip_and_its_batch_change_no_prediction(network, kind):
    answers = predict(network, inputs(kind))
    longer = np.pad(PLACES, ((0, 0), (0, 5)), constant_values=PADDING)
    np.testing.assert_allclose(predict(network, inputs(kind, longer)), answers, atol=1e-5)
    np.testing.assert_allclose(predict(network, inputs(kind), batch_size=2), answers, atol=1e-5)
    assert answers.std(axis=0).max() > 1e-3


def test_a_saved_network_predicts_the_same(network, kind, tmp_path):
    network.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_allclose(predict(again, inputs(kind)), predict(network, inputs(kind)), atol=1e-6)


def test_fast_and_slow_are_told_apart_where_every_frame_looks_alike(tmp_path):
    keras.utils.set_random_seed(0)
    y = np.arange(60) % 2
    passed = np.arange(12)[None] / np.where(y[:, None] == 1, 3, 9)
    way = np.clip(passed + np.random.default_rng(0).normal(0, 0.02, (60, 12)), 0, 1)
    made = np.stack([way, np.diff(way, axis=1, prepend=0)], axis=2).reshape(-1, 2).astype("float32")
    places = np.arange(720).reshape(60, 12)
    parts = [(Together(Windows(made, some), Masks(some)), y[: len(some)]) for some in (places[:40], places[40:])]
    model = movement_network(2, units=8, dropout=0.0)
    history = fit(model, *parts, tmp_path, Schedule("constant", 0.02), 12, batch_size=8)
    assert history["val_accuracy"].max() > 0.9


def test_a_network_without_an_input_is_refused():
    with pytest.raises(ParameterError, match="would see nothing"):
        movement_network(measures=0)
