"""C3D, a network of three-dimensional convolutions, and what became of it for five frames (Zennou 2023, section 3)."""

import keras
from keras import layers

from fer_utils.errors import ParameterError, nearest
from fer_utils.models.vgg16 import narrowed

BLOCKS = (("1", 64), ("2", 128), ("3a", 256), ("3b", 256), ("4a", 512), ("4b", 512), ("5a", 512), ("5b", 512))
POOLED = ("1", "2", "3b", "4b", "5b")  # convolutions that a pool follows
SPACE, ALL = (1, 2, 2), (2, 2, 2)
POOLS = {  # window and stride of the five pools, each (time, height, width)
    "original": ((SPACE, SPACE), (ALL, ALL), (ALL, ALL), (ALL, ALL), (ALL, ALL)),
    # As coded: windows of one, so that three pools keep every other number and drop the rest unseen.
    "zapata": ((SPACE, SPACE), (ALL, ALL), ((1, 1, 1), ALL), ((1, 1, 1), ALL), ((1, 1, 1), ALL)),
    # What was probably wanted: the last three pools take the largest number, and leave time alone.
    "keep": ((SPACE, SPACE), (ALL, ALL), (SPACE, SPACE), (SPACE, SPACE), (SPACE, SPACE)),
}
PADDING = {"original": ((0, 0), (0, 1), (0, 1)), "zapata": (0, 1, 1), "keep": ((0, 0), (0, 1), (0, 1))}  # before pool5
SYSTEMS = {  # id of claims, and two more: title for readers, key of POOLS
    "c3d": ("C3D for five frames, as coded", "zapata"),
    "c3d_keep": ("C3D for five frames, time kept", "keep"),
    "c3d_original": ("C3D, the original", "original"),
}
PRECISIONS = ("float32", "mixed_float16", "mixed_bfloat16")
UNITS = 4096


def c3d(
    classes=6, temporal="zapata", input_shape=(5, 112, 112, 3), width=1.0, dropout=0.5, precision="float32"
) -> keras.Model:
    """Builds C3D: eight convolutions of 3 x 3 x 3, five pools, two fully connected layers.

    The original halves time four times and needs 16 frames. The paper has five, and does not say what it changed.

    Args:
        classes: int. Number of classes.
        temporal: str. A key of `POOLS`: "original" (Tran et al. 2015), "zapata" (the public code behind the paper), or
            "keep" (maxima in space alone, once time is down to two steps).
        input_shape: tuple. (frames, height, width, channels) of clips scaled to [-1, 1].
        width: float. Share of the channels and units.
        dropout: float. Behind each fully connected layer.
        precision: str. One of `PRECISIONS`. With a mixed one, layers compute in 16 bits, keep their weights in 32, and
            the softmax has 32; for GPUs.

    Returns:
        `keras.Model` from (batch, 5, 112, 112, 3) float32 to (batch, classes) probabilities. Parameters at width 1 and
        112 x 112 pixels: "original" 79,991,015 for 487 classes (16 frames), 78,020,358 for six; "zapata" 96,894,726 for
        six, 96,919,308 for twelve; "keep" 111,574,790 for six.

    Raises:
        ParameterError: an unknown name, an impossible width, or a clip that is too short or too small for the pools.

    Reference: Tran et al. 2015, "Learning spatiotemporal features with 3D convolutional networks", ICCV.
    """
    _known("temporal", temporal, POOLS)
    _known("precision", precision, PRECISIONS)
    if not 0 < width <= 1:
        raise ParameterError(f"width={width}: expected a share of the channels above 0, up to 1 for all of them.")
    sizes_after_pools(temporal, input_shape[:3])
    clips = keras.Input(input_shape, name="clips")
    x = clips
    for name, channels in BLOCKS:
        options = {"padding": "same", "activation": "relu", "kernel_initializer": "he_normal", "dtype": precision}
        x = layers.Conv3D(narrowed(channels, width), 3, name=f"conv{name}", **options)(x)
        if name in POOLED:
            x = _pool(x, temporal, POOLED.index(name), precision)  # 5 x 56, 2 x 28, 1 x 14, 1 x 7, 1 x 5: "zapata"
    x = layers.Flatten(name="flatten", dtype=precision)(x)  # 12,800
    for name in ("fc6", "fc7"):
        x = layers.Dense(narrowed(UNITS, width), activation="relu", name=name, dtype=precision)(x)
        x = layers.Dropout(dropout, dtype=precision)(x)
    answers = layers.Dense(classes, activation="softmax", name="probabilities", dtype="float32")(x)
    network = keras.Model(clips, answers, name=f"c3d_{temporal}")
    network.dtype_policy = precision  # so that Keras scales the loss where 16 bits would lose small gradients
    return network


def sizes_after_pools(temporal, size) -> list[tuple[int, int, int]]:
    """Follows a clip through the pools.

    Args:
        temporal: str. A key of `POOLS`.
        size: tuple. (frames, height, width).

    Returns:
        list of five tuples: (frames, height, width) behind each pool.

    Raises:
        ParameterError: nothing is left behind a pool.
    """
    found, left = [], tuple(size)
    for number, (window, stride) in enumerate(POOLS[temporal], start=1):
        if number == len(POOLED):
            left = tuple(have + added for have, added in zip(left, _added(temporal), strict=True))
        parts = list(zip(left, window, stride, strict=True))
        short = [axis for axis, (have, wanted, _) in enumerate(parts) if have < wanted]
        if short:
            _refuse(temporal, size, number, left, window, in_time=0 in short)
        left = tuple((have - wanted) // step + 1 for have, wanted, step in parts)
        found.append(left)
    return found


def _pool(x, temporal, place, precision):
    """The pool behind a block; the last one sees a frame of zeros around its map, or on two sides of it."""
    window, stride = POOLS[temporal][place]
    if place == len(POOLED) - 1:
        x = layers.ZeroPadding3D(PADDING[temporal], name="padding", dtype=precision)(x)
    return layers.MaxPooling3D(window, stride, name=f"pool{place + 1}", dtype=precision)(x)


def _added(temporal):
    """Rows that the padding before the last pool adds to (time, height, width)."""
    return [2 * one if isinstance(one, int) else sum(one) for one in PADDING[temporal]]


def _refuse(temporal, size, number, left, window, in_time):
    what, wanted, have = ("frames", window[0], left[0]) if in_time else ("pixels each way", window[1], min(left[1:]))
    hint = "larger pictures"
    if in_time:
        hint = "16 frames or more, or temporal='zapata' or 'keep'" if temporal == "original" else "longer clips"
    raise ParameterError(
        f"C3D, temporal={temporal!r}, clips of {size[0]} frames, {size[1]} x {size[2]} pixels: pool{number} takes "
        f"{wanted} {what}, and {have} {'is' if have == 1 else 'are'} left before it. Use {hint}."
    )


def _known(option, value, known):
    if value not in known:
        raise ParameterError(f"{option}={value!r}; known are {', '.join(known)}.{nearest(value, known)}")
