"""Space for what runs write: looked at before anything starts, so that no campaign dies of a full disk at night."""

import shutil
from pathlib import Path

from fer_utils.errors import RunError

NEED = 200 * 10**6  # bytes; two notebooks at a time with their checkpoints and predictions, of small networks


def check_space(folder: Path, need: int = NEED) -> None:
    """Refuses a folder on a disk that is nearly full.

    Args:
        folder: Path. It need not exist yet.
        need: int. Bytes that must be free.

    Raises:
        RunError: less is free.
    """
    there = next((place for place in (Path(folder), *Path(folder).parents) if place.is_dir()), None)
    try:
        free = shutil.disk_usage(there).free if there else need
    except OSError:
        return  # such as a network drive that does not tell: writing will
    if free < need:
        raise RunError(
            f"{folder}: {free / 1e6:,.0f} MB are free on this disk, and runs need at least {need / 1e6:,.0f} MB. Free "
            "space ('ferbench gc' lists what may go), or set FERBENCH_RUNS to a folder on another disk. Nothing was "
            "started, and what is finished stays."
        )
