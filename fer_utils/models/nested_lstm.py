"""The nested LSTM: a 3-D CNN, an LSTM over time for each of its layers, and one LSTM over the layers.

Zennou (2023, section 3) proposes it as STC-NLSTM; the method is that of Yu et al. (2018, Neurocomputing 317). Layers,
widths and training are not stated. What was decided here is a parameter, and the parts can be left out one by one.
"""

import keras
from keras import layers, ops

from fer_utils.errors import ParameterError, nearest
from fer_utils.models.normalization import BatchNormalization
from fer_utils.models.spatial_bins import SpatialBins

C3D = ((64,), (128,), (256, 256), (512, 512), (512, 512))  # Tran et al. 2015: our reading of "3-D CNN"
NARROW = ((16,), (32,), (64,), (64,))  # for small machines, at 64 pixels
TRUNKS = {"narrow": NARROW, "c3d": C3D}
VIEWS = ("face", "frontal", "geometry")
GEOMETRY = 136  # x and y of 68 landmarks
WITHOUT = ("", "layers", "temp", "conv", "nesting")
SYSTEMS = {  # id of claims, and ids of ours for what the paper did not try: title, what is left out
    "stc_nlstm": ("Nested LSTM", ""),
    "plain_3d_cnn": ("Plain 3-D CNN", "nesting"),
    "stc_nlstm_last_layer": ("Nested LSTM, last layer alone", "layers"),
    "stc_nlstm_no_temp_lstm": ("Nested LSTM without Temp-LSTMs", "temp"),
    "stc_nlstm_no_conv_lstm": ("Nested LSTM without the Conv-LSTM", "conv"),
}
PRECISIONS = ("float32", "mixed_float16", "mixed_bfloat16")
DRAWN = "he_normal"  # first kernels; with Keras' default the signal fades in eight layers without normalization


def stc_nlstm(
    classes=6,
    input_shape=(5, 112, 112, 3),
    blocks=C3D,
    units=128,
    bins=(2,),
    reduce=0,
    views=("face",),
    without="",
    normalized=False,
    masked=False,
    precision="float32",
) -> keras.Model:
    """Builds the nested LSTM, or what is left of it without one of its parts.

    For every convolution j: the largest values in n x n parts of each frame's map (MSPP-stand), an LSTM over the frames
    (Temp-LSTM), its last state h_j. Then one LSTM over h_1, h_2, ... (Conv-LSTM, which is no convolutional LSTM), and
    the classes. Each kind of picture has a CNN of its own, and the results are joined; landmarks are one more step.

    Args:
        classes: int. Number of classes.
        input_shape: tuple. (frames, height, width, channels) of a clip; frames may be None with `masked`.
        blocks: tuple of tuples of int. Channels of the convolutions, in blocks with a pooling of 1 x 2 x 2 between
            them: time is never pooled.
        units: int. Width of all LSTMs.
        bins: int or tuple of int. n; several make a pyramid, all of them in one vector.
        reduce: int. Units of a dense layer on each frame's vector, before the Temp-LSTM; 0 for none, as in the paper.
        views: tuple of str. What is seen, of `VIEWS`; the order is that of the inputs, and one of them is a picture.
        without: str. What is left out: "" (nothing), "layers" (all convolutions but the last give no state), "temp"
            (the mean over frames and a dense layer in place of each Temp-LSTM), "conv" (all states side by side in
            place of the Conv-LSTM), or "nesting": a plain 3-D CNN with the mean of its last map.
        normalized: bool. Batch normalization behind each convolution, in place of its bias; not in the paper. Without
            it the narrow networks do not leave chance on a few hundred clips.
        masked: bool. A last input (batch, frames): 1 for a frame, 0 for padding, which changes no answer. In training
            with `normalized` it does count in what batches are normalized by.
        precision: str. One of `PRECISIONS`; weights and probabilities are float32 in all of them.

    Returns:
        `keras.Model` from clips (batch, frames, height, width, channels) scaled to [-1, 1], or a list in the order of
        `views` with landmarks as (batch, frames, 136), to (batch, classes) probabilities. Its layer "head" maps the
        states to the probabilities. 33,952,774 parameters for six classes; 50,861,062 with n = 4, 118,494,214 with
        n = 8; 461,382 with `NARROW` and 64 units, at any size of the pictures.

    Raises:
        ParameterError: an unknown view, part or precision, no picture, or frames that are too small.
    """
    _check(input_shape, blocks, views, without, precision)
    mask = keras.Input(input_shape[:1], name="mask") if masked else None
    there = None if mask is None else ops.not_equal(mask, 0.0)
    given, ends = [], {}
    for view in views:
        shape = (input_shape[0], GEOMETRY) if view == "geometry" else input_shape
        given.append(keras.Input(shape, name=view))
        maps = (
            {view: given[-1]}
            if view == "geometry"
            else _convolutions(given[-1], blocks, view, normalized, mask, precision)
        )
        kept = list(maps)[-1:] if without in ("layers", "nesting") else list(maps)
        vectors = {name: _by_frame(maps[name], name, bins, reduce, without, precision) for name in kept}
        ends[view] = [_state(vector, name, units, there, without, precision) for name, vector in vectors.items()]
    if without != "nesting":  # landmarks are the last step after those of the first picture
        landmarks = ends.pop("geometry", [])
        ends[next(iter(ends))] += landmarks
    joined = {f"{view}_states": layers.Concatenate(axis=1, name=f"{view}_states")(each) for view, each in ends.items()}
    head = _head(joined, classes, units, without, precision)
    inputs = given if mask is None else [*given, mask]
    network = keras.Model(inputs if len(inputs) > 1 else inputs[0], head(list(joined.values())), name="stc_nlstm")
    network.dtype_policy = precision  # by which Keras scales the loss of half-precision numbers
    return network


