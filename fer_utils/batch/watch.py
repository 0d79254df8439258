"""What runs at this moment, seen from any terminal: by the locks of runners and the learning curves of trainings."""

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fer_utils.batch.execute import PARAMETERS
from fer_utils.batch.history import read_identity
from fer_utils.batch.lock import is_held, lock_path
from fer_utils.batch.progress import clock
from fer_utils.runs.record import read_run

LOOK, REPEAT = 1.0, 30.0  # seconds between two looks, and after which an unchanged line is said again
PATIENCE = 3  # empty looks before it counts as over: between two runs there is a moment in which none runs


@dataclass(frozen=True)
class RunningRun:
    """One run that some process is executing.

    Args:
        directory: Path of its record.
        label: str. Name for people.
        seconds: float. Since it began.
        epoch: str. Such as "epoch 7 of 24"; "" where no training tells.
    """

    directory: Path
    label: str
    seconds: float
    epoch: str

    def __str__(self) -> str:
        """The line that says so."""
        return "  ".join(filter(None, [f"running  {self.label}", clock(self.seconds), self.epoch]))


def running(runs_root: Path) -> list[RunningRun]:
    """Lists what runs.

    Args:
        runs_root: Path of all run records; it need not exist.

    Returns:
        list of `RunningRun`, the longest first.
    """
    root = Path(runs_root)
    found = []
    for path in (root / ".locks").glob("*"):
        notebook, _, key = path.name.rpartition("-")
        directory = root / notebook / key
        try:
            if is_held(path):
                seconds = max(0.0, time.time() - path.stat().st_mtime)  # its holder writes it once, when it begins
                label = read_identity(directory).get("label", directory.name)
                found.append(RunningRun(directory, label, seconds, _epoch(directory)))
        except FileNotFoundError:
            continue  # it ended while we looked
    return sorted(found, key=lambda run: (-run.seconds, run.label))


def follow(runs_root: Path, say: Callable[[str], None]) -> None:
    """Says what runs, until nothing does: a line when a run begins, finishes an epoch or ends, and now and then.

    Args:
        runs_root: Path of all run records.
        say: function of a line.
    """
    said: dict[Path, tuple[str, float]] = {}  # run: its epoch and the time when that was said
    last: dict[Path, RunningRun] = {}
    empty = 0
    while empty < PATIENCE:
        now = {run.directory: run for run in running(runs_root)}
        for directory, run in last.items():
            if directory not in now:
                say(f"{_ending(directory)}  {run.label}  {clock(run.seconds)}")
                said.pop(directory, None)
        for directory, run in now.items():
            epoch, at = said.get(directory, (None, 0.0))
            if run.epoch != epoch or time.monotonic() - at > REPEAT:
                say(str(run))
                said[directory] = run.epoch, time.monotonic()
        last = now
        empty = 0 if now else empty + 1
        if empty < PATIENCE:
            time.sleep(LOOK)
    say("Nothing runs.")


def is_running(directory: Path) -> bool:
    """Says whether some process executes a run.

    Args:
        directory: Path of its record.

    Returns:
        bool.
    """
    return is_held(lock_path(directory))


def _ending(directory: Path) -> str:
    record = read_run(directory)
    return {"unfinished": "stopped "}.get(record.state, f"{record.state:<8}")


def _epoch(directory: Path) -> str:
    """How far the training is that wrote its curve last; "" where there is none."""
    try:
        curves = {path: path.stat().st_mtime for path in (directory / "checkpoints").glob("**/history.csv")}
        if not curves:
            return ""
        path = max(curves, key=curves.get)
        done = path.read_bytes().count(b"\n") - 1  # a line an epoch below the header
        wanted = json.loads((directory / PARAMETERS).read_text(encoding="utf-8")).get("epochs")
    except (OSError, ValueError, AttributeError):
        return ""  # it is being written, or was removed while we looked
    training = path.parent.relative_to(directory / "checkpoints").as_posix()
    # below another training's folder a schedule is tried out, for fewer epochs
    whole = f" of {wanted}" if isinstance(wanted, int) and "/" not in training else ""
    return f"epoch {done}{whole} ({training})" if done > 0 else ""
