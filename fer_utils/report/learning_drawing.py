"""Learning curves as a small drawing: accuracy and loss, training beside validation."""

import numpy as np
import pandas as pd
from matplotlib.ticker import MaxNLocator

from fer_utils.report.html import Fragment
from fer_utils.report.panel import BELOW, BESIDE, Panel, drawing, svg

WIDTH, HEIGHT = 230, 150
LINES = {"": "training", "val_": "validation"}  # prefix of the column, and name and class of the line


def learning_drawing(history: pd.DataFrame, alt: str) -> Fragment:
    """Draws the learning curves of one training.

    Args:
        history: DataFrame with `epoch`, `accuracy`, `loss`, `val_accuracy` and `val_loss`, one row an epoch.
        alt: str. What they show, in words.

    Returns:
        `Fragment`. Validation is dashed, so that nobody needs to see colors.
    """
    plots = []
    for quantity in ("accuracy", "loss"):
        columns = [prefix + quantity for prefix in LINES]
        epochs, values = _ticks(history["epoch"], whole=True), _ticks(history[columns])
        panel = Panel(BESIDE, WIDTH, HEIGHT, x=(epochs[0], epochs[-1]), y=(values[0], values[-1]))
        marks = [panel.axes("epoch", quantity, epochs, values)]
        for row, (column, name) in enumerate(zip(columns, LINES.values(), strict=True)):
            known = history[["epoch", column]].replace([np.inf, -np.inf], np.nan).dropna()
            if len(known):
                marks.append(panel.line(list(known.itertuples(index=False)), name))
            if quantity == "accuracy":
                marks.append(panel.named_line(1 - row, name, name))
        plots.append(svg(marks, BESIDE + WIDTH + 14, panel.top + HEIGHT + BELOW))
    return drawing(plots, alt)


def _ticks(values: pd.DataFrame | pd.Series, whole: bool = False) -> np.ndarray:
    """Chooses round numbers around all values, at least two."""
    found = values.to_numpy(float)
    found = found[np.isfinite(found)]
    low, high = (found.min(), found.max()) if len(found) else (0, 1)
    if whole:
        low -= low == high
    return MaxNLocator(5, steps=(1, 2, 5, 10), integer=whole, min_n_ticks=2).tick_values(low, high + (low == high))
