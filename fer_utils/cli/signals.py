"""Ctrl-C, `kill` and a closed terminal stop a command in good order, and in any case within seconds."""

import os
import signal
import threading
from contextlib import contextmanager

QUIET = 10.0  # seconds that stopping may take; after them the process ends there and then
SHOW_CURSOR = b"\x1b[?25h"


class Stopped(KeyboardInterrupt):
    """Somebody stopped the command.

    Attributes:
        status: int. Exit status that says so: 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP.
    """

    def __init__(self, number: int):
        super().__init__()
        self.status = 128 + number


@contextmanager
def stoppable():
    """Raises `Stopped` in the block at Ctrl-C, SIGTERM or SIGHUP, and overlooks those that follow.

    An exception can come at a bad moment: some callbacks swallow it, and a lock that was just taken stays taken. So a
    thread ends the process where it still lives `QUIET` seconds after the signal; whatever it had started ends with it.

    Ctrl-C stays ignored in a script's job in the background, and SIGHUP under nohup: there they are ignored from the
    start. SIGTERM always counts: it is meant for this process.
    """
    if threading.current_thread() is not threading.main_thread():  # no other may set handlers
        yield
        return
    stopped = False

    def stop(number, frame):
        nonlocal stopped
        if not stopped:
            stopped = True
            raise Stopped(number)

    numbers = [number for number in (signal.SIGINT, getattr(signal, "SIGHUP", None)) if number]
    numbers = [number for number in numbers if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, stop) for number in (*numbers, signal.SIGTERM)}
    reading, writing = os.pipe()
    if os.name != "nt":
        os.set_blocking(writing, False)
    # Python writes the number of each signal there at once, also while the main thread is deep in C code.
    former = signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    threading.Thread(target=_end_late, args=(reading, frozenset(before)), daemon=True).start()
    try:
        yield
    finally:
        for number, handler in before.items():
            # on our way out they stay overlooked: Python would reset any other handler while it ends, and die of them
            signal.signal(number, signal.SIG_IGN if stopped else handler)
        if not stopped:  # else the thread sees to it that the process really ends
            signal.set_wakeup_fd(former)
            os.close(writing)


def _end_late(reading: int, numbers: frozenset[int]) -> None:
    """Waits for one of these signals, then ends the process unless it has ended meanwhile."""
    while number := os.read(reading, 1):
        if number[0] in numbers:
            threading.Event().wait(QUIET)
            if os.isatty(2):
                os.write(2, SHOW_CURSOR)  # a live view may have hidden it
            os._exit(128 + number[0])
    os.close(reading)
