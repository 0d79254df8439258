"""Opening the record of a run: where the runner says, or in a folder of its own."""

import os
import time
from pathlib import Path

from fer_utils.paths import runs_root
from fer_utils.protocol import Split
from fer_utils.runs.run import Run


def start_run(notebook: str, split: Split, parameters: dict) -> Run:
    """Opens the record of a run.

    Executed in batch it lies where the runner says; opened by hand it goes to `<notebook>/interactive-<time>/`.

    Args:
        notebook: str. The notebook's name without ending.
        split: `Split` that the notebook works on.
        parameters: dict. The notebook's parameters, of plain types.

    Returns:
        `Run`.
    """
    given = os.environ.get("FERBENCH_RUN_DIR")
    directory = Path(given) if given else _new_folder(runs_root() / notebook)
    return Run(notebook, split, parameters, directory, confirmed=not given)


def _new_folder(parent: Path) -> Path:
    """Makes `interactive-<time>`, or `interactive-<time>-2` and so on where two notebooks start in one second."""
    first = folder = parent / f"interactive-{time.strftime('%Y%m%d-%H%M%S')}"
    number = 1
    while True:
        try:
            folder.mkdir(parents=True)
            return folder
        except FileExistsError:
            number += 1
            folder = first.with_name(f"{first.name}-{number}")
