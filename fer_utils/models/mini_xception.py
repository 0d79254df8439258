"""Mini-Xception and its dense variant, the networks of Hussein (2020, section 4.2.4)."""

import keras
from keras import layers

from fer_utils.errors import ParameterError, nearest
from fer_utils.models.normalization import BatchNormalization

NAMES = {  # what notebooks call the networks: the id of claims and the title for readers
    "base": ("mini_xception_base", "Mini-Xception"),
    "dense": ("dense_mini_xception", "Dense mini-Xception"),
    "dense_a": ("dense_mini_xception_a", "Dense mini-Xception, reading a"),
}
PARTS = {  # what an ablation takes out of a network: addition to the id, and to the title
    "separable": ("standard", "standard convolutions"),
    "dense": ("plain", "no dense connections"),
    "leaky": ("relu", "ReLU in place of LeakyReLU"),
}
STEM_L2 = 0.01  # the original L2 acted on the two stem convolutions only: Keras 2 ignored it on separable ones


def build_network(name, classes=3, without=()):
    """Builds one of the networks by its short name.

    Args:
        name: str. A key of `NAMES`.
        classes: int. Number of emotion classes.
        without: sequence of str. Keys of `PARTS` that an ablation takes out.

    Returns:
        `keras.Model` from (batch, 48, 48, 1) float32 to (batch, classes) probabilities.

    Raises:
        ParameterError: an unknown name or part, or a part that the network does not have.
    """
    named(name, without)
    separable, dense, leaky = (part not in without for part in PARTS)
    if name == "base":
        return mini_xception(classes, separable=separable)
    variant = "a" if name == "dense_a" else "default"
    return dense_mini_xception(classes, separable, variant, dense=dense, leaky=leaky)


def named(name, without=()):
    """Names a network, for claims and for readers.

    Args:
        name: str. A key of `NAMES`.
        without: sequence of str. Keys of `PARTS` that an ablation takes out.

    Returns:
        str, the id of claims, such as "dense_mini_xception_standard"; str, the title.

    Raises:
        ParameterError: an unknown name or part, or a part that the network does not have.
    """
    if name not in NAMES:
        raise ParameterError(f"No model '{name}'. Known: {', '.join(NAMES)}.{nearest(name, NAMES)}")
    for part in without:
        if part not in PARTS:
            raise ParameterError(f"without: no part '{part}'. Known: {', '.join(PARTS)}.{nearest(part, PARTS)}")
        if name == "base" and part != "separable":
            raise ParameterError(f"without: the base network has no part '{part}' to leave out. Set model = 'dense'.")
    identifier, title = NAMES[name]
    taken = [PARTS[part] for part in PARTS if part in without]
    return "_".join([identifier, *(short for short, _ in taken)]), ", ".join([title, *(words for _, words in taken)])


def mini_xception(classes=3, input_shape=(48, 48, 1), filters=(16, 32, 64, 128), separable=True):
    """Builds mini-Xception, the base model of Hussein (2020, fig. 4.9).

    Args:
        classes: int. Number of emotion classes.
        input_shape: tuple. (height, width, channels) of gray faces scaled to [-1, 1].
        filters: tuple of int. Channels of the four residual modules.
        separable: bool. False replaces each separable convolution by a standard one.

    Returns:
        `keras.Model` from (batch, 48, 48, 1) float32 to (batch, classes) probabilities. 52,339 trainable parameters for
        three classes, 56,951 for seven.

    Reference: Arriaga et al. 2017, arXiv:1710.07557.
    """
    faces = keras.Input(input_shape, name="faces")
    x = stem_convolution(faces, 8)  # 46 x 46 x 8
    x = stem_convolution(x, 8)  # 44 x 44 x 8
    for channels in filters:
        x = residual_block(x, channels, 2, separable)  # 22 x 22 x 16, 11 x 11 x 32, 6 x 6 x 64, 3 x 3 x 128
    return keras.Model(faces, classify(x, classes), name="mini_xception")