def steps(blocks, views, without="") -> list[list[str]]:
    """Names the steps over which each Conv-LSTM runs.

    Args:
        blocks: as of `stc_nlstm`.
        views: as of `stc_nlstm`.
        without: as of `stc_nlstm`.

    Returns:
        list with a list of str for each picture, such as ["conv1", "conv2", "conv3a", "conv3b", "geometry"].
    """
    convolutions = [name for name, _ in _named(blocks)]
    convolutions = convolutions[-1:] if without in ("layers", "nesting") else convolutions
    pictures = [list(convolutions) for view in views if view != "geometry"]
    pictures[0] += ["geometry"] * ("geometry" in views)
    return pictures


def _convolutions(clip, blocks, view, normalized, mask, precision):
    """Runs the 3-D CNN and returns the map of each convolution by its name, f_1 to f_l."""
    x, maps = _blank(clip, mask, precision), {}
    pooled = {_named(blocks)[sum(map(len, blocks[:number]))][0] for number in range(1, len(blocks))}
    for name, channels in _named(blocks):
        if name in pooled:
            x = layers.MaxPooling3D((1, 2, 2), dtype=precision, name=f"{view}_before_{name}")(x)
        x = _convolution(x, channels, f"{view}_{name}", normalized, precision)
        maps[f"{view}_{name}"] = x = _blank(x, mask, precision)
    return maps


def _convolution(x, channels, name, normalized, precision):
    options = {"use_bias": not normalized, "kernel_initializer": DRAWN, "dtype": precision, "name": name}
    x = layers.Conv3D(channels, 3, padding="same", **options)(x)
    if normalized:  # frames stand below each other for it: that of pictures is faster, and the numbers are the same
        shape = x.shape[2:]
        x = layers.Reshape((-1, *shape[1:]), dtype=precision)(x)
        x = BatchNormalization(momentum=0.9, dtype=precision, name=f"{name}_normalized")(x)
        x = layers.Reshape((-1, *shape), dtype=precision)(x)
    return layers.ReLU(dtype=precision, name=f"{name}_relu")(x)


def _blank(x, mask, precision):
    """Sets the frames to 0 that are padding: the next convolution then sees what lies outside of any clip."""
    if mask is None:
        return x
    return layers.Multiply(dtype=precision)([x, layers.Reshape((-1, 1, 1, 1), dtype=precision)(mask)])


def _by_frame(x, name, bins, reduce, without, precision):
    """Makes a vector of each frame's map: the bins of MSPP-stand, or the mean where nothing is nested."""
    if len(x.shape) == 3:  # landmarks are a vector
        return x
    if without == "nesting":
        return ops.mean(x, axis=(2, 3))
    x = SpatialBins(bins, dtype=precision, name=f"{name}_bins")(x)  # frames x (n * n * channels)
    return layers.Dense(reduce, activation="relu", dtype=precision, name=f"{name}_reduced")(x) if reduce else x


def _state(x, name, units, there, without, precision):
    """Sums up a layer's frames in one vector: the last state of its Temp-LSTM, as a step of the Conv-LSTM."""
    if without in ("temp", "nesting"):
        x = layers.GlobalAveragePooling1D(dtype=precision, name=f"{name}_mean")(x, mask=there)
        if without == "temp":
            x = layers.Dense(units, activation="tanh", dtype=precision, name=f"{name}_dense")(x)
    else:
        x = layers.LSTM(units, dtype=precision, name=f"{name}_temp_lstm")(x, mask=there)
    return layers.Reshape((1, x.shape[-1]), dtype=precision, name=f"{name}_state")(x)


def _head(states, classes, units, without, precision):
    """Builds what answers: a Conv-LSTM for each picture, o = C-LSTM(h_1, ..., h_l), then the classes."""
    given = [keras.Input(state.shape[1:], name=name) for name, state in states.items()]
    if without in ("conv", "nesting"):
        ends = [layers.Flatten()(state) for state in given]
    else:
        ends = [layers.LSTM(units, dtype=precision, name=f"conv_lstm_of_{state.name}")(state) for state in given]
    x = layers.Concatenate()(ends) if len(ends) > 1 else ends[0]
    answers = layers.Dense(classes, activation="softmax", dtype="float32", name="probabilities")(x)
    return keras.Model(given, answers, name="head")


def _named(blocks):
    """Names convolutions as C3D does: conv1, conv3a; and tells their channels."""
    numbered = [(number, place, block) for number, block in enumerate(blocks, start=1) for place in range(len(block))]
    return [(f"conv{number}{'abcdefgh'[place] * (len(block) > 1)}", block[place]) for number, place, block in numbered]


def _check(input_shape, blocks, views, without, precision):
    for option, given, known in (
        ("without", [without], WITHOUT),
        ("precision", [precision], PRECISIONS),
        ("views", views, VIEWS),
    ):
        for value in given:
            if value not in known:
                named = ", ".join(map(repr, known))
                raise ParameterError(f"{option}: no {value!r}; known are {named}.{nearest(value, known)}")
    if not set(views) - {"geometry"} or len(set(views)) < len(views):
        raise ParameterError(f"views={tuple(views)}: expected 'face', 'frontal' or both, each once; 'geometry' beside.")
    if len(input_shape) != 4 or min(input_shape[1:3]) < 2 ** (len(blocks) - 1):
        raise ParameterError(
            f"input_shape={tuple(input_shape)}: expected (frames, height, width, channels), at least "
            f"{2 ** (len(blocks) - 1)} pixels each way, as {len(blocks)} blocks halve them {len(blocks) - 1} times."
        )
