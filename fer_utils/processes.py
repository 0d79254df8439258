"""Drawing on several cores: which number of processes is worth starting, and results in order whatever the number."""

import multiprocessing
import os
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from itertools import chain, islice
from types import ModuleType

import cv2

from fer_utils.errors import ParameterError

MOST = 61  # Windows waits for no more at once
AHEAD = 4  # results a process that may wait for an earlier one, so that memory stays bounded
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
    """Applies a function to items, in this process and in others beside it where several are asked for.

    Args:
        function: picklable function of one item. It is sent to each process once, so that it may carry large things.
        items: iterable. It is read only a few items ahead of what is yielded, so that items may be large.
        processes: int. How many work at a time; 1 is this process alone.

    Yields:
        The results in the order of the items.
    """
    items, waiting = iter(items), deque()

    def taken():
        for item in items:
            waiting.append(item)
            yield item

    with suppress(BrokenProcessPool):  # what is left is done here
        for result in _in_processes(function, taken(), min(processes, MOST)):
            waiting.popleft()
            yield result
    yield from map(function, chain(waiting, items))


def _in_processes(function: Callable, items: Iterator, processes: int) -> Iterator:
    """Shares items out while they are worked on: a process that is faster, or was there earlier, works on more."""
    first = list(islice(items, 2))
    if processes < 2 or len(first) < 2:
        return
    items, results, others = chain(first, items), deque(), processes - 1
    with _plain_start():
        # Spawned, not forked: a copy of a process in which TensorFlow runs threads may hang.
        pool = ProcessPoolExecutor(
            others, multiprocessing.get_context("spawn"), initializer=_begin, initargs=(function,)
        )
    try:
        while True:
            room, given = len(results) < AHEAD * processes, sum(not result.done() for result in results)
            own = [(item, Future()) for item in islice(items, 1 if room else 0)]
            results.extend(future for _, future in own)
            more = list(islice(items, max(0, 2 * others - given) if room else 0))  # one in work, one to go on with
            with _plain_start():
                results.extend(pool.submit(_apply, item) for item in more)
            for item, future in own:  # this process works, too: the others take a second or two to start
                future.set_result(function(item))
            if not results:
                return
            if not own:
                wait([results[0]])
            while results and results[0].done():
                yield results.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)  # also where the reader stops early, by Ctrl-C for instance


@contextmanager
def _plain_start():
    """Lets processes start with one thread for matrices, and without the script: they would import and run it.

    Raises:
        BrokenProcessPool: the system allows no processes, or they were killed, for lack of memory for instance.
    """
    main, threads = sys.modules["__main__"], os.environ.get("OMP_NUM_THREADS")
    sys.modules["__main__"], os.environ["OMP_NUM_THREADS"] = ModuleType("__main__"), "1"
    try:
        yield
    except (NotImplementedError, OSError) as error:
        raise BrokenProcessPool("no processes can be started") from error
    finally:
        sys.modules["__main__"] = main
        if threads is None:
            del os.environ["OMP_NUM_THREADS"]
        else:
            os.environ["OMP_NUM_THREADS"] = threads


def begin_process() -> None:
    """Prepares a process that draws: one thread, deaf to Ctrl-C (its parent hears it), gone when the parent is."""
    cv2.setNumThreads(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _begin(function: Callable) -> None:
    """Keeps the function in the new process."""
    begin_process()
    _apply.function = function


def _apply(item):
    return _apply.function(item)


def _end_with_parent() -> None:
    multiprocessing.parent_process().join()
    os._exit(1)
