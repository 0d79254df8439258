"""The convolutions of ResNet-50 (He et al. 2016), with the layers and weights of `keras.applications`."""

import keras
from keras import layers

from fer_utils.models.normalization import BatchNormalization
from fer_utils.models.pixels import IMAGENET_MEAN, MeanSubtractedPixels
from fer_utils.models.vgg16 import check_body, narrowed, pool

STAGES = ((64, 3), (128, 4), (256, 6), (512, 3))  # channels of the bottleneck and number of blocks
EPSILON = 1.001e-5  # as in keras.applications


def resnet50_body(input_shape=(48, 48, 1), width=1.0, pooling=None, mean=IMAGENET_MEAN, name="resnet50"):
    """Builds ResNet-50 without its fully connected layer.

    Args:
        input_shape: tuple. (height, width, channels) of faces scaled to [-1, 1]: gray, or red, green, blue. The network
            itself turns them into the pixels it expects, see `MeanSubtractedPixels`. At least 32 pixels each way.
        width: float. Share of the channels of each layer; 1 is the published network.
        pooling: None or "none" for the last map, "avg" or "max" for its average or maximum over space.
        mean: sequence of three floats. Mean blue, green and red that are subtracted.
        name: str.

    Returns:
        `keras.Model` from (batch, height, width, channels) float32 to (batch, height / 32, width / 32, 2048 x width),
        rounded up, or (batch, 2048 x width) with pooling. 23,587,712 parameters at width 1, 53,120 of them statistics
        of batch normalization. Layers and weights have the names and the order of `keras.applications.ResNet50`.

    Raises:
        ParameterError: an unknown pooling, an impossible width, or faces that are too small.

    Reference: He et al. 2016, arXiv:1512.03385, table 1.
    """
    check_body(input_shape, width, pooling)
    faces = keras.Input(input_shape, name="faces")
    x = MeanSubtractedPixels(mean, name="pixels")(faces)
    x = layers.ZeroPadding2D(3, name="conv1_pad")(x)
    x = layers.Conv2D(narrowed(64, width), 7, strides=2, name="conv1_conv")(x)  # 24 pixels a side, of 48
    x = activated(normalized(x, "conv1"), "conv1")
    x = layers.ZeroPadding2D(1, name="pool1_pad")(x)
    x = layers.MaxPooling2D(3, strides=2, name="pool1_pool")(x)  # 12
    for stage, (channels, blocks) in enumerate(STAGES, start=2):
        for block in range(1, blocks + 1):  # 12, 6, 3 and 2
            halve = stage > 2 and block == 1
            x = bottleneck_block(x, narrowed(channels, width), f"conv{stage}_block{block}", halve, project=block == 1)
    return keras.Model(faces, pool(x, pooling), name=name)


def bottleneck_block(x, channels, name, halve, project):
    """Adds 1 x 1, 3 x 3 and 1 x 1 convolutions to their input; the last has four times the channels."""
    if halve:
        # A 1 x 1 convolution with stride 2, written as "every second pixel, then 1 x 1": the same numbers and weights,
        # but TensorFlow's CPU gradient of the strided form corrupts memory on odd batch sizes (2.21, oneDNN).
        x = layers.MaxPooling2D(1, strides=2, padding="same", name=f"{name}_0_halved")(x)
    shortcut = normalized(layers.Conv2D(4 * channels, 1, name=f"{name}_0_conv")(x), f"{name}_0") if project else x
    x = layers.Conv2D(channels, 1, name=f"{name}_1_conv")(x)
    x = activated(normalized(x, f"{name}_1"), f"{name}_1")
    x = layers.Conv2D(channels, 3, padding="same", name=f"{name}_2_conv")(x)
    x = activated(normalized(x, f"{name}_2"), f"{name}_2")
    x = normalized(layers.Conv2D(4 * channels, 1, name=f"{name}_3_conv")(x), f"{name}_3")
    return layers.Activation("relu", name=f"{name}_out")(layers.Add(name=f"{name}_add")([shortcut, x]))


def normalized(x, name):
    """Normalizes over the batch while training; a frozen body keeps the statistics that it was trained with."""
    return BatchNormalization(epsilon=EPSILON, name=f"{name}_bn")(x)


def activated(x, name):
    """Applies ReLU."""
    return layers.Activation("relu", name=f"{name}_relu")(x)
