"""Errors that a user can cause, with messages that say how to go on."""

import difflib
from collections.abc import Iterable


class UserError(Exception):
    """A mistake in what the user gave: the message says what was wrong, where, and what to do."""


class DatasetLayoutError(UserError):
    """A dataset on disk does not look as its owners distribute it."""


class LeakageError(UserError):
    """A split shares people, sequences or validation data between its parts."""


class ParameterError(UserError):
    """An unknown or impossible parameter, suite, notebook or dataset name."""


class RunError(UserError):
    """The record of a run is used against its contract, such as predicting the test set twice."""


def nearest(name: str, known: Iterable[str]) -> str:
    """Suggests the known name that is most like the given one.

    Args:
        name: str. What the user wrote.
        known: iterable of str. The valid names.

    Returns:
        str. " Did you mean 'x'?" with a leading space, or an empty string where nothing is near.
    """
    matches = difflib.get_close_matches(str(name), [str(k) for k in known], n=1, cutoff=0.5)
    return f" Did you mean '{matches[0]}'?" if matches else ""
