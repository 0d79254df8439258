"""A lock a run: two runners never execute the same run at once, and none stays locked when its holders are dead."""

import os
import socket
import time
from contextlib import suppress
from pathlib import Path

if os.name == "nt":
    import msvcrt
else:
    import fcntl


class RunLock:
    """A held lock. The system lets go of it when every process that holds it is dead, however they died.

    Args:
        path: Path of the lock's file.
        file: open file that holds the lock; a child that inherits it holds the lock, too.
    """

    def __init__(self, path: Path, file):
        self._path, self._file = path, file

    def fileno(self) -> int:
        """Returns the file descriptor that a child must inherit to hold the lock."""
        return self._file.fileno()

    def release(self) -> None:
        """Lets go; every child that inherited the lock must have ended."""
        with suppress(OSError):  # Windows keeps open files
            self._path.unlink(missing_ok=True)  # while we hold it: who opened it before looks again, see `take_lock`
        self._file.close()


def take_lock(path: Path) -> RunLock | None:
    """Takes a lock if nobody holds it.

    Args:
        path: Path of its file; folder and file are made.

    Returns:
        `RunLock`, or None while another process, or another part of this one, holds it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    while True:
        file = path.open("a+b")
        if not _lock(file):
            file.close()
            return None
        try:
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                break
        except FileNotFoundError:
            pass
        file.close()  # its last holder removed it after we had opened it: what we locked is nobody's
    file.truncate(0)
    since = time.strftime("%Y-%m-%d %H:%M:%S")
    file.write(f"process {os.getpid()} on {socket.gethostname()} since {since}".encode())
    file.flush()
    return RunLock(path, file)


def lock_path(directory: Path) -> Path:
    """Names the lock of a run.

    Args:
        directory: Path of the run's record, `<runs>/<notebook>/<key>`.

    Returns:
        Path of the lock's file, `<runs>/.locks/<notebook>-<key>`.
    """
    return directory.parents[1] / ".locks" / f"{directory.parent.name}-{directory.name}"


def is_held(path: Path) -> bool:
    """Says whether some process holds a lock, without taking it from anybody.

    Args:
        path: Path of its file.

    Returns:
        bool.
    """
    try:
        with path.open("rb") as file:
            return not _lock(file, shared=True)
    except FileNotFoundError:
        return False


def holder(path: Path) -> str:
    """Says who holds a lock.

    Args:
        path: Path of its file.

    Returns:
        str, such as "process 123 on hal since 2026-11-21 09:30:00".
    """
    try:
        return path.read_text() or "another process"
    except OSError:
        return "another process"


def _lock(file, shared: bool = False) -> bool:
    try:
        if os.name == "nt":
            file.seek(1 << 30)  # Windows locks bytes, and nobody may read those: one far behind the text
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
