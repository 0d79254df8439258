"""Executes one notebook in a worker process of its own, and says on disk how it ended.

The worker reads its job as one line of JSON from standard input. That pipe is also its lifeline: when it closes,
because the runner stopped or died, the worker kills its kernel and goes.
"""

import json
import os
import select
import shutil
import sys
import threading
import time
from pathlib import Path

from fer_utils.batch.failure import death, if_disk_is_full, record_failure
from fer_utils.batch.notebook import INJECTED, Notebook
from fer_utils.batch.warm_worker import ORPHANED
from fer_utils.paths import remove_unfinished
from fer_utils.runs import PENDING, RESULT

PARAMETERS, EXECUTED = "parameters.json", "executed.ipynb"
SOCKETS = "sockets.txt"  # beside a run that is being executed: where its sockets lie


def execute(job: dict, spare=None, parent: int | None = None) -> bool:
    """Runs a notebook and leaves `result.json` or `error.json`.

    The notebook's last cell writes `result.pending.json`; only here it gets the name that counts, and only then the
    checkpoints go.

    Args:
        job: dict with `notebook` (path), `key`, `directory`, `parameters`, `environment`, `timeout`, `sockets`.
        spare: `SpareKernel` that becomes the run's kernel; None starts one.
        parent: int or None. File descriptor of the warm parent's process, with which this one ends, too.

    Returns:
        bool. Whether it succeeded: papermill came back without error and the notebook's last cell wrote its result.
        papermill's own word is not enough: it notes cells of a killed kernel as completed.
    """
    from fer_utils.batch.kernel import started_kernel

    started = time.monotonic()
    directory, notebook = Path(job["directory"]), Notebook.read(job["notebook"])
    order: list[int | None] = []  # position in the source of each cell that was begun
    positions = iter(range(len(notebook.cells)))
    kernel, late, stopping = None, threading.Event(), threading.Event()

    def begin(cell, cell_index):
        order.append(None if INJECTED in cell.metadata.get("tags", []) else next(positions))

    try:
        with started_kernel(job["environment"], notebook.path.parent, Path(job["sockets"]), spare) as kernel:
            _end_after(sys.stdin.read, kernel, stopping)
            if parent is not None:
                _end_after(lambda: select.select([parent], [], []), kernel, stopping)
            alarm = threading.Timer(job["timeout"] or 0, lambda: (late.set(), kernel.kill()))
            alarm.daemon = True
            if job["timeout"]:
                alarm.start()
            sys.modules.setdefault("rfc3987_syntax", None)  # optional, unused here, and 0.9 s to import
            import papermill  # while the kernel starts

            papermill.execute_notebook(
                notebook.path,
                directory / EXECUTED,
                job["parameters"],
                kernel_name="python3",
                language="python",
                progress_bar=False,
                stdout_file=sys.stdout,
                stderr_file=sys.stderr,
                start_timeout=120,
                km=kernel.manager,
                on_cell_start=begin,
            )
            alarm.cancel()
        if not (directory / PENDING).exists():
            raise NoResult("The notebook ran to its end and wrote no result: its last cell must be run.finish().")
        (directory / PENDING).replace(directory / RESULT)
        tidy(directory)
        return True
    except Exception as error:
        if stopping.is_set():
            os._exit(ORPHANED)  # we killed the kernel ourselves: no failure of the run
        kind, message, at = type(error).__name__, str(error), len(order) - 1
        died = None
        if type(error).__name__ == "PapermillExecutionError":
            kind, message, at = error.ename, error.evalue, error.cell_index
        elif kernel is not None and (kernel.status is not None or late.is_set()):
            kind, message, died = death(kernel, late.is_set(), job["timeout"])
        elif isinstance(error, NoResult):
            at = -1
        record_failure(
            job,
            kind,
            message + if_disk_is_full(message, directory),
            cell=order[at] if 0 <= at < len(order) else None,
            signal_name=died,
            peak_memory=kernel.peak_memory if kernel else None,
            seconds=time.monotonic() - started,
        )
        return False


def tidy(directory: Path) -> None:
    """Removes what a finished run needs no more: checkpoints, and files that a killed attempt had begun."""
    shutil.rmtree(directory / "checkpoints", ignore_errors=True)
    (directory / SOCKETS).unlink(missing_ok=True)
    remove_unfinished(directory)


class NoResult(Exception):
    """The notebook ended without `run.finish()`."""


def _end_after(event, kernel, stopping: threading.Event) -> None:
    """Kills kernel and worker when a blocking call returns: the runner closed our standard input, or died."""

    def wait():
        event()
        stopping.set()
        kernel.destroy()
        os._exit(ORPHANED)

    threading.Thread(target=wait, daemon=True).start()


def main(spare=None, parent: int | None = None) -> int:
    """Reads a job and executes it.

    Args:
        spare: `SpareKernel`, in a worker that was forked.
        parent: int or None. File descriptor of the process that forked it.

    Returns:
        int. Exit status, 0 for success.
    """
    line = sys.stdin.readline()
    if not line:
        return ORPHANED  # before it began
    return 0 if execute(json.loads(line), spare, parent) else 1


if __name__ == "__main__":
    sys.exit(main())
