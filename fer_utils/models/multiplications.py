"""What convolutions cost: counted multiplications, and the share that separable ones need (Hussein 2020, eq. 4.4)."""

import math

import keras
import pandas as pd
from keras import layers


def separable_share(filters: int, size: int) -> float:
    """Returns the multiplications of a separable convolution as a share of a standard one's, equation 4.4.

    Args:
        filters: int. Number of filters N.
        size: int. Height and width n of each.

    Returns:
        float. 1 / N + 1 / n^2.
    """
    return 1 / filters + 1 / size**2


def separable_layers(network: keras.Model) -> pd.DataFrame:
    """Counts, for each separable convolution, its multiplications and those of a standard one in its place.

    Args:
        network: `keras.Model`.

    Returns:
        DataFrame, one row a layer: output (str), separable and standard (int, multiplications for one image), counted
            (float, their ratio) and equation (float, `separable_share`).
    """
    rows = []
    for layer in network.layers:
        if isinstance(layer, layers.SeparableConv2D):
            standard = _positions(layer) * math.prod(layer.kernel_size) * layer.input.shape[-1] * layer.filters
            rows.append(
                {
                    "output": " x ".join(map(str, layer.output.shape[1:])),
                    "separable": _multiplications(layer),
                    "standard": standard,
                    "counted": _multiplications(layer) / standard,
                    "equation": separable_share(layer.filters, layer.kernel_size[0]),
                }
            )
    return pd.DataFrame(rows)


def multiplications(network: keras.Model) -> int:
    """Counts the multiplications of all convolutions and fully connected layers for one image.

    Args:
        network: `keras.Model` whose input size is fixed.

    Returns:
        int. Normalization, activations, additions and pooling are not counted: they multiply little and cost time all
        the same.
    """
    return sum(_multiplications(layer) for layer in network.layers)


def _multiplications(layer) -> int:
    if isinstance(layer, layers.Dense):
        return layer.input.shape[-1] * layer.units
    if not isinstance(layer, layers.Conv2D | layers.SeparableConv2D):
        return 0
    window, channels = math.prod(layer.kernel_size), layer.input.shape[-1]
    if isinstance(layer, layers.SeparableConv2D):  # one filter a channel, then 1 x 1 across the channels
        maps = channels * layer.depth_multiplier
        return _positions(layer) * (window * maps + maps * layer.filters)
    return _positions(layer) * window * channels * layer.filters


def _positions(layer) -> int:
    """Number of places that a filter visits."""
    return math.prod(layer.output.shape[1:3])
