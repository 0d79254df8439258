"""Suites: YAML files that say which notebooks run with which parameters. Strict, before anything runs."""

import itertools
from dataclasses import dataclass, replace
from pathlib import Path

import yaml

from fer_utils.batch.notebook import Notebook, find_notebooks
from fer_utils.batch.settings import read_value
from fer_utils.errors import ParameterError, nearest

SUITE_KEYS = ("description", "parameters", "runs")
ENTRY_KEYS = ("notebook", "name", "parameters", "grid", "timeout", "threads")


@dataclass(frozen=True)
class Request:
    """One run that a suite asks for: a notebook and the parameters that differ from its defaults.

    Args:
        suite: str. The suite that asks.
        label: str. Name for people, unique in the suite, such as "13_mini_xception[model=dense]".
        notebook: `Notebook`.
        given: dict. Parameters as the suite gives them.
        timeout: float or None. Seconds after which the run is stopped.
        threads: int or None. Threads of its kernel; None shares the cores among the workers.
    """

    suite: str
    label: str
    notebook: Notebook
    given: dict
    timeout: float | None = None
    threads: int | None = None


def find_suites(folder: Path) -> dict[str, Path]:
    """Lists the suites of a `notebooks` folder.

    Args:
        folder: Path of the `notebooks` folder.

    Returns:
        dict of name to Path, sorted by name.
    """
    return {path.stem: path for path in sorted((Path(folder) / "suites").glob("*.yaml"))}


def read_suite(path: Path) -> dict:
    """Reads one suite file and checks its outline.

    Args:
        path: Path of the YAML file.

    Returns:
        dict with `description` (str), `parameters` (dict) and `runs` (list of dict).

    Raises:
        ParameterError: not YAML, or an unknown key.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ParameterError(f"{path}: the suite cannot be read ({error.strerror}).") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ParameterError(f"{path}: not a YAML file: {' '.join(str(error).split())}") from error
    _check_mapping(content, SUITE_KEYS, str(path))
    suite = {"description": "", "parameters": {}, **content}
    if not isinstance(suite.get("runs"), list) or not suite["runs"]:
        raise ParameterError(f"{path}: 'runs' must be a list with at least one '- notebook: NAME'.")
    _check_mapping(suite["parameters"], None, f"{path}: parameters")
    for number, entry in enumerate(suite["runs"], 1):
        where = f"{path}: run {number}"
        _check_mapping(entry, ENTRY_KEYS, where)
        if "notebook" not in entry:
            raise ParameterError(f"{where}: 'notebook' is missing.")
        for key in ("notebook", "name"):
            if not isinstance(entry.get(key, ""), str):
                raise ParameterError(f"{where}: '{key}' must be a name, not {entry[key]!r}.")
        for key in ("parameters", "grid"):
            _check_mapping(entry.get(key, {}), None, f"{where}: {key}")
        for key, values in entry.get("grid", {}).items():
            if not isinstance(values, list) or not values:
                raise ParameterError(f"{where}: grid: '{key}' must be a list of values, not {values!r}.")
        for key, kinds in (("timeout", (int, float)), ("threads", (int,))):
            value = entry.get(key, 1)
            if type(value) not in kinds or not value > 0:  # "not above" refuses .nan, too
                raise ParameterError(f"{where}: '{key}' must be a number above zero, not {value!r}.")
    return suite


def load_suite(name: str, folder: Path) -> list[Request]:
    """Expands a suite into the runs that it asks for.

    Args:
        name: str. File name without suffix.
        folder: Path of the `notebooks` folder.

    Returns:
        list of `Request`, grids expanded, in the order of the file.

    Raises:
        ParameterError: unknown suite, key, notebook or parameter, or a value of the wrong type.
    """
    suites = find_suites(folder)
    if name not in suites:
        raise ParameterError(
            f"No suite '{name}' in {Path(folder) / 'suites'}. Known: {', '.join(suites) or 'none'}."
            f"{nearest(name, suites)}"
        )
    path = suites[name]
    suite = read_suite(path)
    notebooks = find_notebooks(folder)
    loaded: dict[str, Notebook] = {}
    requests = []
    for number, entry in enumerate(suite["runs"], 1):
        where = f"{path.name}: run {number}"
        title = str(entry["notebook"]).removesuffix(".ipynb")
        if title not in notebooks:
            raise ParameterError(
                f"{where}: no notebook '{title}' in {folder}. Known: {', '.join(notebooks) or 'none'}."
                f"{nearest(title, notebooks)}"
            )
        if title not in loaded:
            loaded[title] = Notebook.read(notebooks[title])
        notebook = loaded[title]
        fixed = {**suite["parameters"], **entry.get("parameters", {})}
        grid = entry.get("grid", {})
        for values in itertools.product(*grid.values()):
            point = dict(zip(grid, values, strict=True))
            given = {key: notebook.check_parameter(key, value, where) for key, value in {**fixed, **point}.items()}
            if "data" in given:
                raise ParameterError(
                    f"{where}: 'data' is a path of your machine: leave it out and use --data NAME=PATH."
                )
            label = str(entry.get("name", title))
            if point:
                label += f"[{', '.join(f'{key}={value}' for key, value in point.items())}]"
            if any(request.label == label for request in requests):
                raise ParameterError(f"{where}: '{label}' is there already. Give one of the two another 'name'.")
            requests.append(Request(name, label, notebook, given, entry.get("timeout"), entry.get("threads")))
    return requests


def override(requests: list[Request], settings: dict[str, str]) -> list[Request]:
    """Applies `--set key=value` to every run whose notebook has that parameter.

    Args:
        requests: list of `Request`.
        settings: dict of parameter to the text after "=".

    Returns:
        list of `Request` with the new values; runs that became equal are merged later, by their key.

    Raises:
        ParameterError: no notebook among them has the parameter, or the value is of the wrong type.
    """
    for key, text in settings.items():
        if key == "data":
            raise ParameterError("--set data: name real data with --data NAME=PATH.")
        known = {name for request in requests for name in request.notebook.defaults}
        if key not in known:
            raise ParameterError(
                f"--set {key}: no notebook of these runs has this parameter. "
                f"Known: {', '.join(sorted(known)) or 'none'}.{nearest(key, known)}"
            )
        changed = []
        for request in requests:
            given = dict(request.given)
            if key in request.notebook.defaults:
                value = read_value(text, request.notebook.defaults[key])
                given[key] = request.notebook.check_parameter(key, value, f"--set {key}")
            changed.append(replace(request, given=given))
        requests = changed
    return requests


def _check_mapping(content, known: tuple[str, ...] | None, where: str) -> None:
    """Refuses what is not a mapping, or has a key that is not known."""
    if not isinstance(content, dict):
        raise ParameterError(f"{where}: expected 'key: value' lines, found {type(content).__name__}.")
    for key in content:
        if known is not None and key not in known:
            raise ParameterError(f"{where}: unknown key '{key}'. Known: {', '.join(known)}.{nearest(key, known)}")
