"""What makes a fork a process of its own: no files of its parent but those it needs, an end with it, fresh chance."""

import ctypes
import fcntl
import os
import random
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG, PR_SET_NAME, PR_SET_CHILD_SUBREAPER = 1, 15, 36  # linux/prctl.h


def die_with(parent: int) -> None:
    """Lets Linux kill this process at once when its parent ends, however that ends.

    Args:
        parent: int. Process id of the parent, which may have ended in this very moment; 0 takes the order back.
    """
    _prctl(PR_SET_PDEATHSIG, signal.SIGKILL if parent else 0)
    if parent and os.getppid() != parent:
        os._exit(1)


def adopt_orphans() -> None:
    """Makes this process the parent of all its descendants whose own parents end, so that none escapes it."""
    _prctl(PR_SET_CHILD_SUBREAPER, 1)


def show_name(name: str) -> None:
    """Sets the name that `top` shows for this process.

    Args:
        name: str of at most 15 characters.
    """
    _prctl(PR_SET_NAME, ctypes.c_char_p(name.encode()))


def open_files() -> set[int]:
    """Returns the file descriptors that this process has open."""
    listed = {int(name) for name in os.listdir("/proc/self/fd")}  # noqa: PTH208  (names, not paths)
    return {number for number in listed if os.path.exists(f"/proc/self/fd/{number}")}  # noqa: PTH110  (not the listing's own)


def become_independent(name: str, files: tuple[int, ...]) -> None:
    """Turns a fresh fork into a process of its own; its parent may have had no threads.

    Args:
        name: str, for `show_name`.
        files: tuple of int. Open files to keep; the first three become standard input, output and error, the others
            follow from 3. All others are closed.
    """
    os.setsid()
    show_name(name)
    for number in signal.valid_signals():
        if callable(signal.getsignal(number)):
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    copies = [fcntl.fcntl(file, fcntl.F_DUPFD, 64) for file in files]  # out of the targets' way
    for target, copy in enumerate(copies):
        os.dup2(copy, target, inheritable=target < 3)
    for file in open_files() - set(range(len(files))):
        with suppress(OSError):
            os.close(file)
    random.seed()
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed()


class ForkedProcess:
    """A child of this process, with those methods of `subprocess.Popen` that jupyter_client and we use.

    Args:
        pid: int. Its process id.

    Attributes:
        returncode: int or None. Exit status, negative for a signal; None while it lives.
    """

    stdin = stdout = stderr = None

    def __init__(self, pid: int):
        self.pid = pid
        self.returncode: int | None = None
        self._lock = threading.Lock()

    def poll(self) -> int | None:
        """Returns the exit status, or None while it lives."""
        with self._lock:
            if self.returncode is None:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
                if pid:
                    self.returncode = os.waitstatus_to_exitcode(status)
            return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """Waits for its end, at most so many seconds.

        Raises:
            subprocess.TimeoutExpired: it lives on.
        """
        end = None if timeout is None else time.monotonic() + timeout
        while self.poll() is None:
            if end is not None and time.monotonic() > end:
                raise subprocess.TimeoutExpired("kernel", timeout)
            time.sleep(0.01)
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Sends a signal, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """Kills it, unless it has ended."""
        self.send_signal(signal.SIGKILL)


def threads_alive() -> int:
    """Counts the threads of this process, those of C libraries included."""
    return len(list(Path("/proc/self/task").iterdir()))


def _prctl(option: int, value) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), f"prctl {option} failed")
