"""Runs a plan: local worker processes behind `concurrent.futures`, failures noted, everything stopped on Ctrl-C."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

import psutil

import fer_utils
from fer_utils.batch.execute import ERROR, PARAMETERS, RESULT, record_failure, signal_name
from fer_utils.batch.plan import IDENTITY, PlannedRun
from fer_utils.batch.progress import Progress
from fer_utils.errors import RunError
from fer_utils.paths import write_atomically

MEMORY_PER_WORKER = 1.5 * 2**30  # bytes; TensorFlow, a small network and its data


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


def cores() -> int:
    """Number of cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def default_jobs(runs: int) -> int:
    """Chooses how many notebooks run at once: a worker a core on small machines, two cores a worker on larger ones.

    Args:
        runs: int. How many there are to execute.

    Returns:
        int. At least one; no more than there are runs, nor than the free memory holds.
    """
    usual = cores() if cores() <= 4 else cores() // 2
    return max(1, min(usual, runs, int(psutil.virtual_memory().available // MEMORY_PER_WORKER)))


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
    return {
        "FERBENCH_RUN_DIR": str(run.directory),
        "FERBENCH_RUN_KEY": run.key,
        "FERBENCH_RUNS": str(Path(runs_root).resolve()),
        "KERAS_BACKEND": os.environ.get("KERAS_BACKEND") or "tensorflow",
        "OMP_NUM_THREADS": str(threads),
        "TF_NUM_INTRAOP_THREADS": str(threads),
        "TF_NUM_INTEROP_THREADS": str(threads),
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "TF_FORCE_GPU_ALLOW_GROWTH": "true",
        "XLA_PYTHON_CLIENT_PREALLOCATE": "false",
        "PYTHONPATH": os.pathsep.join(filter(None, [package, os.environ.get("PYTHONPATH")])),
    }


def execute_plan(
    plan: list[PlannedRun],
    runs_root: Path,
    jobs: int | None = None,
    force: bool = False,
    retry_failed: bool = True,
    progress: Progress | None = None,
) -> list[Outcome]:
    """Executes what is not there yet; goes on after failures.

    Args:
        plan: list of `PlannedRun`, needed runs first.
        runs_root: Path of all run records; made where it does not exist.
        jobs: int or None. Workers at a time; None chooses from cores and memory.
        force: bool. Runs what is cached, too; its old record is removed first.
        retry_failed: bool. Runs again what failed earlier.
        progress: `Progress` or None.

    Returns:
        list of `Outcome`, in the order of the plan.

    Raises:
        RunError: the runs folder cannot be written to.
        KeyboardInterrupt: after all workers and kernels are dead.
    """
    _check_writable(runs_root)
    outcomes: dict[str, Outcome] = {}
    waiting = []
    for run in plan:
        if run.state == "cached" and not force:
            outcomes[run.key] = Outcome(run, "cached")
        elif run.state == "failed" and not retry_failed and not force:
            outcomes[run.key] = Outcome(run, "skipped", error={"message": run.reason})
        else:
            waiting.append(run)
    jobs = jobs or default_jobs(len(waiting))
    threads = max(1, cores() // jobs)
    progress = progress or Progress(stream=None)
    progress.begin(waiting, jobs, cached=len(outcomes))
    workers = _Workers(runs_root, threads, force, progress)
    futures: dict = {}
    pool = ThreadPoolExecutor(jobs, thread_name_prefix="ferbench")
    try:
        while waiting or futures:
            for run in list(waiting):
                needed = [outcomes.get(key) for key in run.needs]
                broken = next((o for o in needed if o and o.state not in ("ok", "cached")), None)
                if broken:
                    message = f"blocked by {broken.run.label}, which {broken.state}"
                    outcomes[run.key] = Outcome(run, "blocked", error={"type": "Blocked", "message": message})
                    progress.ended(outcomes[run.key])
                    waiting.remove(run)
                elif all(needed):
                    futures[pool.submit(workers.execute, run)] = run
                    waiting.remove(run)
            done, _ = wait(futures, timeout=1.0, return_when=FIRST_COMPLETED)
            for future in done:
                run = futures.pop(future)
                outcomes[run.key] = future.result()
                progress.ended(outcomes[run.key])
            progress.tick()
    finally:
        workers.stop()  # nothing to stop unless we were interrupted
        pool.shutdown(wait=True, cancel_futures=True)
        progress.close()
    return [outcomes[run.key] for run in plan]


class _Workers:
    """Starts one process a run and waits for it; can stop all of them."""

    def __init__(self, runs_root: Path, threads: int, force: bool, progress: Progress):
        self._runs_root, self._threads, self._force, self._progress = runs_root, threads, force, progress
        self._processes: set[subprocess.Popen] = set()
        self._lock = threading.Lock()
        self._stopping = False

    def execute(self, run: PlannedRun) -> Outcome:
        """Executes one run; every failure becomes an outcome."""
        started = time.monotonic()
        job = {
            "notebook": str(run.notebook.path),
            "key": run.key,
            "directory": str(run.directory),
            "parameters": run.parameters,
            "environment": kernel_environment(run, self._runs_root, run.request.threads or self._threads),
            "timeout": run.request.timeout,
        }
        try:
            status = self._work(run, job)
            if self._stopping and status != 0:
                (run.directory / RESULT).unlink(missing_ok=True)  # not seen through to the end
                return Outcome(run, "stopped")
            error = None
            if status != 0:
                error = _read_error(run.directory)
                if error is None:
                    _kill_orphans(run.directory)
                    name = signal_name(status)
                    message = f"The worker process ended with {name or f'exit status {status}'}; see run.log."
                    seconds = time.monotonic() - started
                    error = record_failure(job, "WorkerDied", message, signal_name=name, seconds=seconds)
        except OSError as problem:  # disk full, or the folder went away: noted here, as nothing can be written there
            error = {"type": type(problem).__name__, "message": str(problem), "cell": None}
        return Outcome(run, "failed" if error else "ok", time.monotonic() - started, error)

    def stop(self) -> None:
        """Closes the lifeline of every worker, and kills those that do not go."""
        with self._lock:
            self._stopping = True
            processes = list(self._processes)
        for process in processes:
            process.stdin.close()
        for process in processes:
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:
                process.kill()  # its kernel sees that its parent is gone and ends within a second

    def _work(self, run: PlannedRun, job: dict) -> int:
        """Prepares the directory and sees one worker through; returns its exit status."""
        if self._force:
            shutil.rmtree(run.directory, ignore_errors=True)
        run.directory.mkdir(parents=True, exist_ok=True)
        for name in (RESULT, ERROR):
            (run.directory / name).unlink(missing_ok=True)
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
                )
                self._processes.add(process)
            self._progress.started(run)
            try:
                process.stdin.write((json.dumps(job) + "\n").encode())
                process.stdin.flush()
                return process.wait()
            except (BrokenPipeError, ValueError):  # the worker died at once, or we are stopping
                return process.wait()
            finally:
                with self._lock:
                    self._processes.discard(process)
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


def _check_writable(folder: Path) -> None:
    """Refuses a runs folder that cannot be written to, before anything starts."""
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        write_atomically(Path(folder) / ".writable", "")
        (Path(folder) / ".writable").unlink()
    except OSError as error:
        raise RunError(
            f"{folder}: the runs folder cannot be written to ({error.strerror}). "
            "Set FERBENCH_RUNS to a folder of yours with free space."
        ) from error
