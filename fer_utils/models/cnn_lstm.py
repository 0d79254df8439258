"""The LSTM of Hussein (2020, section 5.2) on features that a network for still images makes of the frames of a clip."""

import keras
from keras import layers

FEATURES = 36  # of each class: the last convolution of the dense mini-Xception has one map of 6 x 6 a class


def cnn_lstm_ck(classes=3, length=40, features=None, units=108, hidden=256, dropout=0.25):
    """Builds the LSTM on sequences of CNN features (Hussein 2020, table 5.1).

    The thesis writes the shape of its data as 327 x 108 x 40. Taken as (sequence, feature, time) these are 40 steps of
    108 features; as (sequence, time, feature) they would be 108 steps of 40, and the LSTM would have 64,368 weights in
    place of 93,744.

    Args:
        classes: int. Number of emotion classes.
        length: int. Frames of a sequence.
        features: int. Numbers a frame; None for 36 a class, 108 for three.
        units: int. Size of the LSTM.
        hidden: int. Size of the dense layer behind it; its activation is not stated, ReLU here.
        dropout: float. Behind both.

    Returns:
        `keras.Model` from (batch, 40, 108) float32 to (batch, classes) probabilities, 122,419 trainable parameters.
    """
    sequence = keras.Input((length, features or FEATURES * classes), name="sequence")
    x = layers.LSTM(units, name="lstm")(sequence)  # 108, the state after the last frame
    x = layers.Dropout(dropout)(x)
    x = layers.Dense(hidden, activation="relu", name="hidden")(x)
    x = layers.Dropout(dropout)(x)
    answers = layers.Dense(classes, activation="softmax", name="probabilities")(x)
    return keras.Model(sequence, answers, name="cnn_lstm_ck")
