"""Two streams, face and frontalized face, joined before the first fully connected layer (Zennou 2023, Table 8)."""

import keras
from keras import layers

from fer_utils.models.vggface import classify, freeze_body, vggface_body

UNITS = (1024, 1024, 512)  # as coded; an older version has 512 three times


def two_stream(classes=6, units=UNITS, width=1.0, input_shape=(224, 224, 3), trained=None) -> keras.Model:
    """Builds the two-stream network: two frozen bodies, one classifier.

    In the public code both streams come from networks of one stream whose bodies were frozen, too. So their weights are
    the same, those of VGG-Face, and what differs between the streams is what they see.

    Args:
        classes: int. Number of classes.
        units: tuple of int. Fully connected layers before the last one, at width 1.
        width: float. Share of the channels and units.
        input_shape: tuple. (height, width, 3) of both pictures.
        trained: `keras.Model` as `vggface_body` returns it, whose weights both bodies get; None leaves them random.

    Returns:
        `keras.Model` from a list of two batches, frontalized faces and faces, to (batch, classes) probabilities. Its
        layer "head" is the network that `joined_head` returns. 52,958,726 trainable parameters for six classes,
        52,961,804 for twelve.
    """
    inputs, maps = [], []
    for name in ("frontal", "face"):
        body = freeze_body(vggface_body(width, input_shape, name=f"{name}_body"), "all")
        if trained is not None:
            body.set_weights(trained.get_weights())
        inputs.append(keras.Input(input_shape, name=name))
        maps.append(layers.Flatten(name=f"{name}_flat")(body(inputs[-1])))  # 25,088 each
    joined = layers.Concatenate(name="joined")(maps)  # 50,176
    head = joined_head(joined.shape[-1], classes, units, width)
    return keras.Model(inputs, head(joined), name="two_stream")


def joined_head(length, classes=6, units=UNITS, width=1.0) -> keras.Model:
    """Builds a classifier of joined vectors, which can be trained alone on what frozen bodies give.

    Args:
        length: int. Numbers of all parts together.
        classes: int. Number of classes.
        units: tuple of int. Fully connected layers before the last one, at width 1.
        width: float. Share of the units.

    Returns:
        `keras.Model` from (batch, length) float32 to (batch, classes) probabilities.
    """
    joined = keras.Input((length,), name="features")
    return keras.Model(joined, classify(joined, classes, units, width), name="head")
