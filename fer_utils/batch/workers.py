"""Worker processes: one for each run, held by a pipe, so that none outlives the runner."""

import json
import os
import secrets
import shutil
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

import fer_utils
from fer_utils.backend import backend_environment
from fer_utils.batch.execute import ERROR, PARAMETERS, if_disk_is_full, record_failure, signal_name, tidy
from fer_utils.batch.lock import RunLock
from fer_utils.batch.plan import IDENTITY, PlannedRun
from fer_utils.paths import remove_unfinished, socket_folder, write_atomically
from fer_utils.runs import PENDING, RESULT


@dataclass(frozen=True)
class Outcome:
    """How one planned run ended.

    Args:
        run: `PlannedRun`.
        state: str. "ok", "cached", "failed", "skipped" (failed earlier, and not retried), "blocked" (a run that it
            needs failed) or "stopped" (by Ctrl-C).
        seconds: float. Wall time in this campaign.
        error: dict. The content of `error.json` where it failed.
    """

    run: PlannedRun
    state: str
    seconds: float = 0.0
    error: dict | None = None


def kernel_environment(run: PlannedRun, runs_root: Path, threads: int) -> dict[str, str]:
    """Variables that a kernel starts with, before it imports anything.

    Args:
        run: `PlannedRun`.
        runs_root: Path of all run records.
        threads: int. Threads for the kernel's numerical libraries.

    Returns:
        dict of str.
    """
    package = str(Path(fer_utils.__file__).resolve().parents[1])  # kernels run the code that the key was made of
    return backend_environment() | {
        "FERBENCH_RUN_DIR": str(run.directory),
        "FERBENCH_RUN_KEY": run.key,
        "FERBENCH_RUNS": str(Path(runs_root).resolve()),
        "OMP_NUM_THREADS": str(threads),
        "TF_NUM_INTRAOP_THREADS": str(threads),
        "TF_NUM_INTEROP_THREADS": str(threads),
        "PYTHONPATH": os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")])),
    }


class Workers:
    """Starts one process a run and waits for it; can stop all of them.

    Args:
        runs_root: Path of all run records.
        threads: int. Threads of a kernel whose run does not say otherwise.
        force: bool. Whether an old record is removed before its run.
        started: function of a `PlannedRun`, called when its process is there.
    """

    def __init__(self, runs_root: Path, threads: int, force: bool, started):
        self._runs_root, self._threads, self._force, self._started = runs_root, threads, force, started
        self._processes: set[subprocess.Popen] = set()
        self._lock = threading.Lock()
        self._stopping = False

    def execute(self, run: PlannedRun, lock: RunLock) -> Outcome:
        """Executes one run and releases its lock; every failure becomes an outcome."""
        try:
            return self._execute(run, lock)
        finally:
            lock.release()

    def _execute(self, run: PlannedRun, lock: RunLock) -> Outcome:
        started = time.monotonic()
        job = {
            "notebook": str(run.notebook.path),
            "key": run.key,
            "directory": str(run.directory),
            "parameters": run.parameters,
            "environment": kernel_environment(run, self._runs_root, run.request.threads or self._threads),
            "timeout": run.request.timeout,
            "sockets": str(Path(socket_folder()) / f"fb-{secrets.token_hex(4)}"),
        }
        try:
            status = self._work(run, job, lock)
            if status != 0:
                _kill_orphans(run.directory)
                shutil.rmtree(job["sockets"], ignore_errors=True)
            error = None
            if (run.directory / RESULT).exists():  # the worker saw the run through, whatever happened to it then
                tidy(run.directory)
            elif (error := _read_error(run.directory)) is None:
                if self._stopping:
                    return Outcome(run, "stopped")
                name = signal_name(status)
                message = f"The worker process ended with {name or f'exit status {status}'}; see run.log."
                seconds = time.monotonic() - started
                error = record_failure(job, "WorkerDied", message, signal_name=name, seconds=seconds)
        except OSError as problem:  # disk full, or the folder went away: noted here, as nothing can be written there
            advice = if_disk_is_full(str(problem), run.directory) or f" The folder of this run is {run.directory}."
            message = f"{problem}.{advice}"
            error = {"type": type(problem).__name__, "message": message, "cell": None}
        return Outcome(run, "failed" if error else "ok", time.monotonic() - started, error)

    def stop(self) -> None:
        """Closes the lifeline of every worker, and kills those that do not go."""
        with self._lock:
            self._stopping = True
            processes = list(self._processes)
        for process in processes:
            with suppress(OSError, ValueError):  # it is dead already, or is being written to
                process.stdin.close()
        for process in processes:
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()  # its kernel sees that its parent is gone and ends within a second

    def _work(self, run: PlannedRun, job: dict, lock: RunLock) -> int:
        """Prepares the directory and sees one worker through; returns its exit status."""
        if run.directory.exists():
            _kill_orphans(run.directory)  # of a runner and worker that were both killed
        if self._force:
            shutil.rmtree(run.directory, ignore_errors=True)
        run.directory.mkdir(parents=True, exist_ok=True)
        for name in (RESULT, PENDING, ERROR):
            (run.directory / name).unlink(missing_ok=True)
        remove_unfinished(run.directory)
        write_atomically(run.directory / PARAMETERS, json.dumps(run.parameters, indent=1))
        write_atomically(run.directory / IDENTITY, json.dumps(run.identity, indent=1))
        environment = {**os.environ, "PYTHONPATH": job["environment"]["PYTHONPATH"]}
        environment.pop("MPLBACKEND", None)  # the kernel chooses its own way to draw
        with (run.directory / "run.log").open("w") as log:
            with self._lock:
                if self._stopping:
                    return -1
                process = subprocess.Popen(
                    [sys.executable, "-m", "fer_utils.batch.execute"],
                    stdin=subprocess.PIPE,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    env=environment,
                    cwd=run.notebook.path.parent,
                    start_new_session=True,  # Ctrl-C in the terminal reaches the runner alone
                    # where the runner is killed, the run stays locked until the worker is gone, too
                    pass_fds=() if os.name == "nt" else (lock.fileno(),),
                )
                self._processes.add(process)
            self._started(run)
            try:
                process.stdin.write((json.dumps(job) + "\n").encode())
                process.stdin.flush()
                return process.wait()
            except (BrokenPipeError, ValueError):  # the worker died at once, or we are stopping
                return process.wait()
            finally:
                with self._lock:
                    self._processes.discard(process)
                with suppress(OSError):  # a worker that died before it read its job
                    process.stdin.close()


def _read_error(directory: Path) -> dict | None:
    try:
        return json.loads((directory / ERROR).read_text())
    except (OSError, ValueError):
        return None


def _kill_orphans(directory: Path) -> None:
    """Kills the kernel of a worker that died, before it can write a result that nobody has seen through."""
    for process in psutil.process_iter():
        try:
            environment = process.environ()
            if environment.get("FERBENCH_RUN_DIR") == str(directory) and process.pid != os.getpid():
                process.kill()
                process.wait(5)
                shutil.rmtree(environment.get("JUPYTER_RUNTIME_DIR", ""), ignore_errors=True)
        except psutil.Error:
            continue  # not ours, or gone already
