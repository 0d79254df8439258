"""The runner's side of the warm parent: starts it, asks it for workers, and knows where it cannot be used."""

import os
import re
import socket
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

from fer_utils.batch.warm_worker import WarmWorker

# What the notebooks import, by name: this floor imports neither models nor training.
PRELOADED = (
    *("numpy", "pandas", "scipy.stats", "matplotlib.pyplot", "cv2", "sklearn.ensemble", "sklearn.svm", "keras"),
    *("fer_utils.datasets", "fer_utils.protocol", "fer_utils.evaluation.tables", "fer_utils.figures"),
    *("fer_utils.runs.start", "fer_utils.models.pixel_classifiers", "fer_utils.training.fit"),
)
OWN = ("FERBENCH_RUN_DIR", "FERBENCH_RUN_KEY")  # variables that each kernel has of its own; no library reads them
LIBRARY_THREADS = "OPENBLAS_NUM_THREADS"  # 1 while importing: OpenBLAS starts its threads when it is loaded
FIGURES = "module://matplotlib_inline.backend_inline"  # what ipykernel chooses before a notebook imports Matplotlib
READY = b"ready"
MESSAGE = 4096  # bytes, at most, of one message
LIVES = 3  # how often it is started again where somebody kills it


class WarmParent:
    """A process that has imported what notebooks import, and forks workers in a moment.

    Args:
        environment: dict. Variables of the kernels that it can start; libraries read them while they are imported.
        modules: tuple of str. What it imports.
        say: function of one line for the user.
    """

    def __init__(self, environment: dict[str, str], modules: tuple[str, ...] = PRELOADED, say=lambda words: None):
        self._environment, self._modules, self._say = shared(environment), modules, say
        self._starting = threading.Lock()
        self._process: subprocess.Popen | None = None
        self._control: socket.socket | None = None
        self._lives = LIVES if forking_is_possible(environment) else 0

    def prepare(self) -> None:
        """Starts it where it does not live, and waits for its imports."""
        with self._starting:
            if self._alive() or self._lives <= 0:
                return
            if self._control is not None:
                self._control.close()
            self._lives -= 1
            words = b""
            self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "fer_utils.batch.fork_server", str(theirs.fileno()), *self._modules],
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env={**self._environment, LIBRARY_THREADS: "1", "MPLBACKEND": FIGURES},
                    start_new_session=True,  # Ctrl-C in the terminal reaches the runner alone
                    pass_fds=(theirs.fileno(),),
                )
            with suppress(OSError):
                words = self._control.recv(MESSAGE)
                if words == READY:
                    return
            self._process.kill()
            self._process.wait()
            if words:
                self._lives = 0
            if self._lives == 0:
                self._say(f"kernels are started ordinarily, not forked: {words.decode() or 'the warm parent died'}")

    def fork(self, environment: dict[str, str], folder: Path, log, lock) -> WarmWorker | None:
        """Asks for a worker.

        Args:
            environment: dict. Variables of the worker's kernel.
            folder: Path. The worker's working directory.
            log: open file. Its output and its kernel's.
            lock: open file. The lock of its run, which it holds as long as it lives.

        Returns:
            `WarmWorker`; None where a worker must be started ordinarily.
        """
        if shared(environment) != self._environment or not self._alive():
            return None
        theirs, ours = os.pipe()
        listening, report = os.pipe()
        try:
            files = [theirs, log.fileno(), report, lock.fileno()]
            socket.send_fds(self._control, [os.fsencode(folder)], files)
        except OSError:  # it died since
            os.close(listening)
            os.close(ours)
            return None
        finally:
            os.close(theirs)
            os.close(report)
        return WarmWorker.answering(ours, listening)

    @property
    def closed(self) -> bool:
        """Whether `close` was called: it is not started again."""
        return self._lives < 0

    def _alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def close(self) -> None:
        """Ends it; its workers have ended, or end with it."""
        self._lives = -1
        while not self._starting.acquire(timeout=0.1):
            if self._process is not None:
                self._process.kill()  # it imports, and has no workers
        if self._control is not None:
            self._control.close()
        self._starting.release()
        if self._process is None:
            return
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def shared(environment: dict[str, str]) -> dict[str, str]:
    """The part of an environment that must be the same for all kernels of one warm parent."""
    return {name: value for name, value in environment.items() if name not in OWN}


def imports_libraries(code: tuple[str, ...]) -> bool:
    """Whether a notebook imports something that takes seconds: our own package, or Keras.

    Args:
        code: tuple of str. Sources of its code cells.

    Returns:
        bool.
    """
    return any(re.search(r"^\s*(import|from)\b.*\b(fer_utils|keras|tensorflow)\b", source, re.M) for source in code)


def forking_is_possible(environment: dict[str, str]) -> bool:
    """Whether a process that has imported the libraries can be forked.

    Args:
        environment: dict. Variables of the kernels.

    Returns:
        bool. On Linux, with TensorFlow. On macOS system libraries do not survive a fork, and Windows has none.
    """
    if not sys.platform.startswith("linux") or environment.get("KERAS_BACKEND") != "tensorflow":
        return False
    try:
        os.close(os.pidfd_open(os.getpid()))
    except (OSError, AttributeError):  # Linux before 5.3
        return False
    return True
