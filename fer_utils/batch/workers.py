"""Worker processes: one for each run, held by a pipe, so that none outlives the runner."""

import json
import secrets
import shutil
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fer_utils.batch.execute import PARAMETERS, SOCKETS, tidy
from fer_utils.batch.failure import ERROR, LOG, if_disk_is_full, record_failure, signal_name
from fer_utils.batch.lock import RunLock, holder, take_lock
from fer_utils.batch.plan import IDENTITY, PlannedRun
from fer_utils.batch.room import share_of
from fer_utils.batch.warm import WarmParent
from fer_utils.batch.warm_worker import ORPHANED, WarmWorker
from fer_utils.batch.worker_process import clear_away, kernel_environment, start_worker
from fer_utils.paths import remove_unfinished, socket_folder, write_atomically
from fer_utils.runs import PENDING, RESULT
from fer_utils.runs.record import read_run

PATIENCE = 5.0  # seconds in which all workers must have gone when they are told to


@dataclass(frozen=True)
class Outcome:
    """How one planned run ended.

    Args:
        run: `PlannedRun`.
        state: str. "ok", "cached", "failed", "skipped" (failed earlier, and not retried), "blocked" (a run that it
            needs failed), "stopped" (by Ctrl-C) or "elsewhere" (another process executes it).
        seconds: float. Wall time in this campaign.
        error: dict. The content of `error.json` where it failed.
    """

    run: PlannedRun
    state: str
    seconds: float = 0.0
    error: dict | None = None


def lock_path(run: PlannedRun, runs_root: Path) -> Path:
    """Returns the file that a run's lock is held on."""
    return Path(runs_root) / ".locks" / f"{run.notebook.name}-{run.key}"


class Workers:
    """Starts one process a run and waits for it; can stop all of them.

    Args:
        runs_root: Path of all run records.
        threads: int. Threads of a kernel whose run does not say otherwise.
        force: bool. Whether an old record is removed before its run.
        started: function of a `PlannedRun`, called when its process is there.
        warm: `WarmParent`, which is closed when these are stopped; None starts every kernel ordinarily.
    """

    def __init__(self, runs_root: Path, threads: int, force: bool, started, warm: WarmParent | None = None):
        self._runs_root, self._threads, self._force, self._started = runs_root, threads, force, started
        self._warm = warm
        self._processes: set[subprocess.Popen | WarmWorker] = set()
        self._lock = threading.Lock()
        self._stopping = False

    def execute(self, run: PlannedRun, variables: dict[str, str]) -> Outcome:
        """Executes one run, unless another process does; every failure becomes an outcome.

        Args:
            run: `PlannedRun`.
            variables: dict. Variables that its kernel gets besides the usual ones.

        Returns:
            `Outcome`; its state is "elsewhere" where another process has locked the run.
        """
        path = lock_path(run, self._runs_root)
        lock = take_lock(path)
        if lock is None:
            return Outcome(run, "elsewhere", error={"message": holder(path)})
        try:
            if not self._force and read_run(run.directory).state == "ok":  # somebody else was faster
                return Outcome(run, "cached")
            return self._execute(run, lock, variables)
        finally:
            lock.release()

    def _execute(self, run: PlannedRun, lock: RunLock, variables: dict[str, str]) -> Outcome:
        started = time.monotonic()
        job = {
            "notebook": str(run.notebook.path),
            "key": run.key,
            "directory": str(run.directory),
            "parameters": run.parameters,
            "environment": kernel_environment(run, self._runs_root, run.request.threads or self._threads) | variables,
            "timeout": share_of(run).timeout,
            "sockets": str(Path(socket_folder()) / f"fb-{secrets.token_hex(4)}"),
        }
        try:
            status = self._work(run, job, lock)
            if status != 0:
                clear_away(run.directory)
            error = None
            if (run.directory / RESULT).exists():  # the worker saw the run through, whatever happened to it then
                tidy(run.directory)
            elif (error := _read_error(run.directory)) is None:
                if self._stopping:
                    return Outcome(run, "stopped")
                name = signal_name(status)
                message = f"The worker process ended with {name or f'exit status {status}'}; see {LOG}."
                if status == ORPHANED:
                    message = "The warm parent, which had forked the worker process, was killed or died."
                seconds = time.monotonic() - started
                error = record_failure(job, "WorkerDied", message, signal_name=name, seconds=seconds)
        except OSError as problem:  # disk full, or the folder went away: noted here, as nothing can be written there
            advice = if_disk_is_full(str(problem), run.directory) or f" The folder of this run is {run.directory}."
            message = f"{problem}.{advice}"
            error = {"type": type(problem).__name__, "message": message, "cell": None}
        return Outcome(run, "failed" if error else "ok", time.monotonic() - started, error)

    def stop(self) -> None:
        """Closes the lifeline of every worker, and kills those that do not go; the warm parent goes last."""
        with self._lock:
            self._stopping = True
            processes = list(self._processes)
        for process in processes:
            with suppress(OSError, ValueError):  # it is dead already, or is being written to
                process.stdin.close()
        end = time.monotonic() + PATIENCE
        for process in processes:
            try:
                process.wait(timeout=max(0.0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()  # its kernel sees that its parent is gone and ends within a second
        if self._warm:
            self._warm.close()

    def _work(self, run: PlannedRun, job: dict, lock: RunLock) -> int:
        """Prepares the directory and sees one worker through; returns its exit status."""
        if run.directory.exists():
            clear_away(run.directory)  # of a runner and worker that were both killed
        if self._force:
            shutil.rmtree(run.directory, ignore_errors=True)
        run.directory.mkdir(parents=True, exist_ok=True)
        for name in (RESULT, PENDING, ERROR):
            (run.directory / name).unlink(missing_ok=True)
        remove_unfinished(run.directory)
        write_atomically(run.directory / PARAMETERS, json.dumps(run.parameters, indent=1))
        write_atomically(run.directory / IDENTITY, json.dumps(run.identity, indent=1))
        (run.directory / SOCKETS).write_text(job["sockets"])
        if self._warm:
            self._warm.prepare()
        with (run.directory / LOG).open("w") as log:
            with self._lock:
                if self._stopping:
                    return -1
                process = start_worker(job["environment"], run.notebook.path.parent, log, lock, self._warm)
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