def dense_mini_xception(classes=3, separable=True, variant="default", input_shape=(48, 48, 1), dense=True, leaky=True):
    """Builds the densely connected mini-Xception that Hussein proposes (2020, table 4.4).

    The table fixes shapes and filters, the text two parameter counts (94K, and 420K without separable convolutions).
    The default reading meets both counts; variant "a" meets the first count and the printed file size instead.

    Args:
        classes: int. Number of emotion classes.
        separable: bool. False replaces each separable convolution by a standard one, the text's comparison.
        variant: str. "default": dense layers with a bottleneck of 4 x 6 channels and a separable convolution, four
            convolutions a residual block. "a": dense layers with one standard convolution, two a residual block.
        input_shape: tuple. (height, width, channels) of gray faces scaled to [-1, 1].
        dense: bool. False takes the connections away: each dense layer then computes all its maps from the layer before
            it, as many as it would have had, so that depth and shapes stay.
        leaky: bool. False puts ReLU in the place of LeakyReLU.

    Returns:
        `keras.Model` from (batch, 48, 48, 1) float32 to (batch, classes) probabilities. Trainable parameters for three
        classes: 94,059; 420,283 with `separable=False`; 93,419 for variant "a".

    Raises:
        ValueError: an unknown variant.
    """
    if variant not in ("default", "a"):
        raise ValueError(f"variant '{variant}' is unknown; expected 'default' or 'a'.")
    convolutions = 4 if variant == "default" else 2
    dense_layer = bottleneck_dense_layer if variant == "default" else plain_dense_layer

    def dense_block(x):
        for _ in range(4):
            x = dense_layer(x, 6, separable, dense, leaky)
        return x

    faces = keras.Input(input_shape, name="faces")
    x = stem_convolution(faces, 8)  # 46 x 46 x 8
    x = stem_convolution(x, 16)  # 44 x 44 x 16
    x = dense_block(x)  # 44 x 44 x 40
    x = residual_block(x, 32, convolutions, separable)  # 22 x 22 x 32
    x = dense_block(x)  # 22 x 22 x 56
    x = residual_block(x, 64, convolutions, separable)  # 11 x 11 x 64
    x = dense_block(dense_block(x))  # 11 x 11 x 112
    x = residual_block(x, 64, convolutions, separable)  # 6 x 6 x 64
    return keras.Model(faces, classify(x, classes), name="dense_mini_xception")


def stem_convolution(x, channels):
    """Applies a 3 x 3 convolution without padding, normalization and ReLU; the only place with L2 on its kernel."""
    x = layers.Conv2D(channels, 3, use_bias=False, kernel_regularizer=keras.regularizers.L2(STEM_L2))(x)
    return layers.ReLU()(BatchNormalization()(x))


def residual_block(x, channels, convolutions, separable=True):
    """Halves height and width: 3 x 3 convolutions and max-pooling, beside a strided 1 x 1 convolution, added."""
    convolution = layers.SeparableConv2D if separable else layers.Conv2D
    # A 1 x 1 convolution with stride 2, written as "every second pixel, then 1 x 1": the same numbers and weights, but
    # TensorFlow's CPU gradient of the strided form corrupts memory on odd batch sizes (2.21, oneDNN, several threads).
    shortcut = layers.MaxPooling2D(1, strides=2, padding="same")(x)
    shortcut = layers.Conv2D(channels, 1, use_bias=False)(shortcut)
    shortcut = BatchNormalization()(shortcut)
    for i in range(convolutions):
        x = convolution(channels, 3, padding="same", use_bias=False)(x)
        x = BatchNormalization()(x)
        if i < convolutions - 1:
            x = layers.ReLU()(x)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)
    return layers.Add()([x, shortcut])


def bottleneck_dense_layer(x, growth, separable, dense=True, leaky=True):
    """Concatenates `growth` new maps to its input, computed through a bottleneck of 4 x `growth` channels."""
    activation = layers.LeakyReLU if leaky else layers.ReLU
    y = activation()(BatchNormalization()(x))
    y = layers.Conv2D(4 * growth, 1)(y)
    y = activation()(BatchNormalization()(y))
    convolution = layers.SeparableConv2D if separable else layers.Conv2D
    y = convolution(growth if dense else x.shape[-1] + growth, 3, padding="same")(y)
    return layers.Concatenate()([x, y]) if dense else y


def plain_dense_layer(x, growth, separable, dense=True, leaky=True):
    """Concatenates `growth` new maps to its input, computed by one standard convolution (`separable` is ignored)."""
    y = (layers.LeakyReLU if leaky else layers.ReLU)()(BatchNormalization()(x))
    y = layers.Conv2D(growth if dense else x.shape[-1] + growth, 3, padding="same", use_bias=False)(y)
    return layers.Concatenate()([x, y]) if dense else y


def classify(x, classes):
    """Maps features to probabilities: one 3 x 3 map a class, averaged over space, softmax."""
    x = layers.Conv2D(classes, 3, padding="same", name="features")(x)
    return layers.Softmax(name="probabilities")(layers.GlobalAveragePooling2D()(x))
