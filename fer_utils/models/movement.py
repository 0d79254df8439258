"""What a face shows and how it moves, as two streams, each of which can be left out."""

import keras
from keras import layers, ops

from fer_utils.errors import ParameterError


def movement_network(classes=2, measures=2, still=0, units=32, dropout=0.3):
    """Builds a small network on what was measured of a clip: features without time, a course in time, or both.

    Args:
        classes: int. Number of classes.
        measures: int. Numbers a frame, such as the place on the way to the apex and the speed; 0 for no course.
        still: int. Features of one frame, or averaged over frames; 0 for none.
        units: int. Size of each stream.
        dropout: float. Of what the streams pass on.

    Returns:
        `keras.Model` to (batch, classes) probabilities; from (batch, still) float32, or from [(batch, steps, measures)
        float32, (batch, steps) 1 for a frame and 0 for padding behind them], or from all three. 3,522 trainable
        parameters for two measures, 290 for 6 features, and 3,810 for both.

    Raises:
        ParameterError: neither features nor measures.
    """
    if not measures and not still:
        raise ParameterError("measures=0 and still=0: the network would see nothing. Give at least one of them.")
    inputs, streams = [], []
    if still:
        features = keras.Input((still,), name="still")
        streams.append(layers.Dense(units, activation="relu")(features))
        inputs.append(features)
    if measures:
        course, there = keras.Input((None, measures), name="course"), keras.Input((None,), name="there")
        streams.append(layers.GRU(units)(course, mask=ops.cast(there, "bool")))  # the last step that is there
        inputs += [course, there]
    x = layers.Concatenate()(streams) if len(streams) > 1 else streams[0]
    answers = layers.Dense(classes, activation="softmax", name="probabilities")(layers.Dropout(dropout)(x))
    return keras.Model(inputs if len(inputs) > 1 else inputs[0], answers, name="movement_network")
