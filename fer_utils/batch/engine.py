"""Runs a plan: an engine behind `concurrent.futures`, failures noted, everything stopped on Ctrl-C."""

import os
import tempfile
import time
from concurrent.futures import FIRST_COMPLETED, wait
from pathlib import Path

import psutil

from fer_utils.batch.blocked import record_blocked
from fer_utils.batch.execute import SOCKETS, tidy
from fer_utils.batch.local_engine import LocalEngine
from fer_utils.batch.lock import take_lock
from fer_utils.batch.plan import PlannedRun
from fer_utils.batch.progress import Progress
from fer_utils.batch.workers import Outcome, lock_path
from fer_utils.errors import RunError

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
    cluster: str | None = None,
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
        cluster: str or None. Address of a Dask scheduler, or path of a YAML file that says how to start a cluster; None
            executes on this machine.

    Returns:
        list of `Outcome`, in the order of the plan.

    Raises:
        RunError: the runs folder cannot be written to.
        ParameterError: the cluster cannot be reached, or is described in a wrong way.
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
    progress = progress or Progress(stream=None)
    if cluster and waiting:
        from fer_utils.batch.dask_engine import DaskEngine

        engine = DaskEngine(cluster, runs_root, jobs, force, progress, warm)
        jobs = engine.jobs
    else:
        jobs = jobs or default_jobs(len(waiting))
        engine = LocalEngine(waiting, runs_root, jobs, cores(), force, progress, warm)
    futures: dict = {}
    patience: dict[str, float] = {}  # key of a run that another process executes: when we look again
    try:
        progress.begin(waiting, jobs, cached=len(outcomes))
        while waiting or futures:
            for run in list(waiting):
                needed = [outcomes.get(key) for key in run.needs]
                broken = next((o for o in needed if o and o.state not in ("ok", "cached")), None)
                if broken:
                    error = record_blocked(run, broken.run, broken.state)
                    outcomes[run.key] = Outcome(run, "blocked", error=error)
                    progress.ended(outcomes[run.key])
                    waiting.remove(run)
                elif all(needed) and time.monotonic() >= patience.get(run.key, 0):
                    future = engine.submit(run)
                    if future is not None:
                        waiting.remove(run)
                        futures[future] = run
            if futures:
                done, _ = wait(futures, timeout=1.0, return_when=FIRST_COMPLETED)
            else:
                done = ()
                time.sleep(0.2 if waiting else 0)  # all that is left runs elsewhere
            for future in done:
                run = futures.pop(future)
                engine.ended(run)
                outcome = _outcome(future, run)
                if outcome.state == "elsewhere":
                    progress.elsewhere(run, outcome.error["message"])
                    patience[run.key] = time.monotonic() + 0.5
                    waiting.append(run)
                else:
                    outcomes[run.key] = outcome
                    progress.ended(outcome)
    finally:
        try:
            engine.stop()  # nothing is left to stop unless we were interrupted
        finally:
            progress.close()
    return [outcomes[run.key] for run in plan]


def _outcome(future, run: PlannedRun) -> Outcome:
    """The outcome of a run; a failure of the engine is one of the run: the campaign goes on."""
    try:
        return future.result()
    except Exception as error:
        message = f"The engine lost the run: {error}"
        return Outcome(run, "failed", error={"type": type(error).__name__, "message": message, "cell": None})


def _tidy(run: PlannedRun, runs_root: Path) -> None:
    """Removes what a finished run needs no more, where its worker was killed before it could."""
    left = any((run.directory / name).exists() for name in ("checkpoints", SOCKETS))
    if left and (lock := take_lock(lock_path(run, runs_root))):
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
