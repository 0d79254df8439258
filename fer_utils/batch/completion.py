"""Completes a list of requests: adds the runs that others need and nobody asked for, and puts needed runs first."""

import json
from collections.abc import Iterable
from dataclasses import replace

from fer_utils.batch.needs import Need, read_needs
from fer_utils.batch.request import Request
from fer_utils.errors import ParameterError


def with_needed(requests: Iterable[Request]) -> list[Request]:
    """Adds the runs that others need and nobody asked for, and puts needed runs first.

    Args:
        requests: iterable of `Request`. One that is needed and named by the suite keeps its name and resources.

    Returns:
        list of `Request` with `needs` filled in; calling this again changes nothing.

    Raises:
        ParameterError: bad needs, a circle, or a suite that gives a parameter which receives a path.
    """
    return _Completion(list(requests)).requests()


class _Completion:
    """The work of `with_needed`: requests by what they run, and those that are done, in their order."""

    def __init__(self, requests: list[Request]):
        self._asked = requests
        self._known = {_identity(request): request for request in reversed(requests)}  # of equal ones the first
        self._labels = {request.label for request in requests}
        self._needs: dict[str, tuple[Need, ...]] = {}
        self._done: dict[str, Request] = {}

    def requests(self) -> list[Request]:
        for request in self._asked:
            self._add(request, ())
        return list(self._done.values())

    def _add(self, request: Request, chain: tuple[str, ...]) -> None:
        """Adds a request behind all that it needs; `chain` names the notebooks on the way to it."""
        name = request.notebook.name
        if name in chain:
            circle = " -> ".join([*chain[chain.index(name) :], name])
            raise ParameterError(f"Notebooks need each other in a circle: {circle}. One ferbench.needs must go.")
        if request.label in self._done:
            return
        if name not in self._needs:
            self._needs[name] = read_needs(request.notebook)
        links = {}
        for need in self._needs[name]:
            if need.receiver in request.given:
                raise ParameterError(
                    f"{request.label}: '{need.receiver}' gets the path of a run of '{need.notebook.name}': "
                    "leave it out."
                )
            needed = self._find(_wanted(request, need))
            self._add(needed, (*chain, name))
            links[need.receiver] = needed.label
        self._done[request.label] = replace(request, needs=links)

    def _find(self, wanted: Request) -> Request:
        """The request that runs the same, or the new one, with a name of its own."""
        known = self._known.get(_identity(wanted))
        if known is None:
            while wanted.label in self._labels:
                wanted = replace(wanted, label=f"{wanted.label}, needed")
            self._labels.add(wanted.label)
            known = self._known[_identity(wanted)] = wanted
        return known


def _wanted(request: Request, need: Need) -> Request:
    """The run that a request needs."""
    given = {**need.parameters, **{theirs: request.parameters[mine] for theirs, mine in need.forward.items()}}
    words = f"[{', '.join(f'{key}={value}' for key, value in given.items())}]" if given else ""
    return Request(request.suite, f"{need.notebook.name}{words}", need.notebook, given, added=True)


def _identity(request: Request) -> str:
    """What decides whether two requests run the same."""
    return f"{request.notebook.path} {json.dumps(request.parameters, sort_keys=True)}"
