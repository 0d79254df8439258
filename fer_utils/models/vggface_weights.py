"""Puts the published weights of VGG-Face, from a file that the user has, into our networks; checked layer by layer."""

from pathlib import Path

import h5py
import numpy as np

from fer_utils.errors import ParameterError, nearest

TOP = ("fc6", "fc7", "fc8")  # in the large file only; a body does without
TERMS = (
    "VGG-Face (Parkhi, Vedaldi and Zisserman 2015, University of Oxford) is for non-commercial research; the terms of "
    "its owners decide. The project ships and downloads no weights. Converted to Keras they are distributed as "
    "rcmalli_vggface_tf_notop_vgg16.h5 (body, 59 MB) and rcmalli_vggface_tf_vgg16.h5 (with fc6 to fc8, 580 MB), "
    "release 2.0 of github.com/rcmalli/keras-vggface."
)
STRANGERS = {  # a layer of another network, and what it then is
    "block1_conv1": "It has the layers of VGG-16 in Keras, which was trained on ImageNet and not on faces.",
    "conv1/7x7_s2": "It has the layers of the ResNet-50 of VGGFace2. The public code behind Zennou's tables once loads "
    "such a file into a VGG body by name: no name fits, nothing is loaded, and nothing is said.",
}


def load_vggface_weights(network, path: Path | str):
    """Sets the weights of a body, or of the whole of VGG-Face, to the published ones.

    Only numbers are read from the file; what it may hold besides, such as program code, is not looked at.

    Args:
        network: `keras.Model` with the layers conv1_1 ... conv5_3, and fc6, fc7 and fc8 where it has a top; width 1.
        path: Path of a `.h5` file as Keras 2 wrote it (`layer_names`, and `weight_names` of each layer).

    Returns:
        the same network. Where anything is wrong, nothing of it is changed.

    Raises:
        ParameterError: no such file, or no HDF5; another layout; layers that are missing or unknown; weights of another
            shape, or that are no finite numbers. All layers concerned are named.
    """
    path = Path(path).expanduser()
    if not path.is_file():
        raise ParameterError(f"{path}: no such file. {TERMS}")
    wanted = {layer.name: [tuple(w.shape) for w in layer.weights] for layer in network.layers if layer.weights}
    try:
        with h5py.File(path, "r") as file:
            found = _layers(file, path)
            _check_names(found, wanted, path)
            _check_shapes(found, wanted, path)
            values = {name: [np.asarray(weight, np.float32) for weight in found[name]] for name in wanted}
    except OSError as error:
        raise ParameterError(f"{path}: cannot be read as HDF5 ({error}). Copy the file anew. {TERMS}") from error
    strange = [name for name, weights in values.items() if not all(np.isfinite(weight).all() for weight in weights)]
    if strange:
        raise ParameterError(f"{path}: weights that are no finite numbers in {_listed(strange)}. Copy the file anew.")
    for name, weights in values.items():
        network.get_layer(name).set_weights(weights)
    return network


def _layers(file: h5py.File, path: Path) -> dict[str, list[h5py.Dataset]]:
    """Lists the weights of each layer that has any, without reading them."""
    root = file.get("model_weights", file)  # the former where Keras 2 stored a whole model
    if "layer_names" not in root.attrs:
        raise ParameterError(
            f"{path}: no list of layers ('layer_names'), so it was not written by Keras 2. Found "
            f"{_listed(list(root)) or 'nothing'}. {TERMS}"
        )
    found = {}
    for name in _texts(root.attrs["layer_names"]):
        names = _texts(root[name].attrs.get("weight_names", ())) if name in root else []
        weights = [root[name].get(weight) for weight in names]
        if not all(isinstance(weight, h5py.Dataset) and weight.dtype.kind == "f" for weight in weights):
            raise ParameterError(f"{path}: the layer {name} lists weights that are not there, or are no numbers.")
        if weights:
            found[name] = weights
    return found


def _texts(names) -> list[str]:
    """Names as str: Keras stored bytes, later versions of h5py return either."""
    return [name.decode() if isinstance(name, bytes) else str(name) for name in names]


def _check_names(found: dict, wanted: dict, path: Path) -> None:
    missing = [name for name in wanted if name not in found]
    unknown = [name for name in found if name not in wanted and name not in TOP]
    if not missing and not unknown:
        return
    problems = []
    if missing:
        problems.append(f"{len(missing)} of {len(wanted)} layers are missing ({_listed(missing)})")
    if unknown:
        suggestions = nearest(unknown[0], missing)
        problems.append(f"{len(unknown)} are unknown ({_listed(unknown)}).{suggestions}".removesuffix("."))
    hint = next((words for name, words in STRANGERS.items() if name in found), "")
    raise ParameterError(f"{path}: not VGG-Face: {' and '.join(problems)}. {hint or TERMS}")


def _check_shapes(found: dict, wanted: dict, path: Path) -> None:
    wrong = []
    for name, shapes in wanted.items():
        have = [weight.shape for weight in found[name]]
        if have != shapes:
            wrong.append(f"{name} has {_listed(have)}, expected {_listed(shapes)}")
    if wrong:
        more = f", and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        raise ParameterError(
            f"{path}: another shape: {'; '.join(wrong[:3])}{more}. The published ones fit a network of width 1."
        )


def _listed(items: list) -> str:
    """The first five of a list, in words."""
    return ", ".join(map(str, items[:5])) + (f" and {len(items) - 5} more" if len(items) > 5 else "")
