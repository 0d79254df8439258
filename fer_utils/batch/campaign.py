"""The state of a campaign: what is to run, what runs, what is done, and how long the rest takes."""

import threading
import time

from fer_utils.batch.curves import read_curve
from fer_utils.batch.scene import Row, Scene


class Campaign:
    """Keeps count, for one thread that draws and others that tell.

    Args:
        runs: list of `PlannedRun` to execute, in their order.
        jobs: int. Workers at a time.
        cached: int. Runs that need no execution.
    """

    def __init__(self, runs, jobs: int, cached: int):
        self._lock = threading.Lock()
        self._left = {run.key: run for run in runs}  # neither done nor failed
        self._running: dict[str, float] = {}  # key: when it began
        self._elsewhere: dict[str, str] = {}  # key: who executes it
        self._durations: list[float] = []
        self._total, self._jobs, self._cached = len(self._left), jobs, cached
        self._done = self._failed = 0
        self._began = time.monotonic()
        self._over = False

    def started(self, run) -> None:
        """Notes that a run began."""
        with self._lock:
            self._running[run.key] = time.monotonic()

    def elsewhere(self, run, holder: str) -> bool:
        """Notes that another process executes a run.

        Args:
            run: `PlannedRun`.
            holder: str. Who does.

        Returns:
            bool. Whether this is news.
        """
        with self._lock:
            news = run.key not in self._elsewhere
            self._elsewhere[run.key] = holder
        return news

    def ended(self, outcome) -> None:
        """Notes how a run ended."""
        fine = outcome.state in ("ok", "cached")
        with self._lock:
            self._running.pop(outcome.run.key, None)
            self._left.pop(outcome.run.key, None)
            self._done += fine
            self._failed += not fine
            if outcome.state == "ok":
                self._durations.append(outcome.seconds)

    def close(self) -> None:
        """Notes that the campaign is over; what still runs was stopped."""
        self._over = True

    def scene(self, curves: bool = True) -> Scene:
        """Returns what is to be seen now.

        Args:
            curves: bool. Whether to read how far trainings are, which takes as long as the disk does.

        Returns:
            `Scene`.
        """
        now = time.monotonic()
        with self._lock:
            left, running, elsewhere = dict(self._left), dict(self._running), dict(self._elsewhere)
            numbers = {"total": self._total, "done": self._done, "failed": self._failed, "cached": self._cached}
            mean = sum(self._durations) / len(self._durations) if self._durations else None
        seconds = {key: remaining(run.expected_seconds or mean, running.get(key), now) for key, run in left.items()}
        rows = tuple(
            Row(left[key].label, now - began, seconds[key], read_curve(left[key].directory) if curves else None)
            for key, began in running.items()
            if key in left
        )
        waiting = [run for key, run in left.items() if key not in running]
        needs = {run.key: [left[key].label for key in run.needs if key in left] for run in waiting}
        needs |= {key: [f"{holder}, which runs it"] for key, holder in elsewhere.items() if key in needs}
        known = None not in seconds.values()
        return Scene(
            rows,
            seconds=now - self._began,
            left=max([sum(seconds.values()) / self._jobs, *seconds.values()]) if known else None,
            queue=tuple(run.label for run in waiting if not needs[run.key]),
            waits=tuple((run.label, ", ".join(needs[run.key])) for run in waiting if needs[run.key]),
            over=self._over,
            **numbers,
        )


def remaining(expected: float | None, began: float | None, now: float) -> float | None:
    """Estimates how long a run still takes.

    Args:
        expected: float or None. Seconds that its like took.
        began: float or None. When it began; None for one that waits.
        now: float. The time on the same clock.

    Returns:
        float, seconds. None where nothing is expected, or where it has taken longer already: then nobody knows.
    """
    spent = 0.0 if began is None else now - began
    return None if expected is None or spent > expected else expected - spent
