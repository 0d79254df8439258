"""Where the real datasets of a command lie: what the user named, else the folder that FERBENCH_DATA names."""

import os
from collections.abc import Iterable
from pathlib import Path

from fer_utils import paths
from fer_utils.errors import ParameterError, nearest


def data_paths(named: Iterable[str]) -> dict[str, str]:
    """Reads `--data NAME=PATH`.

    Args:
        named: iterable of str, such as "fer2013=/data/fer2013.csv".

    Returns:
        dict of dataset name to absolute path.

    Raises:
        ParameterError: not NAME=PATH, an unknown dataset, or nothing at the path.
    """
    from fer_utils.datasets import DATASETS  # pandas and OpenCV behind it: only when needed

    found = {}
    for text in named:
        name, equals, path = text.partition("=")
        if not equals or not path:
            raise ParameterError(f"--data {text}: expected NAME=PATH, such as fer2013=/data/fer2013.csv.")
        if name not in DATASETS:
            raise ParameterError(
                f"--data {text}: no dataset '{name}'. Known: {', '.join(DATASETS)}.{nearest(name, DATASETS)}"
            )
        if not DATASETS[name].needs_path:
            raise ParameterError(f"--data {text}: '{name}' faces are drawn, they need no path. Leave this out.")
        place = Path(path).expanduser()
        if not place.exists():
            raise ParameterError(f"--data {text}: there is nothing at {place.absolute()}.{_neighbor(place)}")
        if not (place.is_file() or place.is_dir()):
            raise ParameterError(f"--data {text}: {place.absolute()} is neither a file nor a folder.")
        found[name] = str(place.resolve())
    return found


def dataset_path(dataset: str, data: dict[str, str], label: str) -> str:
    """Finds where the data of a run lies.

    Args:
        dataset: str. Name of the dataset.
        data: dict of dataset name to path, from `data_paths`.
        label: str. What needs the data, for the message.

    Returns:
        str. The path; empty for drawn faces.

    Raises:
        ParameterError: an unknown dataset, or nobody said where it lies.
    """
    from fer_utils.datasets import DATASETS

    if dataset not in DATASETS:
        raise ParameterError(
            f"{label}: no dataset '{dataset}'. Known: {', '.join(DATASETS)}.{nearest(dataset, DATASETS)}"
        )
    if not DATASETS[dataset].needs_path:
        return ""
    path = data.get(dataset) or paths.data_path(dataset)
    if path is None:
        root = os.environ.get("FERBENCH_DATA")
        raise ParameterError(
            f"{label} needs the dataset '{dataset}', and {_why_not_in(root, dataset)}. Add "
            f"--data {dataset}=PATH, or set FERBENCH_DATA to the folder that holds a subfolder '{dataset}'."
        )
    return str(path)


def _neighbor(path: Path) -> str:
    """The name beside a missing path that was probably meant."""
    return nearest(path.name, [beside.name for beside in path.parent.iterdir()]) if path.parent.is_dir() else ""


def _why_not_in(root: str | None, dataset: str) -> str:
    """Says why a dataset was not found in the folder that `FERBENCH_DATA` names."""
    if not root:
        return "it is not known where that lies"
    if not Path(root).is_dir():
        return f"FERBENCH_DATA={root} is {'a file, not a folder' if Path(root).exists() else 'not there'}"
    found = sorted(path.name for path in Path(root).iterdir())
    return f"FERBENCH_DATA={root} has no subfolder of this name; found {found[:5]}"
