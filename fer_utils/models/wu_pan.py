"""The systems of Wu and Pan (2019): a CNN that makes 512 features of a face, and LSTMs on these or on the pixels.

The paper names sizes and leaves out the figure that says how they come together. What was decided here is a parameter,
and its other readings are there, too.
"""

import keras
from keras import layers

from fer_utils.errors import ParameterError, nearest
from fer_utils.models.gudi import LocalContrastNormalization
from fer_utils.models.normalization import BatchNormalization

SYSTEMS = {  # what notebooks call the systems: id of claims -> title for readers
    "wp_raw_lstm": "LSTM on pixels",
    "wp_cnn_lstm": "LSTM on CNN features",
    "gudi_cnn": "CNN after Gudi",
}
NORMALIZATIONS = ("none", "batch", "contrast")
TOPS = ("average", "flatten", "convolution")
READINGS = ("rows", "one step")
DRAWN = "he_normal"  # first weights; with Keras' default the signal fades in seven layers without normalization


def wp_cnn512(
    input_shape=(256, 256, 1),
    rounds=(2, 2, 3),
    filters=(32, 64, 128),
    features=512,
    kernel=3,
    normalization="none",
    top="average",
    width=1.0,
):
    """Builds the CNN that makes features of a face (section 4): rounds of convolutions, each closed by max-pooling.

    Args:
        input_shape: tuple. (height, width, channels) of gray faces from which means were subtracted.
        rounds: tuple of int. Convolutions in each round; the paper says "x2" and "x3", not which is which. (2, 2, 3)
            are the first three of VGG-16.
        filters: tuple of int. Channels of each round.
        features: int. Size of the result; the paper has 512 and does not say how they come from 128 channels.
        kernel: int. Side of the convolutions: 3, or 2 or 1 as in the paper's trials.
        normalization: str. Behind each convolution: "none", "batch" or "contrast" (local); the paper tried some.
        top: str. How 32 x 32 x 128 become 512: "average" (over space, then a dense layer), "flatten" (a dense layer on
            everything) or "convolution" (512 maps and their maxima).
        width: float. Share of the filters; below 1 for small machines.

    Returns:
        `keras.Model` from (batch, 256, 256, 1) float32 to (batch, 512), none of them negative. 500,064 trainable
        parameters; 536,992 with rounds (2, 3, 3), 67,543,392 with "flatten", 1,024,352 with "convolution".

    Raises:
        ParameterError: an unknown normalization or top.
    """
    _known("normalization", normalization, NORMALIZATIONS)
    _known("top", top, TOPS)
    faces = keras.Input(input_shape, name="faces")
    x = faces
    for times, channels in zip(rounds, filters, strict=True):
        for _ in range(times):
            x = _convolution(x, max(1, round(width * channels)), kernel, normalization)
        x = layers.MaxPooling2D(2)(x)  # 128 x 128 x 32, 64 x 64 x 64, 32 x 32 x 128
    if top == "convolution":
        x = layers.Conv2D(features, kernel, padding="same", activation="relu", kernel_initializer=DRAWN)(x)
        return keras.Model(faces, layers.GlobalMaxPooling2D(name="features")(x), name="wp_cnn512")
    x = layers.GlobalAveragePooling2D()(x) if top == "average" else layers.Flatten()(x)
    features = layers.Dense(features, activation="relu", kernel_initializer=DRAWN, name="features")(x)
    return keras.Model(faces, features, name="wp_cnn512")


def with_softmax(cnn, classes=7):
    """Puts the temporary softmax layer on a CNN with which it is trained; both share their weights.

    Args:
        cnn: `keras.Model` from faces to features.
        classes: int. Number of emotion classes.

    Returns:
        `keras.Model` from faces to (batch, classes) probabilities.
    """
    answers = layers.Dense(classes, activation="softmax", name="probabilities")(cnn.output)
    return keras.Model(cnn.input, answers, name=f"{cnn.name}_softmax")


