"""Deep-Emotion, an attentional convolutional network, as Adebayo (2021, section 4.2.4) describes it."""

import keras
from keras import layers

from fer_utils.errors import ParameterError, nearest
from fer_utils.models.normalization import BatchNormalization
from fer_utils.models.spatial_transformer import AffineSampler, IdentityTransform

DEVIATION = 0.05  # of the Gaussian from which kernels are drawn
PLACES = ("input", "features")
WINDOW = "window"  # name of the layer whose output is the window


def deep_emotion(
    classes=7,
    loc_kernels=(7, 5),
    where="input",
    normalized=False,
    l2=0.001,
    dropout=0.5,
    filters=10,
    input_shape=(48, 48, 1),
):
    """Builds Deep-Emotion: four convolutions behind a spatial transformer that chooses where they look.

    The thesis does not state the kernels of the small network that finds the window. (7, 5) are those of the usual
    re-implementations, (3, 3) those of the figure in the original paper. The figure also joins the transformer with
    the feature map and not with the input, as the text has it: `where="features"` then samples the last feature map.

    Args:
        classes: int. Number of emotion classes.
        loc_kernels: pair of int. Kernel sizes of the two convolutions that find the window.
        where: str. "input" samples the face, "features" the last feature map.
        normalized: bool. Batch normalization behind the fourth convolution, as a re-implementation has it.
        l2: float. Weight of the squared L2 norm of the two dense kernels in the loss. The thesis has the norm itself.
        dropout: float. Share of features that are dropped in training; not stated.
        filters: int. Maps of each convolution; fewer only for tests.
        input_shape: tuple. (height, width, channels) of gray faces scaled to [-1, 1].

    Returns:
        `keras.Model` from (batch, 48, 48, 1) float32 to (batch, classes) probabilities. 66,857 parameters for seven
        classes.

    Raises:
        ParameterError: `where` is unknown.

    Reference: Minaee et al. 2021, "Deep-Emotion: Facial expression recognition using attentional convolutional
    network", Sensors 21(9).
    """
    if where not in PLACES:
        raise ParameterError(f"where={where!r}; known are {', '.join(PLACES)}.{nearest(where, PLACES)}")
    faces = keras.Input(input_shape, name="faces")
    window = find_window(faces, loc_kernels, filters)  # 6
    x = AffineSampler(name="seen")([faces, window]) if where == "input" else faces
    x = layers.ReLU()(convolution(filters, 3)(x))  # 46 x 46 x 10
    x = convolution(filters, 3)(x)  # 44 x 44 x 10
    x = layers.ReLU()(layers.MaxPooling2D(2)(x))  # 22 x 22 x 10
    x = layers.ReLU()(convolution(filters, 3)(x))  # 20 x 20 x 10
    x = convolution(filters, 3)(x)  # 18 x 18 x 10
    x = BatchNormalization()(x) if normalized else x
    x = layers.ReLU()(layers.MaxPooling2D(2)(x))  # 9 x 9 x 10
    x = AffineSampler(name="seen")([x, window]) if where == "features" else x
    x = layers.Flatten()(layers.Dropout(dropout)(x))  # 810
    x = layers.ReLU()(dense(50, kernel_regularizer=keras.regularizers.L2(l2))(x))
    x = dense(classes, kernel_regularizer=keras.regularizers.L2(l2))(x)
    return keras.Model(faces, layers.Softmax(name="probabilities")(x), name="deep_emotion")


def find_window(faces, kernels, filters):
    """Finds the window to look through: two convolutions and two dense layers, at first the whole picture."""
    first, second = kernels
    x = convolution(8, first)(faces)
    x = layers.ReLU()(layers.MaxPooling2D(2)(x))  # 21 x 21 x 8
    x = convolution(filters, second)(x)
    x = layers.ReLU()(layers.MaxPooling2D(2)(x))  # 8 x 8 x 10
    x = layers.ReLU()(dense(32)(layers.Flatten()(x)))
    return layers.Dense(6, kernel_initializer="zeros", bias_initializer=IdentityTransform(), name=WINDOW)(x)


def convolution(filters, kernel):
    """Returns a convolution without padding whose kernel is drawn from the thesis' Gaussian."""
    return layers.Conv2D(filters, kernel, kernel_initializer=gaussian())


def dense(units, **options):
    """Returns a dense layer whose kernel is drawn from the thesis' Gaussian."""
    return layers.Dense(units, kernel_initializer=gaussian(), **options)


def gaussian():
    """Returns a new initializer for every layer: one object would give equal kernels to layers of equal shape."""
    return keras.initializers.RandomNormal(stddev=DEVIATION)
