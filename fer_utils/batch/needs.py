"""What a notebook needs: runs of other notebooks, named in its metadata, whose folders it gets as parameters.

    "ferbench": {"needs": [{
        "notebook": "13_mini_xception",             whose run
        "parameters": {"model": "base"},            what that run must have (left out: its defaults)
        "forward": ["dataset", "labels", "split"],  what it must have as this run has it; {"theirs": "mine"} renames
        "as": "trained"                             this notebook's parameter that gets the path of that run
    }]}

Which run is needed follows from the run that needs it alone, never from what else is in the suite: so its key is the
same whatever is chosen with `--only`.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from fer_utils.batch.notebook import Notebook, find_notebooks
from fer_utils.errors import ParameterError, nearest

NEED_KEYS = ("notebook", "parameters", "forward", "as")


@dataclass(frozen=True)
class Need:
    """One need of a notebook, checked.

    Args:
        notebook: `Notebook` whose run is needed.
        parameters: dict. Values that the run must have.
        forward: dict of its parameter to the parameter of this notebook that has the value.
        receiver: str. Parameter of this notebook that gets the path of the run.
    """

    notebook: Notebook
    parameters: dict
    forward: dict[str, str]
    receiver: str


def read_needs(notebook: Notebook) -> tuple[Need, ...]:
    """Reads and checks the needs in a notebook's metadata.

    Args:
        notebook: `Notebook`. The needed ones lie in the same folder.

    Returns:
        tuple of `Need`, in the order of the metadata.

    Raises:
        ParameterError: an unknown key, notebook or parameter, or a value of the wrong type.
    """
    stated = notebook.metadata.get("ferbench", {}).get("needs", [])
    if not isinstance(stated, list):
        raise ParameterError(f"{notebook.path.name}: ferbench.needs: expected a list, found {type(stated).__name__}.")
    needs = []
    for number, entry in enumerate(stated, 1):
        need = _read_need(notebook, entry, f"{notebook.path.name}: ferbench.needs {number}")
        if any(need.receiver == other.receiver for other in needs):
            raise ParameterError(f'{notebook.path.name}: two of ferbench.needs have "as": "{need.receiver}".')
        needs.append(need)
    return tuple(needs)


def _read_need(notebook: Notebook, entry, where: str) -> Need:
    if not isinstance(entry, dict):
        raise ParameterError(f'{where}: expected {{"notebook": ..., "as": ...}}, found {entry!r}.')
    for key in entry:
        if key not in NEED_KEYS:
            raise ParameterError(
                f"{where}: unknown key '{key}'. Known: {', '.join(NEED_KEYS)}.{nearest(key, NEED_KEYS)}"
            )
    for key in ("notebook", "as"):
        if not isinstance(entry.get(key), str):
            raise ParameterError(f"{where}: '{key}' must be a name, not {entry.get(key)!r}.")
    needed = _find_notebook(notebook.path.parent, entry["notebook"], where)
    notebook.check_parameter(entry["as"], "", where)  # it must exist and hold text
    fixed, forward = entry.get("parameters", {}), entry.get("forward", {})
    if isinstance(forward, list) and _are_names(forward):
        forward = {name: name for name in forward}
    if not isinstance(fixed, dict) or not isinstance(forward, dict) or not _are_names(forward.values()):
        raise ParameterError(
            f"{where}: 'parameters' is a mapping of values, 'forward' a list of names or {{theirs: mine}}."
        )
    for name in fixed.keys() & forward.keys():
        raise ParameterError(f"{where}: '{name}' stands under 'parameters' and under 'forward'. Leave one out.")
    if "data" in fixed or "data" in forward:
        raise ParameterError(f"{where}: the path of the data follows from 'dataset': leave 'data' out.")
    fixed = {name: needed.check_parameter(name, value, where) for name, value in fixed.items()}
    for theirs, mine in forward.items():
        if mine not in notebook.defaults:
            raise ParameterError(
                f"{where}: forward: '{notebook.name}' has no parameter '{mine}'.{nearest(mine, notebook.defaults)}"
            )
        needed.check_parameter(theirs, notebook.defaults[mine], f"{where}: forward")
    return Need(needed, fixed, forward, entry["as"])


def _are_names(values: Iterable) -> bool:
    return all(isinstance(value, str) for value in values)


def _find_notebook(folder: Path, name: str, where: str) -> Notebook:
    notebooks = find_notebooks(folder)
    if name not in notebooks:
        raise ParameterError(f"{where}: no notebook '{name}' in {folder}.{nearest(name, notebooks)}")
    return Notebook.read(notebooks[name])
