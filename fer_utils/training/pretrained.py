"""Where the weights of a frozen body come from: ImageNet, a file, drawn people, or nowhere."""

from pathlib import Path

import keras

from fer_utils.errors import ParameterError, nearest
from fer_utils.training.identity import train_on_emotion, train_on_identity
from fer_utils.training.weights_file import load_weights_file

SOURCES = ("imagenet", "synthetic-identity", "synthetic-emotion", "none")
APPLICATIONS = {"vgg16": "VGG16", "resnet50": "ResNet50"}  # name of the body: its class in keras.applications
FILES = {  # what Keras downloads, from storage.googleapis.com/tensorflow/keras-applications
    "vgg16": "vgg16/vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5",
    "resnet50": "resnet/resnet50_weights_tf_dim_ordering_tf_kernels_notop.h5",
}


def load_pretrained(body, weights: str) -> str:
    """Gives a body its weights.

    Args:
        body: `keras.Model` named "vgg16" or "resnet50".
        weights: str. "imagenet": those of `keras.applications`, downloaded once by Keras; for the full width only.
            "synthetic-identity": trained on who drawn people are; "synthetic-emotion": on what other drawn people
            express; see `train_on_drawn_faces`. "none": random, as they are. Else the path of a file: one of Keras'
            ImageNet files without top, or what `save_weights` stored of a body of the same width.

    Returns:
        str. What a reader must know about the weights, in one sentence.

    Raises:
        ParameterError: an unknown source, no such file, weights of another network, or no download.
    """
    if weights == "none":
        return "Random weights: the body has learned nothing, and what the head achieves needs no transfer."
    if weights == "synthetic-identity":
        return str(train_on_identity(body))
    if weights == "synthetic-emotion":
        return str(train_on_emotion(body))
    if weights == "imagenet":
        return _load_imagenet(body)
    path = Path(weights).expanduser()
    if not path.is_file():
        raise ParameterError(
            f"weights='{weights}': no such file. Expected a file of weights, or {', '.join(SOURCES)}."
            f"{nearest(weights, SOURCES)}"
        )
    load_weights_file(
        body,
        path,
        "Expected a file that ends with .weights.h5 or .h5, of the same width; ImageNet's files are for width = 1.",
    )
    return f"Weights of {path.name}."


def _load_imagenet(body) -> str:
    """Lets Keras fetch its weights, or find them in its own cache, and copies them."""
    full = 14_714_688 if body.name == "vgg16" else 23_587_712
    if body.count_params() != full:
        raise ParameterError(
            f"weights='imagenet': they are for the full width, {full:,} parameters; this {body.name} has "
            f"{body.count_params():,}. Set width = 1, or weights = 'synthetic-emotion'."
        )
    shape = (*body.input_shape[1:3], 3)
    try:
        application = getattr(keras.applications, APPLICATIONS[body.name])
        network = application(include_top=False, weights="imagenet", input_shape=shape)
    except Exception as error:  # Keras raises a plain Exception where a download fails
        name = FILES[body.name]
        raise ParameterError(
            f"weights='imagenet': Keras could not fetch {name.split('/')[1]} ({error}). With a connection it lies at "
            f"https://storage.googleapis.com/tensorflow/keras-applications/{name}. Fetch it elsewhere and set weights "
            "to its path, or put it into ~/.keras/models. Without it: weights = 'synthetic-emotion'."
        ) from error
    body.set_weights(network.get_weights())
    return f"ImageNet weights of keras.applications.{APPLICATIONS[body.name]}."
