"""VGG-Face for expressions: what is frozen, how it is pooled, what is put on top (Zennou 2023, Tables 1 and 6)."""

import keras
from keras import layers

from fer_utils.errors import ParameterError, nearest
from fer_utils.models.vgg16 import narrowed, vgg16_body

MEAN = (93.5940, 104.7624, 129.1863)  # blue, green, red of the faces that VGG-Face was trained on
FREEZE = {  # what is frozen: the last frozen layer of the body
    "none": None,
    "first": "pool3",  # the paper says "first layers" and no more; three of five blocks is our reading
    "all": "pool5",
}
POOLING = ("none", "avg", "max")
UNITS = (512, 512, 512)  # as coded when the experiments of Table 6 were run
OWN_UNITS = (4096, 4096, 2622)  # those of VGG-Face itself, as in a later version of the code


def vggface(
    classes=6, freeze="all", units=UNITS, pooling="max", width=1.0, input_shape=(224, 224, 3), body=None
) -> keras.Model:
    """Builds one of the eight configurations of Zennou (2023, Table 6).

    Args:
        classes: int. Number of classes.
        freeze: str. A key of `FREEZE`.
        units: tuple of int. Fully connected layers before the last one, at width 1; empty for none.
        pooling: str. One of `POOLING`: the mean or the largest of each map, or every place of every map.
        width: float. Share of the channels and units, at most 1; 1 is the paper's network.
        input_shape: tuple. (height, width, 3) of the faces; ignored where a body is given.
        body: `keras.Model` as `vggface_body` returns it, which becomes part of the network; None makes a new one.

    Returns:
        `keras.Model` from (batch, height, width, 3) RGB faces scaled to [-1, 1] to (batch, classes) probabilities. Its
        layer "head" is the network that `vggface_head` returns, which can be trained alone on features of a frozen
        body. Trainable parameters with all of the body frozen, six classes: 13,373,958 without pooling, 791,046 with.

    Raises:
        ParameterError: an unknown name, or an impossible width or size.
    """
    if body is None:
        body = vggface_body(width, input_shape)
    freeze_body(body, freeze)
    head = vggface_head(body.output_shape[1:], classes, units, pooling, width)
    return keras.Model(body.input, head(body.output), name="vggface")


def vggface_body(width=1.0, input_shape=(224, 224, 3), name="vggface_body") -> keras.Model:
    """Builds the convolutions of VGG-Face, conv1_1 to pool5, which see faces around the mean of its own.

    Args:
        width: float. Share of the channels.
        input_shape: tuple. (height, width, 3) of RGB faces scaled to [-1, 1].
        name: str.

    Returns:
        `keras.Model` to (batch, height / 32, width / 32, 512 x width); 14,714,688 parameters at width 1.
    """
    return vgg16_body(input_shape, width, mean=MEAN, name=name)


def vggface_head(feature_shape=(7, 7, 512), classes=6, units=UNITS, pooling="max", width=1.0) -> keras.Model:
    """Builds what is put on top of the body.

    Args:
        feature_shape: tuple. (height, width, channels) of the body's last maps; at width 1 of 224 x 224 pixels
            7 x 7 x 512.
        classes: int. Number of classes.
        units: tuple of int. Fully connected layers before the last one, at width 1; empty for none.
        pooling: str. One of `POOLING`.
        width: float. Share of the units.

    Returns:
        `keras.Model` from (batch, *feature_shape) float32 to (batch, classes) probabilities.

    Raises:
        ParameterError: unknown pooling.
    """
    if pooling not in POOLING:
        raise ParameterError(f"pooling={pooling!r}; known are {', '.join(POOLING)}.{nearest(pooling, POOLING)}")
    pool = {"none": layers.Flatten, "avg": layers.GlobalAveragePooling2D, "max": layers.GlobalMaxPooling2D}[pooling]
    features = keras.Input(feature_shape, name="features")
    return keras.Model(features, classify(pool(name="pooled")(features), classes, units, width), name="head")


def vggface_identities(people=2622, width=1.0, input_shape=(224, 224, 3)) -> keras.Model:
    """Builds VGG-Face as it was trained: to tell 2,622 celebrities apart (Parkhi et al. 2015; Zennou 2023, Table 1).

    Args:
        people: int. Number of people.
        width: float. Share of the channels and units.
        input_shape: tuple. (height, width, 3) of the faces.

    Returns:
        `keras.Model` from RGB faces to (batch, people) probabilities, with layers fc6, fc7 and fc8. 145,002,878
        parameters.
    """
    body = vggface_body(width, input_shape)
    x = layers.Flatten(name="flatten")(body.output)  # 25,088
    for name in ("fc6", "fc7"):
        x = layers.Dense(narrowed(4096, width), activation="relu", name=name)(x)
    return keras.Model(body.input, layers.Dense(people, activation="softmax", name="fc8")(x), name="vggface_identities")


def freeze_body(body: keras.Model, freeze: str) -> keras.Model:
    """Freezes layers of a body by their names.

    Args:
        body: `keras.Model` with the layers conv1_1 ... pool5.
        freeze: str. A key of `FREEZE`.

    Returns:
        the same model; all its other layers are trainable.

    Raises:
        ParameterError: an unknown key.
    """
    if freeze not in FREEZE:
        raise ParameterError(f"freeze={freeze!r}; known are {', '.join(FREEZE)}.{nearest(freeze, FREEZE)}")
    names = [layer.name for layer in body.layers]
    frozen = names.index(FREEZE[freeze]) + 1 if FREEZE[freeze] else 0
    for place, layer in enumerate(body.layers):
        layer.trainable = place >= frozen
    return body


def classify(x, classes, units, width=1.0):
    """Maps a vector to probabilities: fully connected layers with ReLU (fc6, fc7, fc8), then softmax."""
    for number, count in enumerate(units, start=6):
        x = layers.Dense(narrowed(count, width), activation="relu", name=f"fc{number}")(x)
    return layers.Dense(classes, activation="softmax", name="probabilities")(x)
