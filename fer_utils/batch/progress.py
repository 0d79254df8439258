"""What a campaign tells while it runs: a live picture on a terminal, plain lines elsewhere."""

import sys

from fer_utils.batch.campaign import Campaign
from fer_utils.batch.printable import printable


class Progress:
    """Tells of a campaign. Where nobody can be told any more, because the terminal is closed, the campaign goes on.

    Args:
        stream: text stream, or None for silence.
    """

    def __init__(self, stream=sys.stderr):
        self._stream = stream
        self._campaign = Campaign([], jobs=1, cached=0)
        self._screen = None

    def begin(self, runs, jobs: int, cached: int) -> None:
        """Takes note of what there is to do.

        Args:
            runs: list of `PlannedRun` to execute.
            jobs: int. Workers at a time.
            cached: int. Runs that need no execution.
        """
        self._campaign = Campaign(runs, jobs, cached)
        if runs:
            self._screen = live_screen(self._stream, self._campaign.scene)
            self.say(f"{len(runs)} to run, {jobs} at a time; {cached} there already")

    def started(self, run) -> None:
        """Notes that a run began."""
        self._campaign.started(run)
        self._show()

    def elsewhere(self, run, holder: str) -> None:
        """Says, once, that another process executes a run.

        Args:
            run: `PlannedRun`.
            holder: str. Who does, from `fer_utils.batch.lock.holder`.
        """
        if self._campaign.elsewhere(run, holder):
            self.say(f"waiting for {run.label}: {holder} is running it")

    def say(self, words: str) -> None:
        """Keeps a line for the user on the screen."""
        if self._screen:
            self._screen.keep(printable(words))
        else:
            self._write(words)

    def ended(self, outcome) -> None:
        """Notes how a run ended, and keeps a failure on the screen."""
        self._campaign.ended(outcome)
        if outcome.state not in ("ok", "cached"):
            error = outcome.error or {}
            first = (str(error.get("message", "")).strip().splitlines() or [""])[0]
            cell = f" in cell {error['cell']}" if error.get("cell") is not None else ""
            self.say(f"failed: {outcome.run.label}{cell}: {error.get('type', '')}: {first}")
        self._show()

    def close(self) -> None:
        """Leaves the last picture on the screen."""
        self._campaign.close()
        if self._screen:
            self._screen.close()

    def line(self) -> str:
        """Returns the state of the campaign in one line."""
        scene = self._campaign.scene(curves=False)
        parts = [f"done {scene.done}/{scene.total}", f"running {len(scene.rows)}", f"failed {scene.failed}"]
        if scene.done + scene.failed < scene.total:
            parts.append("time left unknown" if scene.left is None else f"about {clock(scene.left)} left")
        return " | ".join(parts)

    def _show(self) -> None:
        if self._screen:
            self._screen.redraw()
        else:
            self._write(self.line())

    def _write(self, text: str) -> None:
        try:
            if self._stream is not None:
                self._stream.write(printable(text) + "\n")
                self._stream.flush()
        except OSError:
            self._stream = None


def live_screen(stream, scene):
    """Opens a live picture where there can be one.

    Args:
        stream: text stream or None.
        scene: function that returns the `Scene` of the moment.

    Returns:
        `LiveScreen`; None unless the stream is a terminal that moves its cursor and knows Unicode.
    """
    if stream is None or not stream.isatty() or (stream.encoding or "").lower() != "utf-8":
        return None
    from fer_utils.batch.live_screen import LiveScreen, terminal  # Rich takes 0.1 s to import

    console = terminal(stream)
    return None if console.is_dumb_terminal else LiveScreen(console, scene)


def clock(seconds: float) -> str:
    """Writes seconds as "0:07", "12:30" or "1:02:05"."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
