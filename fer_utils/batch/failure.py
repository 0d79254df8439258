"""The truth about a run that failed: what ended it, where, and what it needed."""

import errno
import json
import os
import re
import signal
from datetime import UTC, datetime
from pathlib import Path

from fer_utils.paths import write_atomically
from fer_utils.runs import PENDING, RESULT, SCHEMA

ERROR, LOG = "error.json", "run.log"


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
        "message": without_colors(message),
        "cell": cell,
        "signal": signal_name,
        "peak_memory_mb": round(peak_memory / 2**20) if peak_memory else None,
        "seconds": round(seconds, 1) if seconds is not None else None,
        "log": last_words(directory / LOG) if seconds is not None else [],
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


def death(kernel, late: bool, timeout: float | None) -> tuple[str, str, str | None]:
    """Says why a kernel died.

    Args:
        kernel: `Kernel`, destroyed.
        late: bool. Whether we killed it because its time was over.
        timeout: float or None. Seconds that the run had.

    Returns:
        Type ("Timeout", "OutOfMemory" or "KernelDied"), message and name of the signal, for `record_failure`.
    """
    if late:
        return "Timeout", f"Stopped after {timeout:g} s, the timeout of this entry of the suite.", None
    name = signal_name(kernel.status)
    peak = f"{kernel.peak_memory / 2**20:.0f} MB at its peak"
    if name == "SIGKILL" and kernel.memory_ran_out:
        advice = "Run fewer notebooks at a time (-j 1), or use a smaller batch or a machine with more memory."
        return "OutOfMemory", f"Memory ran out, and the system killed the kernel ({peak}). {advice}", name
    if name == "SIGKILL":
        return "KernelDied", f"Somebody killed the kernel with SIGKILL; memory had not run out ({peak}).", name
    how = f"crashed with {name}" if name else f"ended with exit status {kernel.status}"
    return "KernelDied", f"The kernel {how} ({peak}); its last words are in {LOG}.", name


def last_words(log: Path, lines: int = 20) -> list[str]:
    """Reads the end of a log.

    Args:
        log: Path of a text file, which may be missing.
        lines: int. How many of its last lines, from its last 8 KB.

    Returns:
        list of str, without terminal colors.
    """
    try:
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - 8192))
            text = file.read().decode("utf-8", errors="replace")
    except OSError:
        return []
    return [without_colors(line) for line in text.splitlines() if line.strip()][-lines:]


def without_colors(text: str) -> str:
    """Takes the codes for terminal colors out of a text."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)
