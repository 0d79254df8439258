"""Earlier runs: what became of a planned run before, why it has to run again, and how long its like took."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from fer_utils.batch.keys import explain
from fer_utils.batch.request import Request
from fer_utils.runs.record import read_run

IDENTITY = "key.json"  # beside a record: what its key was made of
BLOCKED = "BlockedBy"  # type of the error of a run that was never begun, because one that it needs is not there


@dataclass(frozen=True)
class EarlierRun:
    """What a plan must know about a run in batch whose record is there.

    Args:
        directory: Path of the record.
        state: str. "ok", "failed", "blocked" or "unfinished".
        reason: str. How it failed; "" otherwise.
        entry: tuple of str. The suite, and its name there.
        parts: dict. What its key was made of.
        created: str. When it ended.
        seconds: float or None. Wall time of a run that is ok.
    """

    directory: Path
    state: str
    reason: str
    entry: tuple[str, str]
    parts: dict
    created: str
    seconds: float | None


class History:
    """All earlier runs, read notebook by notebook when first asked for.

    Args:
        runs_root: Path of all run records.
    """

    def __init__(self, runs_root: Path):
        self._root = Path(runs_root).resolve()
        self._notebooks: dict[str, _Index] = {}

    def state(self, request: Request, directory: Path, parts: dict) -> tuple[str, str]:
        """Says what became of a planned run.

        Args:
            request: `Request`.
            directory: Path where its record is or will be.
            parts: dict. What its key is made of.

        Returns:
            State ("cached", "new", "stale", "failed", "blocked" or "unfinished") and the reason for it: what changed
            since the most similar run that is ok, or how it failed; "" otherwise.
        """
        index = self._index(request.notebook.name)
        own = index.by_directory.get(directory)
        if own is not None:
            return ("cached" if own.state == "ok" else own.state), own.reason
        kin = index.by_entry.get((request.suite, request.label), []) + index.by_values.get(_exactly(parts), [])
        changes = sorted(
            ((explain(run.parts, parts), run) for run in kin), key=lambda pair: pair[1].created, reverse=True
        )
        changes.sort(key=lambda pair: len(pair[0]))  # the most similar first, of equals the latest
        return ("stale", ", ".join(changes[0][0])) if changes else ("new", "")

    def seconds(self, notebook: str, parts: dict) -> float | None:
        """Estimates how long a run takes: the median of similar ones that are ok.

        Similar are runs of the same notebook with the same words and whole numbers and equally long lists: fractions,
        such as rates, and items of lists, such as seeds, hardly change the amount of work.

        Args:
            notebook: str. Its name.
            parts: dict. What the key of the run is made of.

        Returns:
            float, seconds; None where there was no similar run.
        """
        similar = self._index(notebook).by_size.get(_roughly(parts), [])
        return median(run.seconds for run in similar) if similar else None

    def _index(self, notebook: str) -> "_Index":
        if notebook not in self._notebooks:
            folders = sorted(path.parent for path in (self._root / notebook).glob(f"*/{IDENTITY}"))
            self._notebooks[notebook] = _Index(filter(None, map(_read, folders)))
        return self._notebooks[notebook]


class _Index:
    """Earlier runs of one notebook, by what they are looked up by."""

    def __init__(self, runs: Iterable[EarlierRun]):
        self.by_directory: dict[Path, EarlierRun] = {}
        self.by_entry: dict[tuple, list[EarlierRun]] = {}
        self.by_values: dict[str, list[EarlierRun]] = {}
        self.by_size: dict[str, list[EarlierRun]] = {}
        for run in runs:
            self.by_directory[run.directory] = run
            if run.state == "ok":
                self.by_entry.setdefault(run.entry, []).append(run)
                self.by_values.setdefault(_exactly(run.parts), []).append(run)
            if run.seconds is not None:
                self.by_size.setdefault(_roughly(run.parts), []).append(run)


def read_identity(directory: Path) -> dict:
    """Reads what the runner wrote beside a record about its key.

    Args:
        directory: Path of the record.

    Returns:
        dict with `key`, `notebook`, `suite`, `label` and `parts`; empty where the file is not there, or not ours.
    """
    try:
        content = json.loads((directory / IDENTITY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    whole = isinstance(content, dict) and isinstance(content.get("parts"), dict)
    whole = whole and (content.get("notebook"), content.get("key")) == (directory.parent.name, directory.name)
    return content if whole and isinstance(content["parts"].get("parameters"), dict) else {}


def _read(directory: Path) -> EarlierRun | None:
    """Reads one record; None where nobody can say what it is a run of."""
    identity = read_identity(directory)
    if not identity:
        return None
    record = read_run(directory)
    state, reason = record.state, ""
    if state == "failed":
        message = (str(record.error.get("message", "")).strip().splitlines() or [""])[0]
        blocked = record.error.get("type") == BLOCKED
        state, reason = ("blocked", message) if blocked else (state, f"{record.error.get('type', 'error')}: {message}")
    measured = record.result.get("provenance")
    seconds = measured.get("wall_seconds") if isinstance(measured, dict) else None
    return EarlierRun(
        directory,
        state,
        reason,
        (str(identity.get("suite")), str(identity.get("label"))),
        identity["parts"],
        str(record.result.get("created", "")),
        float(seconds) if isinstance(seconds, int | float) else None,
    )


def _exactly(parts: dict) -> str:
    return json.dumps(parts["parameters"], sort_keys=True)


def _roughly(parts: dict) -> str:
    """What decides the amount of work, roughly."""

    def size(value):
        return len(value) if isinstance(value, list) else None if isinstance(value, float) else value

    return json.dumps({name: size(value) for name, value in parts["parameters"].items()}, sort_keys=True)
