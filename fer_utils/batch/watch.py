"""What runs at this moment, seen from any terminal: by the locks of runners and the learning curves of trainings."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from fer_utils.batch.campaign import remaining
from fer_utils.batch.curves import Curve, read_curve
from fer_utils.batch.history import History, read_identity
from fer_utils.batch.lock import is_held, lock_path
from fer_utils.batch.printable import printable
from fer_utils.batch.progress import clock, live_screen
from fer_utils.batch.scene import Row, Scene
from fer_utils.runs.record import read_run

LOOK, REPEAT = 1.0, 30.0  # seconds between two looks, and after which an unchanged line is said again
PATIENCE = 3  # empty looks before it counts as over: between two runs there is a moment in which none runs


@dataclass(frozen=True)
class RunningRun:
    """One run that some process is executing.

    Args:
        directory: Path of its record.
        label: str. Name for people, in characters that can be printed.
        seconds: float. Since it began.
        curve: `Curve` or None. How far its training is; None where no training tells.
    """

    directory: Path
    label: str
    seconds: float
    curve: Curve | None

    @property
    def epoch(self) -> str:
        """How far its training is, such as "epoch 7 of 24 (net-fold0-seed0)"; "" where no training tells."""
        return printable(str(self.curve)) if self.curve else ""

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
                label = printable(str(read_identity(directory).get("label", directory.name)))
                found.append(RunningRun(directory, label, seconds, read_curve(directory)))
        except FileNotFoundError:
            continue  # it ended while we looked
    return sorted(found, key=lambda run: (-run.seconds, run.label))


def follow(runs_root: Path, say: Callable[[str], None], show: Callable[[list[RunningRun]], None] | None = None) -> None:
    """Tells what runs, until nothing does.

    Args:
        runs_root: Path of all run records.
        say: function of a line, called when a run ends. Without `show` also when one begins or finishes an epoch, and
            now and then.
        show: function of what runs, called at each look.
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
        if show:
            show(list(now.values()))
        for directory, run in now.items():
            epoch, at = said.get(directory, (None, 0.0))
            if not show and (run.epoch != epoch or time.monotonic() - at > REPEAT):
                say(str(run))
                said[directory] = run.epoch, time.monotonic()
        last = now
        empty = 0 if now else empty + 1
        if empty < PATIENCE:
            time.sleep(LOOK)
    say("Nothing runs.")


def follow_live(runs_root: Path, stream) -> bool:
    """Shows what runs as a live table with the time left of each, until nothing does.

    Args:
        runs_root: Path of all run records.
        stream: text stream.

    Returns:
        bool. False, and nothing is shown, where the stream is no terminal that can.
    """
    history, expected = History(runs_root), {}
    rows: tuple[Row, ...] = ()

    def show(runs: list[RunningRun]) -> None:
        nonlocal rows
        for run in runs:
            if run.directory not in expected and (identity := read_identity(run.directory)):
                expected[run.directory] = history.seconds(identity["notebook"], identity["parts"])
        rows = tuple(
            Row(run.label, run.seconds, remaining(expected.get(run.directory), 0.0, run.seconds), run.curve)
            for run in runs
        )

    screen = live_screen(stream, lambda: Scene(rows))
    if screen is None:
        return False
    try:
        follow(runs_root, screen.keep, show)
    finally:
        screen.close()
    return True


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
