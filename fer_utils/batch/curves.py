"""How far the training of a run is: from the learning curve that it writes beside its checkpoints."""

import json
import math
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from fer_utils.batch.execute import PARAMETERS

MOST = 2**20  # bytes; a learning curve of a thousand epochs has a tenth of that
METRICS = ("val_accuracy", "val_macro_f1", "val_loss")  # the first that is there is shown; else any other "val_..."
RECENT = 5  # epochs whose pace counts


@dataclass(frozen=True)
class Curve:
    """The learning curve that a run wrote last.

    Args:
        training: str. Which training of the run, such as "net-fold0-seed0".
        epoch: int. Finished epochs.
        epochs: int or None. How many there will be; None where nobody knows.
        metric: str. Name of a measure on validation; "" where there is none.
        value: float. What it was after the last epoch; NaN where there is none.
        seconds_left: float or None. What this training still takes at its present pace.
    """

    training: str
    epoch: int
    epochs: int | None
    metric: str = ""
    value: float = math.nan
    seconds_left: float | None = None

    def __str__(self) -> str:
        """How far it is, such as "epoch 7 of 24 (net-fold0-seed0)"."""
        whole = "" if self.epochs is None else f" of {self.epochs}"
        return f"epoch {self.epoch}{whole} ({self.training})"


def read_curve(directory: Path) -> Curve | None:
    """Reads the learning curve that a run wrote last.

    Args:
        directory: Path of the run's record.

    Returns:
        `Curve`; None where there is none, or none that can be read: it may be in pieces, or vanish while we look.
    """
    try:
        curves = {path: path.stat() for path in (directory / "checkpoints").glob("**/history.csv")}
        if not curves:
            return None
        path = max(curves, key=lambda path: curves[path].st_mtime)
        if curves[path].st_size > MOST:
            return None
        header, *lines = path.read_text(encoding="utf-8").splitlines() or [""]
        wanted = json.loads((directory / PARAMETERS).read_text(encoding="utf-8")).get("epochs")
    except (OSError, ValueError, AttributeError):
        return None
    if not lines:
        return None
    training = path.parent.relative_to(directory / "checkpoints").as_posix()
    # below another training's folder a schedule is tried out, for fewer epochs
    epochs = wanted if type(wanted) is int and "/" not in training else None
    names, last = header.split(","), _numbers(header, lines[-1])
    metric = next((name for name in (*METRICS, *names) if name.startswith("val_") and name in last), "")
    paces = [_numbers(header, line).get("seconds", math.nan) for line in lines[-RECENT:]]
    left = None if epochs is None else max(0, epochs - len(lines)) * median(paces)
    left = left if left is not None and math.isfinite(left) else None
    return Curve(training, len(lines), epochs, metric, last.get(metric, math.nan), left)


def _numbers(header: str, line: str) -> dict[str, float]:
    """A line of a table by columns; what is no number is left out."""
    found = {}
    for name, text in zip(header.split(","), line.split(","), strict=False):
        try:
            found[name] = float(text)
        except ValueError:
            continue
    return found
