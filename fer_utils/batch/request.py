"""Requests: one run each that somebody asks for, before anything is known about data or earlier runs."""

import fnmatch
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from fer_utils.batch.notebook import Notebook
from fer_utils.batch.resources import Resources
from fer_utils.batch.settings import read_value
from fer_utils.errors import ParameterError, nearest


@dataclass(frozen=True)
class Request:
    """One run: a notebook and the parameters that differ from its defaults.

    Args:
        suite: str. The suite that asks.
        label: str. Name for people, unique in the suite, such as "13_mini_xception[model=dense]".
        notebook: `Notebook`.
        given: dict. Parameters as the suite gives them.
        resources: `Resources` that it takes.
        threads: int or None. Threads of its kernel; None shares the cores among the workers.
        needs: dict of parameter to the label of the run whose folder it receives, from `with_needed`.
        added: bool. Whether the suite does not name it, but another run needs it.
    """

    suite: str
    label: str
    notebook: Notebook
    given: dict
    resources: Resources = field(default_factory=Resources)
    threads: int | None = None
    needs: dict[str, str] = field(default_factory=dict)
    added: bool = False

    @property
    def timeout(self) -> float | None:
        """Seconds after which the run is stopped; None for never."""
        return self.resources.timeout

    @property
    def parameters(self) -> dict:
        """All parameters, defaults included; paths of data and of needed runs are not known yet."""
        return {**self.notebook.defaults, **self.given}


def check_settings(requests: list[Request], settings: dict[str, str]) -> None:
    """Refuses a `--set key=value` that would change nothing.

    Runs that only others need do not count: what they have follows from the others, and settings reach them so.

    Args:
        requests: list of `Request` that will run.
        settings: dict of parameter to the text after "=".

    Raises:
        ParameterError: no notebook among them has the parameter.
    """
    asked = [request for request in requests if not request.added]
    known = {name for request in asked for name in request.notebook.defaults}
    for key in settings:
        if key == "data":
            raise ParameterError("--set data: name real data with --data NAME=PATH.")
        if asked and key not in known:
            raise ParameterError(
                f"--set {key}: no notebook of these runs has this parameter. "
                f"Known: {', '.join(sorted(known)) or 'none'}.{nearest(key, known)}"
            )


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
    check_settings(requests, settings)
    changed = []
    for request in requests:
        given = dict(request.given)
        for key in settings.keys() & request.notebook.defaults.keys():
            value = read_value(settings[key], request.notebook.defaults[key])
            given[key] = request.notebook.check_parameter(key, value, f"--set {key}")
        changed.append(replace(request, given=given))
    return changed


def choose(requests: list[Request], pattern: str) -> list[Request]:
    """Chooses runs by name, and what they need.

    Args:
        requests: list of `Request`, needed ones among them, from `with_needed`.
        pattern: str. The whole name of a run means this one alone. Otherwise part of a name, or a pattern with `*` and
            `?`; then names of notebooks count, too. Brackets are plain text: names have them.

    Returns:
        list of `Request` in the given order.

    Raises:
        ParameterError: there is no such run.
    """
    chosen = [request for request in requests if request.label == pattern]
    chosen = chosen or [r for r in requests if _matches(pattern, r.label) or _matches(pattern, r.notebook.name)]
    if not chosen:
        labels = [request.label for request in requests]
        raise ParameterError(
            f"--only {pattern}: no run of '{requests[0].suite}' has such a name. It has: {', '.join(labels)}."
            f"{nearest(pattern, labels)}"
        )
    needs = {request.label: request.needs.values() for request in requests}
    labels = closure([request.label for request in chosen], needs)
    return [request for request in requests if request.label in labels]


def closure(names: Iterable[str], needs: Mapping[str, Iterable[str]]) -> set[str]:
    """Adds to some runs those that they need, directly or through others.

    Args:
        names: iterable of str. Names of runs.
        needs: mapping of every name to the names that it needs.

    Returns:
        set of str.
    """
    waiting, found = list(names), set()
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += needs[name]
    return found


def _matches(pattern: str, name: str) -> bool:
    if "*" in pattern or "?" in pattern:
        return fnmatch.fnmatchcase(name, pattern.replace("[", "[[]"))
    return pattern in name
