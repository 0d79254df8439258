"""What is to be seen of a campaign at one moment; `live_view` draws it."""

from dataclasses import dataclass

from fer_utils.batch.curves import Curve


@dataclass(frozen=True)
class Row:
    """A run in progress.

    Args:
        label: str. Its name for people.
        seconds: float. Since it began.
        left: float or None. Seconds that it still takes; None where nobody knows.
        curve: `Curve` or None. How far its training is.
    """

    label: str
    seconds: float
    left: float | None = None
    curve: Curve | None = None


@dataclass(frozen=True)
class Scene:
    """Everything in the picture.

    Args:
        rows: tuple of `Row`. What runs, or what ran when the campaign was stopped.
        seconds: float or None. Since the campaign began; None where runs are watched from another shell.
        left: float or None. Seconds that the campaign still takes; None where nobody knows.
        total: int. Runs that the campaign executes.
        done: int. Those that are finished.
        failed: int. Those that failed, or were not begun because of a failure.
        cached: int. Runs that were there already, besides.
        queue: tuple of str. Labels of the runs that may begin, the next one first.
        waits: tuple of (str, str). Labels of the runs that may not begin yet, and what each waits for.
        over: bool. Whether the campaign has ended, or was stopped.
    """

    rows: tuple[Row, ...]
    seconds: float | None = None
    left: float | None = None
    total: int = 0
    done: int = 0
    failed: int = 0
    cached: int = 0
    queue: tuple[str, ...] = ()
    waits: tuple[tuple[str, str], ...] = ()
    over: bool = False
