"""Starting one worker process, forked or ordinary, and clearing away what a killed one left."""

import os
import re
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psutil

import fer_utils
from fer_utils.backend import backend_environment
from fer_utils.batch.execute import SOCKETS
from fer_utils.batch.plan import PlannedRun
from fer_utils.batch.warm import OWN, WarmParent
from fer_utils.batch.warm_worker import WarmWorker
from fer_utils.paths import socket_folder


def kernel_environment(run: PlannedRun, runs_root: Path, threads: int) -> dict[str, str]:
    """Variables that a kernel starts with, before it imports anything.

    Args:
        run: `PlannedRun`.
        runs_root: Path of all run records.
        threads: int. Threads for the kernel's numerical libraries.

    Returns:
        dict of str, of a whole environment.
    """
    package = str(Path(fer_utils.__file__).resolve().parents[1])  # kernels run the code that the key was made of
    environment = os.environ | backend_environment()
    environment.pop("MPLBACKEND", None)  # the kernel chooses its own way to draw
    return environment | {
        "FERBENCH_RUN_DIR": str(run.directory),
        "FERBENCH_RUN_KEY": run.key,
        "FERBENCH_RUNS": str(Path(runs_root).resolve()),
        "OMP_NUM_THREADS": str(threads),
        "TF_NUM_INTRAOP_THREADS": str(threads),
        "TF_NUM_INTEROP_THREADS": str(threads),
        "PYTHONPATH": os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")])),
    }


def start_worker(
    environment: dict[str, str], folder: Path, log, lock, warm: WarmParent | None
) -> subprocess.Popen | WarmWorker:
    """Starts a process that reads a job from its standard input and executes it.

    Args:
        environment: dict. Variables of its kernel, from `kernel_environment`.
        folder: Path. Its working directory.
        log: open file. Its output and its kernel's.
        lock: open file. The run stays locked until this worker is gone, too, where the runner is killed.
        warm: `WarmParent` to fork it; None starts it ordinarily, as does what the warm parent cannot do.

    Returns:
        The process.
    """
    worker = warm.fork(environment, folder, log, lock) if warm else None
    return worker or subprocess.Popen(
        [sys.executable, "-m", "fer_utils.batch.execute"],
        stdin=subprocess.PIPE,
        stdout=log,
        stderr=subprocess.STDOUT,
        env={name: value for name, value in environment.items() if name not in OWN},
        cwd=folder,
        start_new_session=True,  # Ctrl-C in the terminal reaches the runner alone
        pass_fds=() if os.name == "nt" else (lock.fileno(),),
    )


def clear_away(directory: Path) -> None:
    """Removes the sockets of a run that is over.

    Where they are still there, its worker was killed. Then its kernel is killed, too, before it can write a result that
    nobody has seen through; one that was forked has died with its worker already.

    Args:
        directory: Path of the run, which this process has locked.
    """
    for process in psutil.process_iter():
        try:
            if process.environ().get("FERBENCH_RUN_DIR") == str(directory) and process.pid != os.getpid():
                process.kill()
                process.wait(5)
        except psutil.Error:
            continue  # not ours, or gone already
    with suppress(OSError):
        sockets = Path((directory / SOCKETS).read_text())
        if sockets.parent == Path(socket_folder()) and re.fullmatch(r"fb-[0-9a-f]{8}", sockets.name):
            shutil.rmtree(sockets, ignore_errors=True)
    (directory / SOCKETS).unlink(missing_ok=True)
