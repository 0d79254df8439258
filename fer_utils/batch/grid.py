"""Grids: every combination of some parameters' values, without those that an entry excludes, with those it includes."""

import itertools

from fer_utils.batch.notebook import Notebook
from fer_utils.errors import ParameterError, nearest


def combinations(entry: dict, notebook: Notebook, where: str) -> list[dict]:
    """Lists the runs of one entry of a suite.

    Args:
        entry: dict. May have `grid` (parameter to list of values), `exclude` and `include` (lists of parameter to
            value) and `seeds` (list of int: each combination runs once with each).
        notebook: `Notebook` of the entry.
        where: str. Place of the entry, for messages.

    Returns:
        list of dict, parameter to value, in the order of the file; one empty dict where the entry has none of these.

    Raises:
        ParameterError: `exclude` names what is not in the grid or excludes nothing or everything, `seeds` are no seeds
            or the notebook takes none, or a parameter stands in two places.
    """
    grid = entry.get("grid", {})
    for name in grid.keys() & entry.get("parameters", {}).keys():
        raise ParameterError(f"{where}: '{name}' stands under 'parameters' and under 'grid'. Leave one out.")
    points = [dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values())]
    if not grid and entry.get("include"):
        points = []
    for number, excluded in enumerate(entry.get("exclude", ()), 1):
        points = _without(points, excluded, grid, f"{where}: exclude {number}")
    points += [dict(included) for included in entry.get("include", ())]
    if not points:
        raise ParameterError(f"{where}: 'exclude' leaves no run.")
    if "seeds" in entry:
        name, values = _seeds(entry["seeds"], notebook, where)
        for point in (*points, entry.get("parameters", {})):
            if name in point:
                raise ParameterError(f"{where}: '{name}' stands in the entry twice, and 'seeds' is one of them.")
        points = [{**point, name: value} for point in points for value in values]
    return points


def _without(points: list[dict], excluded: dict, grid: dict, where: str) -> list[dict]:
    """Leaves out the combinations that have all values of `excluded`."""
    for name, value in excluded.items():
        if name not in grid:
            raise ParameterError(f"{where}: '{name}' is not in the grid.{nearest(name, grid)}")
        if value not in grid[name]:
            raise ParameterError(f"{where}: the grid has no {name}={value!r}; it has {grid[name]!r}.")
    kept = [point for point in points if any(point[name] != value for name, value in excluded.items())]
    if len(kept) == len(points):
        raise ParameterError(f"{where}: it leaves out nothing, or nothing that is not left out before.")
    return kept


def _seeds(seeds, notebook: Notebook, where: str) -> tuple[str, list]:
    """The parameter that takes a seed, and its value in each run."""
    if not isinstance(seeds, list) or not seeds or any(type(seed) is not int or seed < 0 for seed in seeds):
        raise ParameterError(
            f"{where}: 'seeds' must be a list of whole numbers from 0, such as [0, 1, 2]; not {seeds!r}."
        )
    if len(set(seeds)) < len(seeds):
        raise ParameterError(f"{where}: 'seeds' has a seed twice: {seeds!r}.")
    if "seeds" in notebook.defaults:
        return "seeds", [[seed] for seed in seeds]
    if "seed" in notebook.defaults:
        return "seed", seeds
    raise ParameterError(
        f"{where}: 'seeds' cannot be used: notebook '{notebook.name}' has no parameter 'seeds' or 'seed'."
    )
