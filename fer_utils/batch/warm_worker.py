"""A worker that the warm parent forked: no child of the runner, and yet waited for like one."""

import os
import select
import signal
import subprocess
import threading
from contextlib import suppress

ORPHANED = 3  # exit status of a worker whose warm parent has ended
PATIENCE = 5.0  # seconds that it may take over it


class WarmWorker:
    """A worker that the warm parent forked, with those methods of `subprocess.Popen` that the runner uses.

    Args:
        pid: int. Its process id.
        handle: int. File descriptor that stands for the process and tells of its end.
        standard_input: int. Our end of its standard input.
        listening: int. File descriptor on which the warm parent reports its exit status.
    """

    def __init__(self, pid: int, handle: int, standard_input: int, listening: int):
        self.pid, self.returncode = pid, None
        self.stdin = os.fdopen(standard_input, "wb")
        self._handle, self._listening = handle, listening
        self._lock = threading.Lock()

    @classmethod
    def answering(cls, standard_input: int, listening: int) -> "WarmWorker | None":
        """Waits for the process id; None where the warm parent died before it forked."""
        words = _read_line(listening)
        with suppress(OSError):
            if words:
                return cls(int(words), os.pidfd_open(int(words)), standard_input, listening)
        os.close(standard_input)
        os.close(listening)
        return None

    def wait(self, timeout: float | None = None) -> int:
        """Returns the exit status, negative for a signal.

        Args:
            timeout: float. Seconds to wait at most.

        Raises:
            subprocess.TimeoutExpired: it lives on.
        """
        if self.returncode is None and not _readable(self._listening, timeout):
            raise subprocess.TimeoutExpired("worker", timeout)
        with self._lock:
            if self.returncode is None:
                words = _read_line(self._listening)
                if not words and not _readable(self._handle, PATIENCE):  # the warm parent is dead
                    signal.pidfd_send_signal(self._handle, signal.SIGKILL)
                    _readable(self._handle, None)
                self.returncode = int(words or ORPHANED)
                os.close(self._handle)
                os.close(self._listening)
        return self.returncode

    def kill(self) -> None:
        """Kills it, unless it has ended."""
        with self._lock, suppress(OSError):
            if self.returncode is None:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)


def _readable(file: int, timeout: float | None) -> bool:
    poll = select.poll()
    poll.register(file, select.POLLIN)
    return bool(poll.poll(None if timeout is None else timeout * 1000))


def _read_line(file: int) -> bytes:
    words = b""
    while not words.endswith(b"\n") and (byte := os.read(file, 1)):
        words += byte
    return words
