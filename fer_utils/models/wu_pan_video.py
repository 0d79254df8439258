"""The LSTMs of Wu and Pan (2019) on a film: as many steps as faces were captured, one every 0.3 seconds."""

import keras
from keras import layers, ops


def wp_video_head(classes=7, features=512, units=(128, 64), dropout=0.5):
    """Builds the two LSTMs that classify what a camera saw now and then (sections 4 and 5.4.1).

    They are those of `wu_pan.wp_lstm_head`, with two differences that sequences of any length need: the second LSTM
    passes on its last step alone, and a mask says which steps there are. With one step both are the same network.

    Args:
        classes: int. Number of emotion classes.
        features: int. Size of what the CNN makes of a face.
        units: tuple of int. Sizes of the LSTMs.
        dropout: float. Behind each of them; the paper has dropout and names no rate.

    Returns:
        `keras.Model` from [(batch, steps, 512) float32, (batch, steps) 1 for a face and 0 for padding behind them] to
        (batch, classes) probabilities, 378,055 trainable parameters.
    """
    sequence = keras.Input((None, features), name="sequence")
    there = keras.Input((None,), name="there")
    mask = ops.cast(there, "bool")
    x = sequence
    for size in units[:-1]:
        x = layers.LSTM(size, return_sequences=True)(x, mask=mask)  # steps x 128
        x = layers.Dropout(dropout)(x)
    x = layers.LSTM(units[-1])(x, mask=mask)  # 64, of the last step that is there
    x = layers.Dropout(dropout)(x)
    answers = layers.Dense(classes, activation="softmax", name="probabilities")(x)
    return keras.Model([sequence, there], answers, name="wp_video_head")
