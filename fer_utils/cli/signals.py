"""Ctrl-C and `kill` stop a command in good order: a second one does not disturb the stopping."""

import math
import signal
import threading
import time
from contextlib import contextmanager

QUIET = 10.0  # seconds that stopping may take; after them a signal counts again, so that nobody is locked out


class Stopped(KeyboardInterrupt):
    """Somebody stopped the command.

    Attributes:
        status: int. Exit status that says so: 130 after Ctrl-C, 143 after SIGTERM.
    """

    def __init__(self, number: int):
        super().__init__()
        self.status = 128 + number


@contextmanager
def stoppable():
    """Raises `Stopped` in the block at Ctrl-C or SIGTERM, and overlooks those that follow within `QUIET` seconds.

    A signal that is ignored from the start, as Ctrl-C is by a script's job in the background, stays ignored.
    """
    last = -math.inf

    def stop(number, frame):
        nonlocal last
        if time.monotonic() - last > QUIET:
            last = time.monotonic()
            raise Stopped(number)

    mine = threading.current_thread() is threading.main_thread()  # no other may set handlers
    numbers = [n for n in (signal.SIGINT, signal.SIGTERM) if mine and signal.getsignal(n) is not signal.SIG_IGN]
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            # on our way out they stay overlooked: Python would reset any other handler while it ends, and die of them
            signal.signal(number, handler if last == -math.inf else signal.SIG_IGN)
