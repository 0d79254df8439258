"""ResNet-18 (He et al. 2016), layer for layer as torchvision and timm have it, so that their weights fit."""

import keras
from keras import layers

from fer_utils.errors import ParameterError, nearest
from fer_utils.models.normalization import BatchNormalization
from fer_utils.models.pixels import PIXELS, StandardizedPixels
from fer_utils.models.vgg16 import check_body, narrowed, pool

STAGES = (64, 128, 256, 512)  # channels; two blocks each
EPSILON, MOMENTUM = 1e-5, 0.9  # of batch normalization; PyTorch counts the other way and calls this momentum 0.1


def resnet18_body(
    input_shape=(224, 224, 3), width=1.0, pooling="avg", pixels="unit", l2=0.0, name="resnet18"
) -> keras.Model:
    """Builds ResNet-18 without its fully connected layer.

    Args:
        input_shape: tuple. (height, width, channels) of faces scaled to [-1, 1]: gray, or red, green, blue. At least
            32 pixels each way.
        width: float. Share of the channels of each layer, at most 1; 1 is the published network.
        pooling: None for the last map, "avg" or "max" for its average or maximum over space.
        pixels: str. A key of `PIXELS`: what the network itself makes of the faces first. Weights of torchvision and
            timm were trained with "imagenet".
        l2: float. Weight of the squared L2 norm of all trainable weights in the loss. 5e-5 has the gradient of
            PyTorch's `weight_decay=1e-4`.
        name: str.

    Returns:
        `keras.Model` from (batch, height, width, channels) float32 to (batch, 512 x width), or without pooling to
        (batch, height / 32, width / 32, 512 x width), rounded up. 11,186,112 parameters at width 1, 9,600 of them
        statistics of batch normalization. Layers have the names of torchvision, with _ in place of a point.

    Raises:
        ParameterError: an unknown name, an impossible width, or faces that are too small.

    Reference: He et al. 2016, arXiv:1512.03385, table 1.
    """
    check_body(input_shape, width, pooling)
    if pixels not in PIXELS:
        raise ParameterError(f"pixels={pixels!r}; known are {', '.join(PIXELS)}.{nearest(pixels, PIXELS)}")
    faces = keras.Input(input_shape, name="faces")
    x = StandardizedPixels(*PIXELS[pixels], name="pixels")(faces)
    x = convolved(x, narrowed(STAGES[0], width), 7, 2, ("conv1", "bn1"), l2)  # 112 pixels a side, of 224
    x = layers.ReLU(name="relu")(x)
    x = layers.MaxPooling2D(3, strides=2, name="maxpool")(layers.ZeroPadding2D(1, name="maxpool_pad")(x))  # 56
    for stage, channels in enumerate(STAGES, start=1):  # 56, 28, 14 and 7
        for block in range(2):
            x = basic_block(x, narrowed(channels, width), f"layer{stage}_{block}", stage > 1 and block == 0, l2)
    return keras.Model(faces, pool(x, pooling), name=name)


def basic_block(x, channels, name, halve, l2=0.0):
    """Adds two 3 x 3 convolutions to their input; where they halve the map, a 1 x 1 convolution brings it along."""
    shortcut = x
    if halve:
        # Every second pixel, then 1 x 1: see `resnet50.bottleneck_block`.
        shortcut = layers.MaxPooling2D(1, strides=2, padding="same", name=f"{name}_downsample_halved")(x)
        names = (f"{name}_downsample_0", f"{name}_downsample_1")
        shortcut = convolved(shortcut, channels, 1, 1, names, l2)
    x = convolved(x, channels, 3, 2 if halve else 1, (f"{name}_conv1", f"{name}_bn1"), l2)
    x = convolved(layers.ReLU(name=f"{name}_relu1")(x), channels, 3, 1, (f"{name}_conv2", f"{name}_bn2"), l2)
    return layers.ReLU(name=f"{name}_relu2")(layers.Add(name=f"{name}_add")([x, shortcut]))


def convolved(x, channels, kernel, stride, names, l2=0.0):
    """Convolves and normalizes; pads both sides alike, as PyTorch does, where "same" would pad the end alone."""
    if kernel > 1:
        x = layers.ZeroPadding2D(kernel // 2, name=f"{names[0]}_pad")(x)
    start = keras.initializers.VarianceScaling(2.0, "fan_out", "untruncated_normal")
    x = layers.Conv2D(
        channels,
        kernel,
        strides=stride,
        use_bias=False,
        kernel_initializer=start,
        kernel_regularizer=penalty(l2),
        name=names[0],
    )(x)
    return BatchNormalization(
        momentum=MOMENTUM,
        epsilon=EPSILON,
        beta_regularizer=penalty(l2),
        gamma_regularizer=penalty(l2),
        name=names[1],
    )(x)


def penalty(l2):
    """Returns a regularizer, or None where it would add nothing."""
    return keras.regularizers.L2(l2) if l2 else None
