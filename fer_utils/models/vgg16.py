"""The convolutions of VGG-16 (Simonyan and Zisserman 2015), which VGG-Face (Parkhi et al. 2015) has, too."""

import keras
from keras import layers

from fer_utils.errors import ParameterError
from fer_utils.models.pixels import IMAGENET_MEAN, MeanSubtractedPixels

BLOCKS = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))  # channels and number of convolutions of each block
POOLING = {"avg": layers.GlobalAveragePooling2D, "max": layers.GlobalMaxPooling2D}


def vgg16_body(input_shape=(48, 48, 1), width=1.0, pooling=None, mean=IMAGENET_MEAN, name="vgg16"):
    """Builds VGG-16 without its fully connected layers.

    Args:
        input_shape: tuple. (height, width, channels) of faces scaled to [-1, 1]: gray, or red, green, blue. The network
            itself turns them into the pixels it expects, see `MeanSubtractedPixels`. At least 32 pixels each way.
        width: float. Share of the channels of each layer; 1 is the published network.
        pooling: None or "none" for the map of `pool5`, "avg" or "max" for its average or maximum over space.
        mean: sequence of three floats. Mean blue, green and red that are subtracted; VGG-Face has other ones.
        name: str.

    Returns:
        `keras.Model` from (batch, height, width, channels) float32 to (batch, height / 32, width / 32, 512 x width),
        rounded down, or (batch, 512 x width) with pooling. 14,714,688 parameters at width 1. Layers have the names of
        VGG-Face, conv1_1 to pool5; weights are in the order of `keras.applications.VGG16`.

    Raises:
        ParameterError: an unknown pooling, an impossible width, or faces that are too small.

    Reference: Simonyan and Zisserman 2015, arXiv:1409.1556, configuration D.
    """
    check_body(input_shape, width, pooling)
    faces = keras.Input(input_shape, name="faces")
    x = MeanSubtractedPixels(mean, name="pixels")(faces)
    for block, (channels, convolutions) in enumerate(BLOCKS, start=1):
        for i in range(1, convolutions + 1):
            x = layers.Conv2D(
                narrowed(channels, width),
                3,
                padding="same",
                activation="relu",
                kernel_initializer="he_normal",  # without it, sixteen layers from random weights learn nothing
                name=f"conv{block}_{i}",
            )(x)
        x = layers.MaxPooling2D(2, name=f"pool{block}")(x)  # 24, 12, 6, 3 and 1 pixels a side, of 48
    return keras.Model(faces, pool(x, pooling), name=name)


def check_body(input_shape, width, pooling):
    """Raises a `ParameterError` for what no body can be built of."""
    if len(input_shape) != 3 or min(input_shape[:2]) < 32 or input_shape[2] not in (1, 3):
        raise ParameterError(
            f"input_shape={tuple(input_shape)}: expected (height, width, channels), at least 32 pixels each way, as "
            "the network halves them five times, and 1 or 3 channels."
        )
    if not 0 < width <= 1:
        raise ParameterError(f"width={width}: expected a share of the channels above 0, up to 1 for all of them.")
    if pooling not in (None, "none", *POOLING):
        raise ParameterError(f"pooling={pooling!r}: expected None, 'avg' or 'max'.")


def narrowed(channels, width):
    """Returns how many channels a layer of a narrower network has."""
    return max(1, round(channels * width))


def pool(x, pooling):
    """Reduces a map to one value a channel, or leaves it as it is."""
    return POOLING[pooling](name=f"{pooling}_pool")(x) if pooling in POOLING else x
