import keras
import numpy as np
import pytest
from keras import layers

from fer_utils.errors import ParameterError
from fer_utils.models.gates import gates_over_time

SEQUENCES = np.random.default_rng(0).normal(size=(6, 4, 3)).astype("float32")


@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize(("kind", "names"), [("LSTM", ["input", "forget", "output"]), ("GRU", ["update", "reset"])])
def test_step_by_step_a_layer_answers_as_it_does_at_once(kind, names, activation):
    keras.utils.set_random_seed(0)
    layer = getattr(layers, kind)(5, activation=activation, return_sequences=True)
    layer.build(SEQUENCES.shape)
    layer.set_weights([weight + 0.1 * np.random.default_rng(1).normal(size=weight.shape) for weight in layer.weights])
    opened, states = gates_over_time(layer, SEQUENCES)
    np.testing.assert_allclose(states, keras.ops.convert_to_numpy(layer(SEQUENCES)), atol=1e-5)
    assert list(opened) == names
    for gate in opened.values():
        assert gate.shape == (6, 4) and 0 < gate.min() < gate.max() < 1


def test_an_open_forget_gate_and_an_open_update_gate_keep_what_is_remembered():
    lstm, gru = layers.LSTM(2), layers.GRU(2)
    for layer, kept in ((lstm, slice(2, 4)), (gru, slice(0, 2))):
        layer.build((1, 4, 3))
        kernel, recurrent, bias = (np.zeros(weight.shape) for weight in layer.weights)
        bias[..., kept] = 20
        layer.set_weights([kernel, recurrent, bias])
    assert gates_over_time(lstm, SEQUENCES)[0]["forget"].min() > 0.99
    assert gates_over_time(gru, SEQUENCES)[0]["update"].min() > 0.99


def test_a_layer_without_gates_is_refused():
    layer = layers.Dense(2, name="plain")
    with pytest.raises(ParameterError, match="plain is a Dense; expected LSTM, or GRU"):
        gates_over_time(layer, SEQUENCES)
