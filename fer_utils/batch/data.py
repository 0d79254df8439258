"""Where the real datasets of a command lie: what the user named, else the folder that FERBENCH_DATA names."""

import os
from collections.abc import Iterable
from pathlib import Path

from fer_utils import paths
from fer_utils.errors import ParameterError, nearest


def data_paths(named: Iterable[str]) -> dict[str, str]:
    """Reads `--data NAME=PATH`, `--data NAME=twin`, and `--data twin` for all that are not named.

    Args:
        named: iterable of str, such as "fer2013=/data/fer2013.csv".

    Returns:
        dict of dataset name to absolute path, or to the word for a drawn twin.

    Raises:
        ParameterError: not NAME=PATH, an unknown dataset, nothing at the path, or a twin that cannot be drawn.
    """
    from fer_utils.datasets import DATASETS  # pandas and OpenCV behind it: only when needed
    from fer_utils.datasets.sources import check_twin, is_twin_word
    from fer_utils.datasets.synthetic.twins import TWINS

    found, others = {}, {}
    for text in named:
        if is_twin_word(text):
            others = dict.fromkeys(TWINS, text)
            check_twin(next(iter(TWINS)), text)
            continue
        name, equals, path = text.partition("=")
        if not equals or not path:
            raise ParameterError(f"--data {text}: expected NAME=PATH, such as fer2013=/data/fer2013.csv.")
        if "+" in name:
            each = " ".join(f"--data {part}=..." for part in name.split("+"))
            raise ParameterError(f"--data {text}: name each dataset of a mixture apart, as in {each}.")
        if name not in DATASETS:
            raise ParameterError(
                f"--data {text}: no dataset '{name}'. Known: {', '.join(DATASETS)}.{nearest(name, DATASETS)}"
            )
        if not DATASETS[name].needs_path:
            raise ParameterError(f"--data {text}: '{name}' faces are drawn, they need no path. Leave this out.")
        if is_twin_word(path):
            check_twin(name, path)
            found[name] = path
            continue
        place = Path(path).expanduser()
        if not place.exists():
            raise ParameterError(f"--data {text}: there is nothing at {place.absolute()}.{_neighbor(place)}")
        if not (place.is_file() or place.is_dir()):
            raise ParameterError(f"--data {text}: {place.absolute()} is neither a file nor a folder.")
        found[name] = str(place.resolve())
    return others | found


def dataset_path(dataset: str, data: dict[str, str], label: str, default: str = "") -> str:
    """Finds where the data of a run lies.

    What `--data` names counts first, then what the suite or the notebook says (a twin), but for a notebook's own word
    `FERBENCH_DATA` counts before where it holds all that is needed.

    Args:
        dataset: str. Name of the dataset, or of several joined by "+".
        data: dict of dataset name to path or twin, from `data_paths`.
        label: str. What needs the data, for the message.
        default: str. What the run has where the data is not named: the word for a twin, or "".

    Returns:
        str. What a notebook gets as its parameter `data`: a path, a word for a twin, "" for drawn faces, or
        "fer2013=PATH;ckplus=PATH" for several.

    Raises:
        ParameterError: an unknown dataset, nobody said where it lies, or some are real and others drawn.
    """
    from fer_utils.datasets import DATASETS
    from fer_utils.datasets.sources import join_data, read_sources, split_names

    try:
        parts = split_names(dataset)
    except ParameterError as error:
        raise ParameterError(f"{label}: {error}") from None
    names = [name for name in parts if DATASETS[name].needs_path]
    given = {name: data.get(name) or paths.data_path(name) for name in names}
    if default and None in given.values() and not any(name in data for name in names):
        given = dict.fromkeys(names, default)
    for name, path in given.items():
        if path is None:
            root = os.environ.get("FERBENCH_DATA")
            raise ParameterError(
                f"{label} needs the dataset '{name}', and {_why_not_in(root, name)}. Add --data {name}=PATH, set "
                f"FERBENCH_DATA to the folder that holds a subfolder '{name}', or draw a twin with --data {name}=twin."
            )
    text = join_data({name: str(given.get(name, "")) for name in parts})
    try:
        read_sources(dataset, text)
    except ParameterError as error:
        raise ParameterError(f"{label}: {error}") from None
    return text


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
