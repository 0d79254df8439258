"""The engine of a cluster: Dask brings each run to a machine, which executes it as the local engine does.

All machines see the same runs folder and the same package. Nothing but the run's description and its outcome travels;
what counts is on disk. A lost machine, or a lost driver, costs what was running there.
"""

import os
import threading
from concurrent.futures import Future
from pathlib import Path

from fer_utils.batch.cluster import connect
from fer_utils.batch.plan import PlannedRun
from fer_utils.batch.progress import Progress
from fer_utils.batch.room import share_of
from fer_utils.batch.warm import PRELOADED, WarmParent, imports_libraries
from fer_utils.batch.worker_process import kernel_environment
from fer_utils.batch.workers import Outcome, Workers

OURS = ("KERAS_BACKEND", "FERBENCH_")  # variables of the driver that runs get on other machines, too
# Of this process, on a machine of the cluster:
_in_progress: set[Workers] = set()
_parents: list[WarmParent] = []  # one at most
_lock = threading.Lock()


class DaskEngine:
    """Executes runs on a Dask cluster.

    A run that wants a GPU goes to Dask workers that were started with `--resources "GPU=1"`; each thread of a Dask
    worker executes one run at a time.

    Args:
        where: str. Address of a scheduler, or path of a YAML file, see `connect`.
        runs_root: Path of all run records, at the same place on all machines.
        jobs: int or None. Runs at a time; None for as many as the cluster's workers have threads.
        force: bool. Whether an old record is removed before its run.
        progress: `Progress`.
        warm: bool or tuple of str. Whether kernels are forked, or the modules that are imported before.

    Attributes:
        jobs: int. Runs at a time, as far as it is known now.
    """

    def __init__(
        self,
        where: str,
        runs_root: Path,
        jobs: int | None,
        force: bool,
        progress: Progress,
        warm: bool | tuple[str, ...],
    ):
        self._client, self._cluster = connect(where)
        self._wanted, self._progress = jobs, progress
        self._settings = {"runs_root": Path(runs_root).resolve(), "force": force, "warm": warm}
        self._settings["variables"] = {name: value for name, value in os.environ.items() if name.startswith(OURS)}
        self._futures: set[Future] = set()

    @property
    def jobs(self) -> int:
        """Runs at a time, as far as it is known now; clusters grow and shrink."""
        return self._wanted or max(1, sum(self._client.nthreads().values()))

    def submit(self, run: PlannedRun) -> Future | None:
        """Gives a run to the cluster.

        Args:
            run: `PlannedRun`.

        Returns:
            Future of its `Outcome`, or None where enough are there.
        """
        self._futures = {future for future in self._futures if not future.done()}
        if len(self._futures) >= self.jobs:
            return None
        gpu = share_of(run).gpu
        resources = {"resources": {"GPU": gpu}} if gpu else {}
        executor = self._client.get_executor(pure=False, **resources)
        future = executor.submit(execute_here, run, **self._settings)
        self._futures.add(future)
        self._progress.started(run)
        return future

    def ended(self, run: PlannedRun) -> None:
        """Takes note that a run's future is done; Dask knows already."""

    def stop(self) -> None:
        """Stops what is still running on all machines, and the cluster where it is ours."""
        unfinished = [future for future in self._futures if not future.done()]
        for future in unfinished:
            future.cancel()  # those that wait; what runs is stopped where it runs
        if unfinished:
            self._client.run(stop_here)
        self._client.close()
        if self._cluster is not None:
            self._cluster.close()


def execute_here(
    run: PlannedRun, runs_root: Path, force: bool, warm: bool | tuple[str, ...], variables: dict[str, str]
) -> Outcome:
    """Executes a run on the machine that this is called on.

    Args:
        run: `PlannedRun`.
        runs_root: Path of all run records.
        force: bool. Whether an old record is removed first.
        warm: bool or tuple of str. Whether its kernel is forked, or the modules that are imported before.
        variables: dict. Variables that its kernel gets besides those of this machine.

    Returns:
        `Outcome`.
    """
    threads = run.request.threads or share_of(run).cpus
    parent = None
    if warm and (warm is not True or imports_libraries(run.notebook.code)):
        environment = kernel_environment(run, runs_root, threads) | variables
        parent = _warm_parent(environment, PRELOADED if warm is True else tuple(warm))
    workers = Workers(runs_root, threads, force, lambda run: None, parent)
    with _lock:
        _in_progress.add(workers)
    try:
        return workers.execute(run, variables)
    finally:
        with _lock:
            _in_progress.discard(workers)


def stop_here() -> None:
    """Stops all runs of this process."""
    with _lock:
        found = list(_in_progress)
    for workers in found:
        workers.stop()


def _warm_parent(environment: dict[str, str], modules: tuple[str, ...]) -> WarmParent:
    """The warm parent of this process; it starts kernels of another environment ordinarily."""
    with _lock:
        if not _parents or _parents[0].closed:
            _parents[:] = [WarmParent(environment, modules)]
        return _parents[0]
