"""What an LSTM says, remembers and lets through after each frame of a clip."""

import keras
import numpy as np
from keras import layers
from scipy.special import expit

GATES = ("input", "forget", "output")


def answers_over_time(network, sequences: np.ndarray) -> np.ndarray:
    """Asks a network after every frame, as if the clip ended there.

    Args:
        network: `keras.Model` of one LSTM, whose last state the layers behind it classify, such as `cnn_lstm_ck`.
        sequences: float32 array (n, steps, features).

    Returns:
        float array (n, steps, classes); at the last step what the network answers.
    """
    place = _place_of_lstm(network)
    lstm = network.layers[place]
    inputs = keras.Input(sequences.shape[1:])
    every = layers.LSTM.from_config(lstm.get_config() | {"return_sequences": True, "name": "every_step"})
    x = every(inputs)
    every.set_weights(lstm.get_weights())
    for layer in network.layers[place + 1 :]:  # dense layers and dropout treat each step alike
        x = layer(x)
    return np.asarray(keras.Model(inputs, x).predict(sequences, verbose=0), dtype=np.float64)


def gates_over_time(network, sequences: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Runs the LSTM of a network step by step and keeps what its gates do.

    Args:
        network: `keras.Model` as for `answers_over_time`.
        sequences: float32 array (n, steps, features).

    Returns:
        (gates, states): float arrays (n, steps, 3, units), in the order of `GATES`, each from 0 (shut) to 1 (open), and
        (n, steps, units), what is passed on.
    """
    kernel, recurrent, bias = network.layers[_place_of_lstm(network)].get_weights()
    state = memory = np.zeros((len(sequences), len(recurrent)))
    gates, states = [], []
    for step in range(sequences.shape[1]):
        moved = sequences[:, step] @ kernel + state @ recurrent + bias
        let_in, kept, candidate, let_out = np.split(moved, 4, axis=1)
        let_in, kept, let_out = expit(let_in), expit(kept), expit(let_out)
        memory = kept * memory + let_in * np.tanh(candidate)
        state = let_out * np.tanh(memory)
        gates.append(np.stack([let_in, kept, let_out], axis=1))
        states.append(state)
    return np.stack(gates, axis=1), np.stack(states, axis=1)


def _place_of_lstm(network) -> int:
    return next(place for place, layer in enumerate(network.layers) if isinstance(layer, layers.LSTM))
