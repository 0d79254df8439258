"""Runs a plan: local worker processes behind `concurrent.futures`, failures noted, everything stopped on Ctrl-C."""

import os
import tempfile
import time
from collections import Counter
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from pathlib import Path

import psutil

from fer_utils.batch.execute import tidy
from fer_utils.batch.lock import holder, take_lock
from fer_utils.batch.plan import PlannedRun
from fer_utils.batch.progress import Progress
from fer_utils.batch.warm import PRELOADED, WarmParent, imports_libraries
from fer_utils.batch.worker_process import kernel_environment
from fer_utils.batch.workers import Outcome, Workers
from fer_utils.errors import RunError
from fer_utils.runs.record import read_run

MEMORY_PER_WORKER = 1.5 * 2**30  # bytes; TensorFlow, a small network and its data

PROBE = 2**20  # bytes; about what a small run stores. On a full disk an empty file can still be made


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


def execute_plan(
    plan: list[PlannedRun],
    runs_root: Path,
    jobs: int | None = None,
    force: bool = False,
    retry_failed: bool = True,
    progress: Progress | None = None,
    warm: bool | tuple[str, ...] = True,
) -> list[Outcome]:
    """Executes what is not there yet; goes on after failures.

    A run that another process is executing is waited for, while others go on; it is not executed twice.

    Args:
        plan: list of `PlannedRun`, needed runs first.
        runs_root: Path of all run records; made where it does not exist.
        jobs: int or None. Workers at a time; None chooses from cores and memory.
        force: bool. Runs what is cached, too; its old record is removed first.
        retry_failed: bool. Runs again what failed earlier.
        progress: `Progress` or None.
        warm: bool or tuple of str. Whether kernels are forked from a process that has imported what notebooks import;
            or the modules that it imports. It is there only where it saves time, and where forking is safe.

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
            _tidy(run, runs_root)
            outcomes[run.key] = Outcome(run, "cached")
        elif run.state == "failed" and not retry_failed and not force:
            outcomes[run.key] = Outcome(run, "skipped", error={"message": run.reason})
        else:
            waiting.append(run)
    jobs = jobs or default_jobs(len(waiting))
    threads = max(1, cores() // jobs)
    progress = progress or Progress(stream=None)
    progress.begin(waiting, jobs, cached=len(outcomes))
    parent = _warm_parent(waiting, runs_root, threads, progress, warm)
    workers = Workers(runs_root, threads, force, progress.started, parent)
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
                elif all(needed) and len(futures) < jobs:
                    lock = take_lock(_lock_path(run, runs_root))
                    if lock is None:
                        progress.elsewhere(run, holder(_lock_path(run, runs_root)))
                        continue
                    waiting.remove(run)
                    if not force and read_run(run.directory).state == "ok":  # somebody else was faster
                        lock.release()
                        outcomes[run.key] = Outcome(run, "cached")
                        progress.ended(outcomes[run.key])
                    else:
                        futures[pool.submit(workers.execute, run, lock)] = run
            if futures:
                done, _ = wait(futures, timeout=1.0, return_when=FIRST_COMPLETED)
            else:
                done = ()
                time.sleep(0.2 if waiting else 0)  # all that is left runs elsewhere
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


def _lock_path(run: PlannedRun, runs_root: Path) -> Path:
    return Path(runs_root) / ".locks" / f"{run.notebook.name}-{run.key}"


def _warm_parent(runs: list[PlannedRun], runs_root: Path, threads: int, progress: Progress, warm) -> WarmParent | None:
    """The process that forks kernels, not started yet; None where it would not save time."""
    if warm is True and sum(imports_libraries(run.notebook.code) for run in runs) < 2:
        return None
    if not warm or not runs:
        return None
    modules = PRELOADED if warm is True else tuple(warm)
    [(usual, _)] = Counter(run.request.threads or threads for run in runs).most_common(1)
    return WarmParent(kernel_environment(runs[0], runs_root, usual), modules, progress.say)


def _tidy(run: PlannedRun, runs_root: Path) -> None:
    """Removes the checkpoints of a finished run whose worker was killed before it could."""
    if (run.directory / "checkpoints").exists() and (lock := take_lock(_lock_path(run, runs_root))):
        tidy(run.directory)
        lock.release()


def _check_writable(folder: Path) -> None:
    """Refuses a runs folder that cannot be written to, before anything starts."""
    try:
        Path(folder).mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder) as probe:
            probe.write(bytes(PROBE))
            probe.flush()
            os.fsync(probe.fileno())
    except OSError as error:
        raise RunError(
            f"{folder}: the runs folder cannot be written to ({error.strerror}). "
            "Set FERBENCH_RUNS to a folder of yours with free space."
        ) from error
