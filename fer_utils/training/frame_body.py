"""A ResNet-18 that has seen faces before: drawn ones, those of a file, or none."""

from pathlib import Path

import keras

from fer_utils.errors import ParameterError, nearest
from fer_utils.models.resnet18 import resnet18_body
from fer_utils.models.resnet18_weights import load_resnet18_weights
from fer_utils.training.identity import train_on_emotion, train_on_identity
from fer_utils.training.weights_file import load_weights_file

DRAWN = {"synthetic-emotion": train_on_emotion, "synthetic-identity": train_on_identity}
RANDOM, FILE = "none", "file"
OWN = ".weights.h5"  # how Keras ends the names of its own files of weights
PEOPLE = {"people": 30, "pictures": 6, "epochs": 8}  # few: a body that goes on learning needs a start, no more


def weights_kind(weights: str) -> str:
    """Says what kind of weights a notebook's parameter names, for the record of a run.

    Args:
        weights: str. "synthetic-emotion", "synthetic-identity", "none", or the path of a file.

    Returns:
        str. The same, and "file" for a path.

    Raises:
        ParameterError: neither a known name nor a file.
    """
    known = (*DRAWN, RANDOM)
    if weights in known:
        return weights
    if not Path(weights).expanduser().is_file():
        raise ParameterError(
            f"weights={weights!r}: no such file. Expected {', '.join(known)}, or the path of ResNet-18's weights as "
            f".safetensors, .npz or {OWN}.{nearest(weights, known)}"
        )
    return FILE


def open_frame_body(weights: str, input_shape, width: float = 1.0, pixels: str = "unit", l2: float = 0.0, seed=0):
    """Builds ResNet-18 and gives it weights, with which the training goes on.

    Args:
        weights: str. "synthetic-emotion": trained on what drawn people express who are in no study, cached.
            "synthetic-identity": on who they are. "none": random. Otherwise the path of a file: a state dict as
            `load_resnet18_weights` takes it, width 1, or what `save_weights` stored of a body of the same width.
        input_shape: tuple. (height, width, channels) of a frame.
        width: float. Share of the channels.
        pixels: str. A key of `PIXELS`; "imagenet" for weights of torchvision and timm.
        l2: float. As `resnet18_body` takes it.
        seed: int. Seed of random weights. It is set for Keras as a whole: set another one before drawing other weights.

    Returns:
        (`keras.Model` as `resnet18_body` returns it, str): the body, and in a sentence where its weights come from.

    Raises:
        ParameterError: an unknown kind of weights, or a file that does not fit.
    """
    kind = weights_kind(weights)
    keras.utils.set_random_seed(seed)
    body = resnet18_body(input_shape, width, pixels=pixels, l2=l2)
    if kind == RANDOM:
        return body, "Random weights: the network begins with nothing."
    if kind != FILE:
        return body, str(DRAWN[kind](body, **PEOPLE))
    path = Path(weights).expanduser()
    if path.name.endswith(OWN):
        load_weights_file(body, path, "Expected what save_weights stored of a body of the same width.")
    else:
        load_resnet18_weights(body, path)
    return body, f"Weights of {path.name}."