def wp_lstm_head(classes=7, input_shape=(1, 512), units=(128, 64), dropout=0.5):
    """Builds the two LSTMs that classify a sequence of features (section 4).

    A still image is a sequence of length one. Nothing is remembered then: the LSTM is a dense network with gates.

    Args:
        classes: int. Number of emotion classes.
        input_shape: tuple. (steps, features).
        units: tuple of int. Sizes of the LSTMs.
        dropout: float. Behind each of them; the paper has dropout and names no rate.

    Returns:
        `keras.Model` from (batch, 1, 512) float32 to (batch, classes) probabilities, 378,055 trainable parameters.
    """
    sequence = keras.Input(input_shape, name="sequence")
    return keras.Model(sequence, _lstms(sequence, classes, units, dropout), name="wp_lstm_head")


def wp_raw_lstm(classes=7, input_shape=(256, 256, 1), reading="rows", units=(128, 64), dropout=0.5):
    """Builds the LSTMs on the pixels themselves, the paper's baseline (section 5.2).

    Args:
        classes: int. Number of emotion classes.
        input_shape: tuple. (height, width, channels) of gray faces from which means were subtracted.
        reading: str. How an image becomes a sequence, which the paper does not say: "rows" (from above, one a step) or
            "one step" (all pixels at once).
        units: tuple of int. Sizes of the LSTMs.
        dropout: float. Behind each of them.

    Returns:
        `keras.Model` from (batch, 256, 256, 1) float32 to (batch, classes) probabilities. 361,223 trainable parameters;
        33,670,343 in one step, and 1,295,559 in one step of 48 x 48 pixels.

    Raises:
        ParameterError: an unknown reading.
    """
    _known("reading", reading, READINGS)
    height, row = input_shape[0], input_shape[1] * input_shape[2]
    faces = keras.Input(input_shape, name="faces")
    sequence = layers.Reshape((height, row) if reading == "rows" else (1, height * row))(faces)
    return keras.Model(faces, _lstms(sequence, classes, units, dropout), name="wp_raw_lstm")


def wp_cnn_lstm(cnn, head):
    """Joins CNN and LSTMs into the whole system, from a face to its answer.

    Args:
        cnn: `keras.Model`, from `wp_cnn512`.
        head: `keras.Model`, from `wp_lstm_head`.

    Returns:
        `keras.Model` from faces to probabilities that shares the weights of both; 878,119 of them at full size.
    """
    sequence = layers.Reshape(head.input_shape[1:])(cnn.output)
    return keras.Model(cnn.input, head(sequence), name="wp_cnn_lstm")


def trial(kernel=3, normalization="none"):
    """Names one of the paper's trials, so that none is taken for the system of its tables.

    Args:
        kernel: int. Side of the convolutions.
        normalization: str. One of `NORMALIZATIONS`.

    Returns:
        str. Empty for the system itself; such as "_1x1" or "_3x3_batch", to be put behind its id.
    """
    if (kernel, normalization) == (3, "none"):
        return ""
    return f"_{kernel}x{kernel}" + ("" if normalization == "none" else f"_{normalization}")


def _convolution(x, channels, kernel, normalization):
    x = layers.Conv2D(channels, kernel, padding="same", use_bias=normalization != "batch", kernel_initializer=DRAWN)(x)
    if normalization == "batch":
        x = BatchNormalization()(x)
    elif normalization == "contrast":
        x = LocalContrastNormalization()(x)
    return layers.ReLU()(x)


def _lstms(sequence, classes, units, dropout):
    """LSTMs that pass on every step, dropout behind each, and a softmax on all steps together."""
    x = sequence
    for size in units:
        x = layers.LSTM(size, return_sequences=True)(x)  # 1 x 128, then 1 x 64
        x = layers.Dropout(dropout)(x)
    return layers.Dense(classes, activation="softmax", name="probabilities")(layers.Flatten()(x))


def _known(option, value, known):
    if value not in known:
        raise ParameterError(f"{option}={value!r}; known are {', '.join(known)}.{nearest(value, known)}")
