"""The engine of one machine: a thread for each run in progress, behind which a worker process does the work."""

from collections import Counter
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

from fer_utils.batch.plan import PlannedRun
from fer_utils.batch.progress import Progress
from fer_utils.batch.room import Room, share_of
from fer_utils.batch.warm import PRELOADED, WarmParent, imports_libraries
from fer_utils.batch.worker_process import kernel_environment
from fer_utils.batch.workers import Workers


class LocalEngine:
    """Executes runs on this machine, as many at a time as have room.

    Args:
        runs: list of `PlannedRun` that will be executed.
        runs_root: Path of all run records.
        jobs: int. Runs at a time.
        cores: int. Cores of this machine that we may use.
        force: bool. Whether an old record is removed before its run.
        progress: `Progress`.
        warm: bool or tuple of str. Whether kernels are forked from a process that has imported what notebooks import;
            or the modules that it imports.
    """

    def __init__(
        self,
        runs: list[PlannedRun],
        runs_root: Path,
        jobs: int,
        cores: int,
        force: bool,
        progress: Progress,
        warm: bool | tuple[str, ...],
    ):
        threads = max(1, cores // jobs)
        parent = None
        # with a single run that imports for seconds nothing is saved
        if runs and warm and (warm is not True or sum(imports_libraries(run.notebook.code) for run in runs) > 1):
            [(usual, _)] = Counter(run.request.threads or threads for run in runs).most_common(1)
            environment = kernel_environment(runs[0], runs_root, usual)
            parent = WarmParent(environment, PRELOADED if warm is True else tuple(warm), progress.say)
        self._jobs, self._room = jobs, Room(max(cores, jobs))
        self._workers = Workers(runs_root, threads, force, progress.started, parent)
        self._pool = ThreadPoolExecutor(jobs, thread_name_prefix="ferbench")
        self._running = 0

    def submit(self, run: PlannedRun) -> Future | None:
        """Starts a run.

        Args:
            run: `PlannedRun`.

        Returns:
            Future of its `Outcome`, or None where there is no room at present.
        """
        if self._running >= self._jobs:
            return None
        variables = self._room.take(run.key, share_of(run))
        if variables is None:
            return None
        self._running += 1
        return self._pool.submit(self._workers.execute, run, variables)

    def ended(self, run: PlannedRun) -> None:
        """Takes note that a run's future is done."""
        self._running -= 1
        self._room.give_back(run.key)

    def stop(self) -> None:
        """Ends what is still running, and all processes of the engine."""
        self._workers.stop()
        self._pool.shutdown(wait=True, cancel_futures=True)
