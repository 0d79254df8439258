"""Drawing on several cores: which number of processes is worth starting, and results in order whatever the number."""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from types import ModuleType

import cv2

from fer_utils.errors import ParameterError

MOST = 61  # Windows waits for no more at once
WORTHWHILE = 10.0  # seconds of drawing on one core; a new process first imports NumPy, pandas and OpenCV for a second


def process_count(seconds: float) -> int:
    """Chooses how many processes draw; the result is the same with any number.

    Args:
        seconds: float. About how long drawing would take on one core.

    Returns:
        int. What the variable `FERBENCH_JOBS` says. Without it 1 for what is soon drawn, else the cores that this
        process may use, or `OMP_NUM_THREADS` if that is less: then other runs have the other cores.

    Raises:
        ParameterError: `FERBENCH_JOBS` is not a positive number.
    """
    if multiprocessing.current_process().daemon:
        return 1  # such a process, a data loader's worker for instance, may not start others
    named = os.environ.get("FERBENCH_JOBS", "")
    if named:
        if not named.isdecimal() or int(named) < 1:
            raise ParameterError(f"FERBENCH_JOBS={named}: expected a whole number of processes of at least 1.")
        return int(named)
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    threads = os.environ.get("OMP_NUM_THREADS", "")
    share = min(cores, int(threads)) if threads.isdecimal() and int(threads) else cores
    return share if seconds > WORTHWHILE else 1


def map_in_order(function: Callable, items: Iterable, processes: int) -> Iterator:
    """Applies a function to items, in processes of their own where several are asked for.

    Args:
        function: picklable function of one item.
        items: iterable.
        processes: int. 1 works in this process.

    Yields:
        The results in the order of the items.
    """
    items = list(items)
    done = 0
    # Killed for lack of memory, or the system allows no processes: what is left is done here.
    with suppress(BrokenProcessPool, NotImplementedError, OSError):
        for result in _in_processes(function, items, processes):
            done += 1
            yield result
    yield from map(function, items[done:])


def _in_processes(function: Callable, items: list, processes: int) -> Iterator:
    processes = min(processes, len(items), MOST)
    if processes < 2:
        return
    # Spawned, not forked: a copy of a process in which TensorFlow runs threads may hang.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes, context, initializer=begin_process)
    try:
        with _without_main():
            results = pool.map(function, items)
        yield from results
    finally:
        pool.shutdown(cancel_futures=True)  # also where the reader stops early, by Ctrl-C for instance


@contextmanager
def _without_main():
    """Hides the running script: spawned processes would import it, and without a guard it would run in each of them."""
    main = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = main


def begin_process() -> None:
    """Prepares a process that draws: one thread, deaf to Ctrl-C (its parent hears it), gone when the parent is."""
    cv2.setNumThreads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    multiprocessing.parent_process().join()
    os._exit(1)
