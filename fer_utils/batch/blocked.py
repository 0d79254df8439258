"""Runs that cannot begin because one that they need is not there: told on disk like a failure, with its cause."""

import json
from contextlib import suppress

from fer_utils.batch.execute import PARAMETERS, record_failure
from fer_utils.batch.history import BLOCKED, IDENTITY
from fer_utils.batch.lock import lock_path, take_lock
from fer_utils.batch.plan import PlannedRun
from fer_utils.paths import write_atomically
from fer_utils.runs import RESULT


def record_blocked(run: PlannedRun, cause: PlannedRun, state: str) -> dict:
    """Writes `error.json` of a run that was not begun.

    A result that is there already stays: with `--force`, the run would only have been repeated. A full disk is no error
    here, because the outcome is told all the same; nor is another process that executes the run just now.

    Args:
        run: `PlannedRun` that is blocked.
        cause: `PlannedRun` that it needs.
        state: str. What became of that: "failed", "skipped" or "blocked".

    Returns:
        dict. The content of `error.json`.
    """
    how = {"skipped": "failed earlier and was skipped", "blocked": "is blocked itself"}.get(state, state)
    error = {"type": BLOCKED, "message": f"blocked by {cause.label}, which {how}: see {cause.directory}.", "cell": None}
    with suppress(OSError):
        if (run.directory / RESULT).exists() or (lock := take_lock(lock_path(run.directory))) is None:
            return error
        try:
            run.directory.mkdir(parents=True, exist_ok=True)
            write_atomically(run.directory / PARAMETERS, json.dumps(run.parameters, indent=1))
            write_atomically(run.directory / IDENTITY, json.dumps(run.identity, indent=1))
            job = {"notebook": str(run.notebook.path), "key": run.key, "directory": str(run.directory)}
            return record_failure({**job, "parameters": run.parameters}, BLOCKED, error["message"])
        finally:
            lock.release()
    return error
