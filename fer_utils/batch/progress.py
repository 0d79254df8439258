"""One line that says how far a campaign is: done, running, failed, time left."""

import shutil
import sys
import threading
import time


class Progress:
    """Writes the line: in place on a terminal, as a plain line at each change elsewhere.

    Args:
        stream: text stream, or None for silence.
    """

    def __init__(self, stream=sys.stderr):
        self._stream = stream
        self._terminal = stream is not None and stream.isatty()
        self._lock = threading.Lock()
        self._running: dict[str, tuple[str, float, float | None]] = {}
        self._expected: dict[str, float | None] = {}
        self._durations: list[float] = []
        self._elsewhere: set[str] = set()
        self._done = self._failed = self._total = 0
        self._jobs = 1

    def begin(self, runs, jobs: int, cached: int) -> None:
        """Takes note of what there is to do.

        Args:
            runs: list of `PlannedRun` to execute.
            jobs: int. Workers at a time.
            cached: int. Runs that need no execution.
        """
        self._expected = {run.key: run.expected_seconds for run in runs}
        self._total, self._jobs = len(runs), jobs
        if runs:
            self._write(f"{len(runs)} to run, {jobs} at a time; {cached} there already", keep=True)

    def started(self, run) -> None:
        """Notes that a run began."""
        with self._lock:
            self._running[run.key] = (run.label, time.monotonic(), run.expected_seconds)
        self._write(self.line())

    def elsewhere(self, run, holder: str) -> None:
        """Says, once, that another process executes a run.

        Args:
            run: `PlannedRun`.
            holder: str. Who does, from `fer_utils.batch.lock.holder`.
        """
        if run.key not in self._elsewhere:
            self._elsewhere.add(run.key)
            self._write(f"waiting for {run.label}: {holder} is running it", keep=True)

    def say(self, words: str) -> None:
        """Keeps a line for the user on the screen."""
        self._write(words, keep=True)

    def ended(self, outcome) -> None:
        """Notes how a run ended, and keeps a failure on the screen."""
        with self._lock:
            self._running.pop(outcome.run.key, None)
            self._expected.pop(outcome.run.key, None)
            self._done += outcome.state in ("ok", "cached")
            self._failed += outcome.state not in ("ok", "cached")
            if outcome.state == "ok":
                self._durations.append(outcome.seconds)
        if outcome.state not in ("ok", "cached"):
            error = outcome.error or {}
            first = (str(error.get("message", "")).strip().splitlines() or [""])[0]
            cell = f" in cell {error['cell']}" if error.get("cell") is not None else ""
            self._write(f"failed: {outcome.run.label}{cell}: {error.get('type', '')}: {first}", keep=True)
        self._write(self.line())

    def tick(self) -> None:
        """Rewrites the line on a terminal, so that its times move."""
        if self._terminal:
            self._write(self.line())

    def close(self) -> None:
        """Leaves the last line on the screen."""
        if self._terminal and self._total:
            self._stream.write("\n")
            self._stream.flush()

    def line(self) -> str:
        """Returns the line."""
        with self._lock:
            now = time.monotonic()
            running = ", ".join(f"{label} {clock(now - start)}" for label, start, _ in self._running.values())
            left = self._seconds_left(now)
            parts = [f"done {self._done}/{self._total}", f"running {len(self._running)}", f"failed {self._failed}"]
            if self._expected:
                parts.append("time left unknown" if left is None else f"about {clock(left)} left")
            return " | ".join(parts) + (f" | {running}" if running and self._terminal else "")

    def _seconds_left(self, now: float) -> float | None:
        """Estimates from earlier runs of the same kind, else from this campaign's mean; None before either is known."""
        mean = sum(self._durations) / len(self._durations) if self._durations else None
        left = []
        for key, expected in self._expected.items():
            expected = expected or mean
            if expected is None:
                return None
            spent = now - self._running[key][1] if key in self._running else 0.0
            if spent > expected:
                return None  # longer than thought: nobody knows how much longer
            left.append(expected - spent)
        return max([sum(left) / self._jobs, *left])

    def _write(self, text: str, keep: bool = False) -> None:
        if self._stream is None:
            return
        if self._terminal:
            width = shutil.get_terminal_size().columns - 1
            self._stream.write(f"\r\x1b[K{text if keep else text[:width]}" + ("\n" if keep else ""))
        else:
            self._stream.write(text + "\n")
        self._stream.flush()


def clock(seconds: float) -> str:
    """Writes seconds as "0:07", "12:30" or "1:02:05"."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
