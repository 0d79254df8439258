"""Draws the items of a twin, in this process or in several; the results come in the order of the items."""

import multiprocessing
from collections import deque
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path

import cv2

from fer_utils.datasets.synthetic.twins.ground_truth import as_csv
from fer_utils.datasets.synthetic.twins.twin import Twin
from fer_utils.errors import ParameterError
from fer_utils.processes import begin_process

AHEAD = 4  # items a process may be given before the first is collected; few, so that results do not pile up


def draw_items(twin: Twin, items: list, folder: Path, jobs: int) -> Iterator[tuple[str, str]]:
    """Draws all items.

    Args:
        twin: `Twin`.
        items: list. `twin.items()`.
        folder: Path. Where the twin writes its files.
        jobs: int. Processes at a time; 1 draws in this one.

    Yields:
        str, str: header and lines of the ground truth, item by item, in their order.

    Raises:
        ParameterError: a process was killed, as it is where memory runs out.
    """
    if jobs == 1 or len(items) == 1:
        threads = cv2.getNumThreads()
        cv2.setNumThreads(1)
        try:
            for item in items:
                yield _draw(twin, item, folder)
        finally:
            cv2.setNumThreads(threads)
    else:
        yield from _draw_apart(twin, items, folder, min(jobs, len(items)))


def _draw(twin: Twin, item, folder: Path) -> tuple[str, str]:
    return as_csv(twin.draw(item, folder))  # as text, which is several times smaller than numbers


def _draw_apart(twin: Twin, items: list, folder: Path, jobs: int) -> Iterator[tuple[str, str]]:
    others = set(multiprocessing.active_children())
    left, running = iter(items), deque()
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), begin_process) as pool:
        try:
            for _ in items:
                while len(running) < AHEAD * jobs and (item := next(left, None)) is not None:
                    running.append(pool.submit(_draw, twin, item, folder))
                yield running.popleft().result()
        except BaseException as error:  # GeneratorExit among them: nobody waits for what is still being drawn
            pool.shutdown(wait=False, cancel_futures=True)
            for child in set(multiprocessing.active_children()) - others:
                child.terminate()
            if isinstance(error, BrokenProcessPool):
                raise ParameterError(
                    f"{twin.name}: a process that draws was killed, perhaps because memory ran out. Try again with "
                    f"fewer than {jobs} processes (--jobs)."
                ) from error
            raise
