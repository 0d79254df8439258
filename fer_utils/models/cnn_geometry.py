"""A face and its 68 landmarks, joined before the first fully connected layer (Zennou 2023, Tables 9 and 11)."""

import keras
from keras import layers

from fer_utils.models.two_stream import joined_head
from fer_utils.models.vggface import OWN_UNITS, freeze_body, vggface_body

GEOMETRY = 136  # x and y of 68 landmarks


def cnn_geometry(classes=12, units=OWN_UNITS, width=1.0, input_shape=(224, 224, 3), trained=None) -> keras.Model:
    """Builds the network that sees the frontalized face and knows its landmarks.

    Args:
        classes: int. Number of classes.
        units: tuple of int. Fully connected layers before the last one, at width 1; an older version of the code has
            512 three times.
        width: float. Share of the channels and units; the landmarks stay 136 numbers.
        input_shape: tuple. (height, width, 3) of the faces.
        trained: `keras.Model` as `vggface_body` returns it, whose weights the body gets; None leaves them random.

    Returns:
        `keras.Model` from a list of two batches, faces and (batch, 136) landmarks normalized in a new center, to
        (batch, classes) probabilities. Its layer "head" is the network that `joined_head` returns. 130,876,722
        trainable parameters for twelve classes, 130,860,984 for six; 13,446,668 for twelve with units of 512.
    """
    faces, geometry = keras.Input(input_shape, name="frontal"), keras.Input((GEOMETRY,), name="geometry")
    body = freeze_body(vggface_body(width, input_shape, name="frontal_body"), "all")
    if trained is not None:
        body.set_weights(trained.get_weights())
    joined = layers.Concatenate(name="joined")([layers.Flatten(name="frontal_flat")(body(faces)), geometry])  # 25,224
    head = joined_head(joined.shape[-1], classes, units, width)
    return keras.Model([faces, geometry], head(joined), name="cnn_geometry")
