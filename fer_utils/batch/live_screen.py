"""Keeps the live picture on a terminal: drawn once a second by a thread of its own, lines to keep above it."""

import sys
import threading
from collections import deque
from collections.abc import Callable

from rich.console import Console, Group
from rich.control import Control
from rich.live import Live
from rich.segment import ControlType, Segment, SegmentLines
from rich.text import Text

from fer_utils.batch.live_view import picture
from fer_utils.batch.scene import Scene

PERIOD, PAUSE = 1.0, 0.1  # seconds between two pictures, and at least between them where much happens
PATIENCE = 5.0  # seconds for the last picture, on a terminal or disk that has stopped to answer


def terminal(stream) -> Console:
    """Returns Rich's view of a terminal; it takes no text for markup, and heeds NO_COLOR.

    Args:
        stream: text stream of a terminal.

    Returns:
        `rich.console.Console`.
    """
    return Console(file=stream, force_terminal=True, markup=False, emoji=False, highlight=False)


class LiveScreen:
    """Draws the scene of the moment until it is closed.

    Only its own thread writes to the terminal: a signal, which interrupts the main thread, never leaves half a picture.

    Args:
        console: `rich.console.Console` of a terminal.
        scene: function that returns the `Scene` of the moment.
    """

    def __init__(self, console: Console, scene: Callable[[], Scene]):
        self._console, self._scene = console, scene
        self._kept: deque[str] = deque()
        self._wake, self._over = threading.Event(), threading.Event()
        self._widths: list[int] = []  # columns of each line of the last picture
        self._live = Live(
            console=console,
            auto_refresh=False,
            redirect_stdout=False,
            redirect_stderr=console.file is sys.stderr,  # warnings appear above the picture
        )
        self._thread = threading.Thread(target=self._draw_on, name="ferbench-screen", daemon=True)
        self._thread.start()

    def keep(self, line: str) -> None:
        """Puts a line above the picture, where it stays.

        Args:
            line: str. Text without control characters.
        """
        self._kept.append(line)
        self._wake.set()

    def redraw(self) -> None:
        """Asks for a new picture soon."""
        self._wake.set()

    def close(self) -> None:
        """Leaves the last picture on the screen, and the cursor below it."""
        self._over.set()
        self._wake.set()
        self._thread.join(PATIENCE)

    def _draw_on(self) -> None:
        try:
            with self._live:
                while not self._over.is_set():
                    self._draw()
                    self._wake.wait(PERIOD)
                    self._wake.clear()
                    self._over.wait(PAUSE)
                self._draw()
        except OSError:
            return  # the terminal was closed: the campaign goes on without

    def _draw(self) -> None:
        width, height = self._console.size
        width -= 1  # in the last column a terminal would begin a new line
        options = self._console.options.update(width=max(width, 1), height=None)
        shown = picture(self._scene(), max(width, 1), max(height - 1, 1))
        lines = self._console.render_lines(shown, options, pad=False)[: max(height - 1, 1)]
        # A terminal that has become narrower has broken the last picture's lines: Rich must go up by as many more.
        broken = sum(-(-columns // (width + 1)) - 1 for columns in self._widths if columns)
        up = ((ControlType.ERASE_IN_LINE, 2), (ControlType.CURSOR_UP, 1))
        if broken:
            self._console.control(Control(*up * broken))
        self._widths = [Segment.get_line_length(line) for line in lines]
        self._live.update(SegmentLines(lines, new_lines=True), refresh=False)
        kept = [self._kept.popleft() for _ in range(len(self._kept))]
        if kept:
            self._console.print(Group(*map(_kept_line, kept)))
        else:
            self._live.refresh()


def _kept_line(line: str) -> Text:
    return Text(line, "red" if line.startswith("failed") else "", overflow="fold")
