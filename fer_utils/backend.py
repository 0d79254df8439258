"""Which Keras backend computes, and whether it is there; found out without importing Keras."""

import importlib.util
import os

from fer_utils.errors import ParameterError, nearest

DEFAULT = "tensorflow"
# Name of the backend, which is also that of its module (tensorflow-cpu is imported as `tensorflow`), and how to get it.
BACKENDS = {
    "tensorflow": "python -m pip install -c constraints.txt -e .",
    "jax": 'python -m pip install -c constraints.txt -e ".[jax]"',
    "torch": "python -m pip install torch",
}


def chosen_backend() -> str:
    """Names the backend that runs compute with.

    Kernels always get it in `KERAS_BACKEND`, which goes before the backend in Keras's own file `~/.keras/keras.json`:
    what somebody once wrote there changes no run.

    Returns:
        str. The value of `KERAS_BACKEND`, else "tensorflow"; not checked.
    """
    return os.environ.get("KERAS_BACKEND") or DEFAULT


def backend_environment() -> dict[str, str]:
    """Variables that a process computes with as runs do; to be set before it imports Keras.

    Returns:
        dict of str.
    """
    return {
        "KERAS_BACKEND": chosen_backend(),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        # TensorFlow leaves oneDNN off on processors without AVX-512; there, too, it trains mini-Xception 4 times faster
        "TF_ENABLE_ONEDNN_OPTS": os.environ.get("TF_ENABLE_ONEDNN_OPTS") or "1",
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",
        "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
    }


def check_backend() -> str:
    """Finds out whether the chosen backend exists and is installed.

    Returns:
        str. A key of `BACKENDS`.

    Raises:
        ParameterError: an unknown name, or its package cannot be found by this Python.
    """
    name = chosen_backend()
    if name not in BACKENDS:
        raise ParameterError(
            f"KERAS_BACKEND={name}: models cannot be trained with such a backend. Known: {', '.join(BACKENDS)}."
            f"{nearest(name.lower(), BACKENDS)} Set the variable to one of these, or unset it for {DEFAULT}."
        )
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:  # without origin it is a mere folder of this name, not a package
        raise ParameterError(
            f"KERAS_BACKEND={name}: the package '{name}' is not installed in this Python. Install it with "
            f"'{BACKENDS[name]}', or choose another backend: {', '.join(other for other in BACKENDS if other != name)}."
        )
    return name
