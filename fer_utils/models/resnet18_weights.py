"""Puts weights of torchvision, timm or Emotion-FAN, from a file that the user has, into our ResNet-18."""

from pathlib import Path

import numpy as np

from fer_utils.errors import ParameterError, nearest
from fer_utils.models.state_dict_file import read_state_dict

PARTS = {  # name of a weight here, and in PyTorch
    "kernel": "weight",
    "gamma": "weight",
    "beta": "bias",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
}
LEFT = ("fc.", "alpha.", "beta.", "pred_fc")  # classifier and attention on top, of which a body has none
COUNTERS = ".num_batches_tracked"  # of PyTorch's batch normalization; nothing is computed from them
PARALLEL = "module."  # before each name where a network was trained on several GPUs
STRANGERS = {  # a name of another network, and what it then is
    "layer1.0.conv3.weight": "It has the blocks of ResNet-50 or a larger one.",
    "layer1.2.conv1.weight": "It has the blocks of ResNet-34.",
    "resnet.embedder.embedder.convolution.weight": "It has the names of the library transformers; timm's file of the "
    "same network has torchvision's.",
}


def load_resnet18_weights(network, path: Path | str):
    """Sets the weights of a ResNet-18 to those of a file, kernels turned from PyTorch's order to that of Keras.

    Args:
        network: `keras.Model` as `resnet18_body` returns it, width 1. Build it with pixels="imagenet" for weights that
            were trained on ImageNet.
        path: Path of a state dict as `read_state_dict` takes it. A classifier on top is left out.

    Returns:
        the same network. Where anything is wrong, nothing of it is changed.

    Raises:
        ParameterError: no such file, a pickle, names that are missing or unknown, weights of another shape, or numbers
            that are not finite.
    """
    found = {name.removeprefix(PARALLEL): values for name, values in read_state_dict(path).items()}
    wanted = {_name(layer, weight): weight for layer in network.layers for weight in layer.weights}
    _check_names(found, wanted, path)
    values = {name: _in_keras_order(found[name]) for name in wanted}
    wrong = [
        f"{name} has {found[name].shape}, expected {_in_torch_order(weight.shape)}"
        for name, weight in wanted.items()
        if values[name].shape != tuple(weight.shape)
    ]
    if wrong:
        more = f", and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        raise ParameterError(
            f"{path}: another shape: {'; '.join(wrong[:3])}{more}. Published weights fit a network of width 1."
        )
    strange = [name for name, array in values.items() if not np.isfinite(array).all()]
    if strange:
        raise ParameterError(f"{path}: numbers that are not finite in {', '.join(strange[:5])}. Fetch the file anew.")
    for name, weight in wanted.items():
        weight.assign(values[name])
    return network


def _name(layer, weight) -> str:
    """What PyTorch calls a weight: layer2_0_downsample_1 and gamma are layer2.0.downsample.1.weight."""
    return f"{layer.name.replace('_', '.')}.{PARTS[weight.name]}"


def _in_keras_order(values: np.ndarray) -> np.ndarray:
    """Turns (out, in, height, width) into (height, width, in, out)."""
    return np.asarray(values.transpose(2, 3, 1, 0) if values.ndim == 4 else values, np.float32)


def _in_torch_order(shape) -> tuple[int, ...]:
    return (shape[3], shape[2], shape[0], shape[1]) if len(shape) == 4 else tuple(shape)


def _check_names(found: dict, wanted: dict, path) -> None:
    missing = [name for name in wanted if name not in found]
    known = (*wanted, *(name for name in found if name.startswith(LEFT) or name.endswith(COUNTERS)))
    unknown = [name for name in found if name not in known]
    if not missing and not unknown:
        return
    problems = [f"{len(missing)} of {len(wanted)} weights are missing ({_listed(missing)})"] if missing else []
    if unknown:
        problems.append(f"{len(unknown)} are unknown ({_listed(unknown)}){nearest(unknown[0], missing).rstrip('.')}")
    hint = next((words for name, words in STRANGERS.items() if name in found), "")
    hint = hint or "Expected the names of torchvision's resnet18, conv1.weight to layer4.1.bn2.running_var."
    raise ParameterError(f"{path}: not ResNet-18: {' and '.join(problems)}. {hint}")


def _listed(items: list) -> str:
    """The first five of a list, in words."""
    return ", ".join(items[:5]) + (f" and {len(items) - 5} more" if len(items) > 5 else "")
