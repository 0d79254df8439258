"""Suites: YAML files that say which notebooks run with which parameters. Strict, before anything runs."""

from pathlib import Path

import yaml

from fer_utils.batch.grid import combinations
from fer_utils.batch.notebook import Notebook, find_notebooks
from fer_utils.batch.request import Request
from fer_utils.batch.resources import RESOURCE_KEYS, read_resources
from fer_utils.errors import ParameterError, nearest
from fer_utils.evaluation.claim_schema import StrictLoader

SUITE_KEYS = ("description", "parameters", "runs")
ENTRY_KEYS = ("notebook", "name", "parameters", "grid", "include", "exclude", "seeds", "threads", *RESOURCE_KEYS)


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
        ParameterError: not YAML, an unknown key, a key that stands twice, or a value of the wrong type.
    """
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), StrictLoader)
    except OSError as error:
        raise ParameterError(f"{path}: the suite cannot be read ({error.strerror}).") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ParameterError(f"{path}: not a YAML file: {' '.join(str(error).split())}") from error
    except ValueError as error:  # a key that stands twice, with its line
        raise ParameterError(f"{path}: {error}.") from error
    _check_mapping(content, SUITE_KEYS, str(path))
    suite = {"description": "", "parameters": {}, **content}
    if not isinstance(suite["description"], str):
        raise ParameterError(f"{path}: 'description' must be a sentence, not {suite['description']!r}.")
    if not isinstance(suite.get("runs"), list) or not suite["runs"]:
        raise ParameterError(f"{path}: 'runs' must be a list with at least one '- notebook: NAME'.")
    _check_mapping(suite["parameters"], None, f"{path}: parameters")
    for number, entry in enumerate(suite["runs"], 1):
        _check_entry(entry, f"{path}: run {number}")
    return suite


def load_suite(name: str, folder: Path) -> list[Request]:
    """Expands a suite into the runs that it asks for.

    Args:
        name: str. File name without suffix.
        folder: Path of the `notebooks` folder.

    Returns:
        list of `Request`, grids expanded, in the order of the file; `with_needed` adds the runs that these need.

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
    requests: dict[str, Request] = {}
    for number, entry in enumerate(suite["runs"], 1):
        where = f"{path.name}: run {number}"
        title = entry["notebook"].removesuffix(".ipynb")
        if title not in notebooks:
            raise ParameterError(
                f"{where}: no notebook '{title}' in {folder}. Known: {', '.join(notebooks) or 'none'}."
                f"{nearest(title, notebooks)}"
            )
        if title not in loaded:
            loaded[title] = Notebook.read(notebooks[title])
        for request in _requests(name, entry, loaded[title], suite["parameters"], where):
            if request.label in requests:
                raise ParameterError(
                    f"{where}: '{request.label}' is there already. Give one of the two another 'name'."
                )
            requests[request.label] = request
    return list(requests.values())


def _requests(suite: str, entry: dict, notebook: Notebook, shared: dict, where: str):
    """Expands one entry."""
    resources = read_resources(entry, where)
    threads = entry.get("threads", entry.get("cpus"))
    for point in combinations(entry, notebook, where):
        wanted = {**shared, **entry.get("parameters", {}), **point}
        given = {key: notebook.check_parameter(key, value, where) for key, value in wanted.items()}
        if "data" in given:
            raise ParameterError(f"{where}: 'data' is a path of your machine: leave it out and use --data NAME=PATH.")
        label = entry.get("name", notebook.name)
        if point:
            label += f"[{', '.join(f'{key}={value}' for key, value in point.items())}]"
        yield Request(suite, label, notebook, given, resources, threads)


def _check_entry(entry, where: str) -> None:
    """Checks the outline of one entry; its notebook and parameters are looked up later."""
    _check_mapping(entry, ENTRY_KEYS, where)
    if "notebook" not in entry:
        raise ParameterError(f"{where}: 'notebook' is missing.")
    for key in ("notebook", "name"):
        if not isinstance(entry.get(key, ""), str) or entry.get(key) == "":
            raise ParameterError(f"{where}: '{key}' must be a name, not {entry[key]!r}.")
    for key in ("parameters", "grid"):
        _check_mapping(entry.get(key, {}), None, f"{where}: {key}")
    for key, values in entry.get("grid", {}).items():
        if not isinstance(values, list) or not values:
            raise ParameterError(f"{where}: grid: '{key}' must be a list of values, not {values!r}.")
    for key in ("include", "exclude"):
        points = entry.get(key, [])
        if not isinstance(points, list):
            raise ParameterError(f"{where}: '{key}' must be a list of '- {{parameter: value}}', not {points!r}.")
        for number, point in enumerate(points, 1):
            _check_mapping(point, None, f"{where}: {key} {number}")
            if not point:
                raise ParameterError(f"{where}: {key} {number}: it is empty.")
    threads = entry.get("threads", 1)
    if type(threads) is not int or threads < 1:
        raise ParameterError(f"{where}: 'threads' must be a whole number above zero, not {threads!r}.")
    read_resources(entry, where)


def _check_mapping(content, known: tuple[str, ...] | None, where: str) -> None:
    """Refuses what is not a mapping, or has a key that is not known."""
    if not isinstance(content, dict):
        raise ParameterError(f"{where}: expected 'key: value' lines, found {type(content).__name__}.")
    for key in content:
        if known is not None and key not in known:
            raise ParameterError(f"{where}: unknown key '{key}'. Known: {', '.join(known)}.{nearest(key, known)}")
