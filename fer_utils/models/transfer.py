"""Transfer learning of Hussein (2020, section 4.2.3): a frozen ImageNet network with three layers on top."""

import re

import keras
from keras import layers

from fer_utils.errors import ParameterError, nearest
from fer_utils.models.resnet50 import resnet50_body
from fer_utils.models.vgg16 import vgg16_body

NAMES = {  # what notebooks call the networks: the id of claims and the title for readers
    "vgg16": ("tl_vgg16", "Frozen VGG-16"),
    "resnet50": ("tl_resnet50", "Frozen ResNet-50"),
}
BODIES = {"vgg16": vgg16_body, "resnet50": resnet50_body}
DROPOUT = 0.5  # the thesis draws dropout layers and states no rate
# Tables A.1 to A.5: task, classes, and for each network the head and the trainable parameters as printed. Table A.3
# prints 512 units for the last layer of ResNet-50, which has three classes; only three give the printed count.
PUBLISHED = {
    "A.1": ("FER2013", 3, {"vgg16": ("512-512", 526_851), "resnet50": ("512-256", 4_326_915)}),
    "A.2": ("FER2013", 7, {"vgg16": ("512-512", 528_903), "resnet50": ("512-256", 4_327_943)}),
    "A.3": ("CK+", 3, {"vgg16": ("128-64", 74_115), "resnet50": ("512-512", 4_459_011)}),
    "A.4": ("CK+", 7, {"vgg16": ("512-512", 528_903), "resnet50": ("512-512", 4_461_063)}),
    "A.5": ("FER2013 and CK+", 3, {"vgg16": ("512-512", 526_851), "resnet50": ("512-512", 4_459_011)}),
}


def build_body(model, width=1.0, input_shape=(48, 48, 1)):
    """Builds a body by its short name, frozen.

    Args:
        model: str. A key of `BODIES`.
        width: float. Share of the channels of each layer; 1 is the published network.
        input_shape: tuple. (height, width, channels) of faces scaled to [-1, 1].

    Returns:
        `keras.Model` from (batch, height, width, channels) to a map; its weights are random and not trainable.

    Raises:
        ParameterError: an unknown name.
    """
    if model not in BODIES:
        raise ParameterError(f"No model '{model}'. Known: {', '.join(BODIES)}.{nearest(model, BODIES)}")
    body = BODIES[model](input_shape, width)
    body.trainable = False
    return body


def build_head(features, classes=3, units="512-512"):
    """Builds the three fully connected layers, with dropout between them.

    Args:
        features: int. Length of what the body gives, flattened: 512 for VGG-16, 8192 for ResNet-50 at 48 x 48 pixels.
        classes: int. Number of emotion classes.
        units: str. Units of the first two layers, such as "512-256".

    Returns:
        `keras.Model` from (batch, features) float32 to (batch, classes) probabilities.

    Raises:
        ParameterError: `units` is something else.
    """
    if not re.fullmatch(r"[1-9]\d*-[1-9]\d*", str(units)):
        raise ParameterError(f"head='{units}': expected the units of two layers, such as '512-512'.")
    given = keras.Input((features,), name="features")
    x = given
    for number, count in enumerate(units.split("-"), start=1):
        x = layers.Dense(int(count), activation="relu", name=f"fc{number}")(x)
        x = layers.Dropout(DROPOUT, name=f"dropout{number}")(x)
    return keras.Model(given, layers.Dense(classes, activation="softmax", name="probabilities")(x), name="head")


def join(body, head):
    """Puts a head on a body; both keep their weights, and training the whole trains them.

    Args:
        body: `keras.Model` from faces to a map.
        head: `keras.Model` from (batch, features) to probabilities.

    Returns:
        `keras.Model` from faces to probabilities.
    """
    x = layers.Flatten(name="flatten")(body.output)
    for layer in head.layers[1:]:
        x = layer(x)
    return keras.Model(body.input, x, name=f"{body.name}_transfer")


def transfer_network(model="vgg16", classes=3, units="512-512", width=1.0, input_shape=(48, 48, 1)):
    """Builds a frozen body with a head, as tables 4.9, 4.10 and A.1 to A.5 of Hussein (2020) have them.

    Args:
        model: str. A key of `BODIES`.
        classes: int. Number of emotion classes.
        units: str. Units of the head's first two layers.
        width: float. Share of the channels of the body.
        input_shape: tuple. (height, width, channels) of faces scaled to [-1, 1].

    Returns:
        `keras.Model` from (batch, 48, 48, 1) float32 to (batch, classes) probabilities. For the published numbers of
        trainable parameters see `PUBLISHED`; 15,241,539 in all for VGG-16 and 28,046,723 for ResNet-50 in table A.5.
    """
    body = build_body(model, width, input_shape)
    return join(body, build_head(flat_length(body), classes, units))


def flat_length(body):
    """Returns how many numbers a body gives for a face."""
    length = 1
    for side in body.output_shape[1:]:
        length *= side
    return length
