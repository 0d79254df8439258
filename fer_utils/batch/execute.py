"""Executes one notebook in a worker process of its own, and says on disk how it ended.

The worker reads its job as one line of JSON from standard input. That pipe is also its lifeline: when it closes,
because the runner stopped or died, the worker kills its kernel and goes.
"""

import errno
import json
import os
import re
import shutil
import signal
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

from fer_utils.batch.notebook import INJECTED, Notebook
from fer_utils.paths import remove_unfinished, write_atomically
from fer_utils.runs import PENDING, RESULT, SCHEMA

PARAMETERS, ERROR, EXECUTED = "parameters.json", "error.json", "executed.ipynb"
STOPPED = 3  # exit status of a worker whose lifeline closed


def execute(job: dict) -> bool:
    """Runs a notebook and leaves `result.json` or `error.json`.

    The notebook's last cell writes `result.pending.json`; only here it gets the name that counts, and only then the
    checkpoints go.

    Args:
        job: dict with `notebook` (path), `key`, `directory`, `parameters`, `environment`, `timeout`, `sockets`.

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
        environment = {**os.environ, **job["environment"]}
        with started_kernel(environment, notebook.path.parent, Path(job["sockets"])) as kernel:
            _die_with_runner(kernel, stopping)
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
            os._exit(STOPPED)  # we killed the kernel ourselves: no failure of the run
        kind, message, at = type(error).__name__, str(error), len(order) - 1
        died = None
        if type(error).__name__ == "PapermillExecutionError":
            kind, message, at = error.ename, error.evalue, error.cell_index
        elif kernel is not None and (kernel.status is not None or late.is_set()):
            kind, message, died = _death(kernel, late.is_set(), job["timeout"])
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
    remove_unfinished(directory)


class NoResult(Exception):
    """The notebook ended without `run.finish()`."""


def record_failure(job: dict, kind: str, message: str, cell=None, signal_name=None, peak_memory=None, seconds=None):
    """Withdraws a result, if there is one, and writes `error.json`.

    Args:
        job: dict with `notebook`, `key`, `directory`, `parameters`.
        kind: str. Class of the error.
        message: str. Its text; terminal colors are taken out.
        cell: int or None. Position in the notebook's source, from 0.
        signal_name: str or None. Such as "SIGKILL", when the kernel or worker was killed.
        peak_memory: int or None. Bytes.
        seconds: float or None. From the start of the run.

    Returns:
        dict. The content of `error.json`.
    """
    directory = Path(job["directory"])
    for name in (RESULT, PENDING):
        (directory / name).unlink(missing_ok=True)
    content = {
        "schema": SCHEMA,
        "notebook": Path(job["notebook"]).stem,
        "key": job["key"],
        "parameters": job["parameters"],
        "type": kind,
        "message": re.sub(r"\x1b\[[0-9;]*m", "", message),
        "cell": cell,
        "signal": signal_name,
        "peak_memory_mb": round(peak_memory / 2**20) if peak_memory else None,
        "seconds": round(seconds, 1) if seconds is not None else None,
        "created": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }
    write_atomically(directory / ERROR, json.dumps(content, indent=1))
    return content


def if_disk_is_full(message: str, directory: Path) -> str:
    """Says what to do about a full disk.

    Args:
        message: str. Text of an error, from the kernel or from here.
        directory: Path of the run.

    Returns:
        str. Advice with a leading space, or "" where the error is another one.
    """
    if not any(os.strerror(number) in message for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)):
        return ""
    return (
        f" The disk of {directory} or of the temporary files is full: free space, or set FERBENCH_RUNS to a folder on "
        "another disk. Then call the same command again; what is finished stays."
    )


def signal_name(status: int | None) -> str | None:
    """Names the signal in a process's exit status, such as -9; None where there was none."""
    try:
        return signal.Signals(-status).name if status is not None and status < 0 else None
    except ValueError:
        return f"signal {-status}"


def _death(kernel, late: bool, timeout: float | None) -> tuple[str, str, str | None]:
    """Type, message and signal of a kernel that died."""
    if late:
        return "Timeout", f"Stopped after {timeout:g} s, the timeout of this entry of the suite.", None
    name = signal_name(kernel.status)
    peak = f"{kernel.peak_memory / 2**20:.0f} MB at its peak"
    if name == "SIGKILL":
        return "KernelDied", f"The kernel was killed by SIGKILL: most often memory ran out ({peak}).", name
    if name:
        return "KernelDied", f"The kernel crashed with {name} ({peak}); its last words are in run.log.", name
    return (
        "KernelDied",
        f"The kernel ended with exit status {kernel.status} ({peak}); its last words are in run.log.",
        None,
    )


def _die_with_runner(kernel, stopping: threading.Event) -> None:
    """Kills kernel and worker when the runner closes our standard input, by will or by dying."""

    def wait():
        sys.stdin.read()
        stopping.set()
        kernel.destroy()
        os._exit(STOPPED)

    threading.Thread(target=wait, daemon=True).start()


if __name__ == "__main__":
    sys.exit(0 if execute(json.loads(sys.stdin.readline())) else 1)
