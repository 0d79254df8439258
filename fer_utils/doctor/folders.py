"""Checks of the folders that runs write to: whether they can, and the space that is left."""

import shutil
import tempfile
from pathlib import Path

from fer_utils import paths
from fer_utils.doctor.answer import MISSING, OK, WARNING, Answer

ENOUGH = 2e9  # bytes; a training on real faces with its cache and its weights stays below


def runs() -> Answer:
    """Whether records can be written, and what lies there."""
    root = paths.runs_root()
    answer = _folder(root, MISSING, 'export FERBENCH_RUNS="$HOME/ferbench-runs"')
    if answer.state == MISSING:
        return answer
    from fer_utils.runs.record import read_runs

    states = [record.state for record in read_runs(root)]
    count = ", ".join(f"{states.count(state)} {state}" for state in ("ok", "failed", "unfinished"))
    if answer.state == OK and "failed" in states:
        return Answer(WARNING, f"{answer.found}; {count} (the next `ferbench run` tries again)", "ferbench status")
    return Answer(answer.state, f"{answer.found}; {count}", answer.mend)


def cache() -> Answer:
    """Whether parsed datasets and drawn faces can be kept."""
    return _folder(paths.cache_root(), WARNING, 'export FERBENCH_CACHE="$HOME/ferbench-cache"')


def temporary() -> Answer:
    """Whether kernels find a place for their sockets."""
    mend = 'mkdir -p "$HOME/tmp" && export TMPDIR="$HOME/tmp"'
    try:
        return _folder(Path(tempfile.gettempdir()), MISSING, mend)
    except FileNotFoundError as error:
        return Answer(MISSING, str(error), mend)


def _folder(folder: Path, otherwise: str, elsewhere: str) -> Answer:
    """Tries to write a megabyte in a folder, or where it would be made.

    Args:
        folder: Path. It need not exist.
        otherwise: str. The state where it cannot be written to.
        elsewhere: str. The command that chooses another folder.
    """
    there = next(level for level in (folder, *folder.parents) if level.exists())
    try:
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(bytes(2**20))
            file.flush()
    except OSError as error:
        return Answer(otherwise, f"{folder} cannot be written to: {error.strerror}", elsewhere)
    free = shutil.disk_usage(there).free
    found = f"{folder}, {free / 1e9:.1f} GB free{'' if there == folder else '; made at the first run'}"
    if free < ENOUGH:
        return Answer(WARNING, f"{found}, less than {ENOUGH / 1e9:g} GB", f"free some space, or {elsewhere}")
    return Answer(OK, found)
