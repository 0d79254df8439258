"""How far the gates of a recurrent layer are open, step by step."""

import keras
import numpy as np
from keras import layers, ops

from fer_utils.errors import ParameterError

GATES = {"LSTM": ("input", "forget", "output"), "GRU": ("update", "reset")}


def gates_over_time(layer: keras.layers.Layer, sequences: np.ndarray) -> tuple[dict[str, np.ndarray], np.ndarray]:
    """Runs a recurrent layer step by step and looks at its gates.

    Args:
        layer: `keras.layers.LSTM`, or `keras.layers.GRU` as Keras makes it (`reset_after=True`).
        sequences: float array (n, steps, features). What the layer sees.

    Returns:
        (gates, states): dict from a gate to float array (n, steps), the mean over units of how far it is open, in 0-1:
        "input", "forget" and "output" of an LSTM, where an open forget gate keeps what is remembered; "update" and
        "reset" of a GRU, where an open update gate keeps it. And float array (n, steps, units), the layer's outputs.

    Raises:
        ParameterError: a layer of another kind.
    """
    if not isinstance(layer, layers.LSTM | layers.GRU) or (isinstance(layer, layers.GRU) and not layer.reset_after):
        raise ParameterError(f"{layer.name} is a {type(layer).__name__}; expected LSTM, or GRU with reset_after=True.")
    step = _lstm_step if isinstance(layer, layers.LSTM) else _gru_step
    weights = [ops.convert_to_tensor(weight) for weight in layer.get_weights()]
    state = [ops.zeros((len(sequences), layer.units))] * 2  # what is answered, and what is remembered
    opened, states = [], []
    for place in range(sequences.shape[1]):
        state, gates = step(layer, weights, ops.convert_to_tensor(sequences[:, place], weights[0].dtype), state)
        opened.append([ops.convert_to_numpy(ops.mean(gate, axis=-1)) for gate in gates])
        states.append(ops.convert_to_numpy(state[0]))
    names = GATES["LSTM" if step is _lstm_step else "GRU"]
    by_gate = np.transpose(opened, (1, 2, 0))  # gates, n, steps
    return dict(zip(names, by_gate, strict=True)), np.stack(states, axis=1)


def _lstm_step(layer, weights, x, state):
    kernel, recurrent, bias = weights
    answered, remembered = state
    parts = ops.split(ops.matmul(x, kernel) + ops.matmul(answered, recurrent) + bias, 4, axis=-1)
    input_gate, forget, output = (layer.recurrent_activation(parts[i]) for i in (0, 1, 3))
    remembered = forget * remembered + input_gate * layer.activation(parts[2])
    return [output * layer.activation(remembered), remembered], (input_gate, forget, output)


def _gru_step(layer, weights, x, state):
    kernel, recurrent, bias = weights
    answered = state[0]
    seen = ops.split(ops.matmul(x, kernel) + bias[0], 3, axis=-1)
    known = ops.split(ops.matmul(answered, recurrent) + bias[1], 3, axis=-1)
    update, reset = (layer.recurrent_activation(seen[i] + known[i]) for i in (0, 1))
    answered = update * answered + (1 - update) * layer.activation(seen[2] + reset * known[2])
    return [answered, answered], (update, reset)
