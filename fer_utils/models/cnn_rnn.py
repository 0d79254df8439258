"""CNN + LSTM and CNN + GRU on five frames, on features or on images (Zennou 2023, Tables 4, 10 and 12).

The paper's words leave two systems. "Features": principal components of fc7 of each frame, three recurrent layers.
"Image": the frozen CNN up to fc7 inside the network, one recurrent layer. In the public code the components are
thrown away and the CNN keeps its softmax; `as_coded` builds those networks, to count their parameters.
"""

import keras
from keras import layers

from fer_utils.errors import ParameterError, nearest
from fer_utils.models.vgg16 import narrowed

CELLS = {"lstm": layers.LSTM, "gru": layers.GRU}
SYSTEMS = {  # id of claims: title for readers, cell, what is seen
    "cnn_lstm_features": ("CNN + LSTM, features", "lstm", "features"),
    "cnn_gru_features": ("CNN + GRU, features", "gru", "features"),
    "cnn_lstm_image": ("CNN + LSTM, image", "lstm", "image"),
    "cnn_gru_image": ("CNN + GRU, image", "gru", "image"),
}
UNITS = 512
COMPONENTS = 100  # "the first 100 eigenvectors"
FC7 = 4096
CODED_LAYERS = {"lstm": 2622, "gru": 512}  # units of each of three layers on features
CODED_UNITS = {"lstm": 512, "gru": 1024}  # units of the one layer on images


def features_rnn(
    cell="lstm",
    classes=6,
    components=COMPONENTS,
    frames=5,
    activation="relu",
    dropout=0.5,
    width=1.0,
    projection=None,
    as_coded=False,
) -> keras.Model:
    """Builds what classifies the principal components of a few frames: three recurrent layers, dropout behind each.

    Args:
        cell: str. "lstm" or "gru".
        classes: int. Number of classes.
        components: int. Numbers a frame.
        frames: int. Frames of a window.
        activation: str. Of what is remembered: "relu" as stated, or "tanh", the usual one. Gates have a sigmoid.
        dropout: float. Share of numbers that are dropped behind each layer in training.
        width: float. Share of the units.
        projection: pair of float arrays (features, components) and (components,), as `principal_components` returns
            them: a frozen layer, so that the network takes features themselves. None for one that takes components.
        as_coded: bool. The network of the public code, at its width: fc7 itself, 4,096 numbers, since its principal
            components are computed and not used; LSTMs of 2,622 units. For counting, not for training.

    Returns:
        `keras.Model` from (batch, 5, 100) float32 to (batch, classes) probabilities. Parameters for six classes: LSTM
        5,456,902, GRU 4,098,054; as coded, twelve classes: 180,519,468 and 10,238,988.

    Raises:
        ParameterError: an unknown cell.
    """
    recurrent = _cell(cell)
    units = CODED_LAYERS[cell] if as_coded else narrowed(UNITS, width)
    length = FC7 if as_coded else components if projection is None else len(projection[0])
    sequence = keras.Input((frames, length), name="sequence")
    x = sequence if projection is None else _projected(sequence, *projection)  # 5 x 100
    for number in (1, 2, 3):
        x = recurrent(units, activation=activation, return_sequences=number < 3, name=f"recurrent_{number}")(x)
        x = layers.Dropout(dropout)(x)  # 5 x 512, 5 x 512, 512
    answers = layers.Dense(classes, activation="softmax", name="probabilities")(x)
    return keras.Model(sequence, answers, name=f"{cell}_on_features")


def image_rnn(
    cell="lstm", classes=6, features=FC7, frames=5, activation="relu", width=1.0, scale=1.0, as_coded=False
) -> keras.Model:
    """Builds what classifies fc7 of a few frames: one recurrent layer. The CNN is put before it by `cnn_rnn`.

    Args:
        cell: str. "lstm" or "gru".
        classes: int. Number of classes.
        features: int. Numbers a frame that the CNN gives.
        frames: int. Frames of a window.
        activation: str. As in `features_rnn`.
        width: float. Share of the units; `features` stays as it is given.
        scale: float. Features are multiplied by it, so that gates begin neither open nor shut.
        as_coded: bool. The network of the public code, at its width: the CNN keeps its softmax, so that a frame is as
            many numbers as there are classes, GRUs have 1,024 units, and the last layer has no softmax, although the
            loss takes its answers for probabilities. For counting, not for training.

    Returns:
        `keras.Model` from (batch, 5, 4096) float32 to (batch, classes) probabilities. Parameters for six classes: LSTM
        9,442,310, GRU 7,084,038; as coded: LSTM, six classes, 1,065,990, GRU, twelve classes, 3,201,036.

    Raises:
        ParameterError: an unknown cell.
    """
    recurrent = _cell(cell)
    units = CODED_UNITS[cell] if as_coded else narrowed(UNITS, width)
    sequence = keras.Input((frames, classes if as_coded else features), name="sequence")
    x = layers.Rescaling(scale, name="scaled")(sequence)
    x = recurrent(units, activation=activation, name="recurrent_1")(x)  # 512
    answers = layers.Dense(classes, activation=None if as_coded else "softmax", name="probabilities")(x)
    return keras.Model(sequence, answers, name=f"{cell}_on_images")


def fc7_cnn(network: keras.Model) -> keras.Model:
    """Cuts a trained VGG-Face behind its seventh layer with weights of its own name, fc7, and freezes it.

    Args:
        network: `keras.Model` as `vggface` returns it, with at least two fully connected layers.

    Returns:
        `keras.Model` from faces to (batch, 4096 x width), none negative. It shares the weights of the network.

    Raises:
        ParameterError: the network has no fc7.
    """
    head = network.get_layer("head")
    if "fc7" not in [layer.name for layer in head.layers]:
        raise ParameterError(f"{network.name}: no layer fc7. Build VGG-Face with two or more fully connected layers.")
    features = keras.Model(head.input, head.get_layer("fc7").output, name="up_to_fc7")
    cnn = keras.Model(network.input, features(network.get_layer("pool5").output), name="cnn")
    cnn.trainable = False
    return cnn


def cnn_rnn(cnn: keras.Model, head: keras.Model) -> keras.Model:
    """Joins a frozen CNN and a recurrent head into the whole system, from clips to answers.

    It runs the CNN on each frame of each window. Windows overlap, and the CNN learns nothing: whoever computes its
    features once for each frame and trains the head on these gets the same answers.

    Args:
        cnn: `keras.Model` from faces to features, as `fc7_cnn` returns it.
        head: `keras.Model` from `features_rnn` with a projection, or from `image_rnn`.

    Returns:
        `keras.Model` from (batch, 5, height, width, 3) float32 in [-1, 1] to (batch, classes) probabilities; it shares
        the weights of all parts.
    """
    clips = keras.Input((head.input_shape[1], *cnn.input_shape[1:]), name="clips")
    features = layers.TimeDistributed(cnn, name="each_frame")(clips)  # 5 x 4096
    return keras.Model(clips, head(features), name=f"cnn_{head.name}")


def _projected(sequence, kernel, bias):
    """Principal components of each frame, by a layer that does not learn."""
    layer = layers.Dense(len(bias), trainable=False, name="principal_components")
    layer.build(sequence.shape)
    layer.set_weights([kernel, bias])
    return layer(sequence)


def _cell(name):
    if name not in CELLS:
        raise ParameterError(f"cell={name!r}; known are {', '.join(CELLS)}.{nearest(name, CELLS)}")
    return CELLS[name]
