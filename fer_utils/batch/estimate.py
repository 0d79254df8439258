"""How long a plan will take, from what earlier runs of the same kind took."""

from collections.abc import Sequence

from fer_utils.batch.plan import PlannedRun


def total_seconds(todo: Sequence[PlannedRun], jobs: int) -> tuple[float, int]:
    """Estimates the wall time of what is to be executed.

    Args:
        todo: sequence of `PlannedRun`, needed runs first.
        jobs: int. Notebooks at a time.

    Returns:
        (seconds, unknown): the least time that runs with an estimate take, all cores busy, though never less than the
        longest chain of runs that need each other; and how many runs have no estimate.
    """
    chain: dict[str, float] = {}  # seconds from the start until a run is done
    for run in todo:
        before = max((chain.get(key, 0.0) for key in run.needs), default=0.0)
        chain[run.key] = before + (run.expected_seconds or 0.0)
    work = sum(run.expected_seconds or 0.0 for run in todo)
    unknown = sum(run.expected_seconds is None for run in todo)
    return max([work / jobs, *chain.values()], default=0.0), unknown
