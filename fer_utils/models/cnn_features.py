"""The features of a trained mini-Xception that Hussein (2020, table 4.8) gives to support vector machines."""

import keras
import numpy as np
from keras import layers
from scipy.special import softmax

from fer_utils.errors import ParameterError, nearest

SOURCES = {  # network, and where in it the features are taken
    "base_gap128": ("base", "128 maps of 3 x 3 after the last residual module, averaged over space"),
    "dense_gap112": ("dense", "112 maps of 11 x 11 after the last dense block, averaged over space"),
    "dense_gap64": ("dense", "64 maps of 6 x 6 after the last residual block, averaged over space"),
    "dense_conv108": ("dense", "one map of 6 x 6 a class before the average over space: 108 for three classes"),
}


def check_source(source: str, network: str) -> None:
    """Refuses features that a network does not have.

    Args:
        source: str. A key of `SOURCES`.
        network: str. Short name of a network, "base" or "dense".

    Raises:
        ParameterError: an unknown source, or one of another network.
    """
    if source not in SOURCES:
        raise ParameterError(f"No feature_source '{source}'. Known: {', '.join(SOURCES)}.{nearest(source, SOURCES)}")
    if SOURCES[source][0] != network:
        raise ParameterError(
            f"feature_source '{source}' is a layer of the network '{SOURCES[source][0]}', and model is '{network}'. "
            f"Set model = '{SOURCES[source][0]}', or one of "
            f"{', '.join(name for name, (owner, _) in SOURCES.items() if owner == network) or 'no feature_source'}."
        )


def feature_extractor(network: keras.Model, source: str = "base_gap128") -> keras.Model:
    """Cuts a trained network off behind the layer whose output serves as features.

    The thesis says "128 features from the convolution layers" and no more. Only the last residual module of the base
    network has 128 maps, so `base_gap128` is the default; no layer of the proposed network (table 4.4) has so many.

    Args:
        network: `keras.Model`, a network of `mini_xception.build_network` with the name that the source belongs to.
        source: str. A key of `SOURCES`.

    Returns:
        `keras.Model` from (batch, 48, 48, 1) float32 to (batch, features) float32, with the network's own weights.

    Raises:
        ParameterError: an unknown source.
    """
    check_source(source, "base" if network.name == "mini_xception" else "dense")
    if source == "dense_conv108":
        return map_extractor(network)
    kind = layers.Concatenate if source == "dense_gap112" else layers.Add
    last = [layer for layer in network.layers if isinstance(layer, kind)][-1]
    return keras.Model(network.inputs, layers.GlobalAveragePooling2D(name=source)(last.output), name=source)


def map_extractor(network: keras.Model) -> keras.Model:
    """Cuts a network off before its average over space: one map a class.

    Args:
        network: `keras.Model` that ends as `mini_xception.classify` does.

    Returns:
        `keras.Model` from faces to (batch, features) float32; the dense network has 6 x 6 a class, 108 for three.
    """
    maps = layers.Flatten(name="dense_conv108")(network.get_layer("features").output)
    return keras.Model(network.inputs, maps, name="dense_conv108")


def map_probabilities(features: np.ndarray, classes: int) -> np.ndarray:
    """Says what a network answers, from what `map_extractor` makes of faces alone: it is averaged over space.

    Args:
        features: float array (n, pixels x classes), such as (n, 108): maps with the class as last axis, flattened.
        classes: int. Number of emotion classes.

    Returns:
        float array (n, classes) of probabilities.
    """
    maps = np.asarray(features, dtype=np.float64).reshape(len(features), -1, classes)
    return softmax(maps.mean(axis=1), axis=1)
