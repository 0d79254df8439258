"""Weights from a file of Keras, with an error that says what does not fit."""

import warnings
from pathlib import Path

from fer_utils.errors import ParameterError


def load_weights_file(network, path: Path, expected: str) -> None:
    """Gives a network the weights that `save_weights` stored of the same one, or those of a file of the same layout.

    Args:
        network: `keras.Model`.
        path: Path of an existing file.
        expected: str. A sentence for whoever named another file: what is expected.

    Raises:
        ParameterError: the file cannot be read, or holds the weights of another network.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # dozens about layers that do not fit, then an error
            network.load_weights(path)
    except (ValueError, OSError, KeyError) as error:
        raise ParameterError(
            f"{path}: these are no weights of {network.name} with {network.count_params():,} parameters. {expected}"
        ) from error
