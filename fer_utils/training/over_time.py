"""What a network with an LSTM says after each frame of a clip."""

import keras
import numpy as np
from keras import layers


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


def _place_of_lstm(network) -> int:
    return next(place for place, layer in enumerate(network.layers) if isinstance(layer, layers.LSTM))
