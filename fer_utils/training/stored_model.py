"""Reads models back that a run stored. A file from elsewhere may lie: what it holds is checked and never evaluated."""

import re
import zipfile
from pathlib import Path

from fer_utils.errors import RunError, nearest

# Beyond what skops trusts by itself: the nodes of a tree, which are arrays of numbers and hold no code.
TRUSTED = ("sklearn.tree._tree.Tree",)
ANEW = "Copy the file anew, or run the notebook that stored it again with --force."


def load_model(path: Path | str):
    """Loads a model that `Run.save_model` stored, ready to predict.

    Args:
        path: Path of a `.keras` or `.skops` file, such as `reports/runs/13_mini_xception/<key>/model.keras`.

    Returns:
        `keras.Model`, not compiled, from scaled faces to probabilities; or the fitted scikit-learn estimator.

    Raises:
        RunError: no such file; it is empty, truncated, damaged or of another kind; or it holds code or types that are
            not those of Keras and scikit-learn.
    """
    path = Path(path)
    if not path.is_file():
        raise RunError(_not_there(path))
    if path.suffix not in (".keras", ".skops"):
        raise RunError(f"{path}: not the name of a stored model. Expected a file that ends with .keras or .skops.")
    if path.stat().st_size == 0:
        raise RunError(f"{path}: the file is empty. {ANEW}")
    members = _members(path)
    expected = ("config.json", "model.weights.h5") if path.suffix == ".keras" else ("schema.json",)
    for name in expected:
        if name not in members:
            raise RunError(
                f"{path}: no '{name}' in the archive, so this is no {path.suffix} file. "
                f"Found {', '.join(members[:5]) or 'nothing'}. {ANEW}"
            )
    return _load_keras(path) if path.suffix == ".keras" else _load_skops(path)


def _not_there(path: Path) -> str:
    """Says what lies where the model was expected."""
    folder = path if path.is_dir() else path.parent
    stored = sorted(file.name for file in folder.glob("*") if file.suffix in (".keras", ".skops"))
    found = f"Models in {folder}: {', '.join(stored[:5]) or 'none'}."
    if path.is_dir():
        return f"{path}: this is a folder. Expected a .keras or .skops file. {found}"
    return f"{path}: no such file. {found}{nearest(path.name, stored)}"


def _members(path: Path) -> list[str]:
    """Names in the archive, every one of them read once to compare its checksum: Keras does not."""
    try:
        with zipfile.ZipFile(path) as archive:
            damaged = archive.testzip()
            names = archive.namelist()
    except PermissionError as error:
        raise RunError(
            f"{path}: the file cannot be read ({error.strerror}). Ask its owner for the right to."
        ) from error
    except Exception as error:  # zipfile raises many kinds for what is no archive
        raise RunError(
            f"{path}: truncated, or no {path.suffix} file at all ({type(error).__name__}: {error}). {ANEW}"
        ) from error
    if damaged:
        raise RunError(f"{path}: damaged; '{damaged}' in the archive differs from its checksum. {ANEW}")
    return names


def _load_keras(path: Path):
    """Rebuilds a network in Keras's safe mode."""
    import keras

    with zipfile.ZipFile(path) as archive:  # Keras refuses it, too, but advises to switch the safe mode off
        if re.search(rb'"class_name"\s*:\s*"Lambda"', archive.read("config.json")):
            raise RunError(
                f"{path}: the network has a Lambda layer, which is program code, and code from a file is never run. "
                "Build the network with layers that Keras knows by name, and train it again."
            )
    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # a configuration of unknown origin can make Keras raise anything
        first = (str(error).strip().splitlines() or [""])[0]
        raise RunError(
            f"{path}: Keras {keras.__version__} cannot rebuild the network ({type(error).__name__}: {first[:300]}). It "
            f"may come from another version, or need a layer that is not here. {ANEW}"
        ) from error


def _load_skops(path: Path):
    """Rebuilds an estimator from types that are known to hold no code."""
    import skops.io

    try:
        refused = sorted(set(skops.io.get_untrusted_types(file=path)) - set(TRUSTED))
        if not refused:
            return skops.io.load(path, trusted=list(TRUSTED))
    except Exception as error:  # as for Keras
        raise RunError(
            f"{path}: skops cannot rebuild the estimator ({type(error).__name__}: {str(error)[:300]}). {ANEW}"
        ) from error
    raise RunError(
        f"{path}: it holds types that are not part of scikit-learn and are not trusted: {', '.join(refused[:5])}. "
        "Expected a scikit-learn estimator that Run.save_model stored."
    )
