"""A reliability curve as a small drawing: dots on the diagonal are answers as sure as they may be."""

import math

import pandas as pd

from fer_utils.report.html import Fragment
from fer_utils.report.panel import BELOW, BESIDE, Panel, drawing, svg

SIDE = 200  # of the square plot
TICKS = (0, 25, 50, 75, 100)
LARGEST, SMALLEST = 9, 2.5  # radius of a dot


def reliability_drawing(curve: pd.DataFrame, alt: str) -> Fragment:
    """Draws one reliability curve.

    Args:
        curve: DataFrame as `reliability` returns it.
        alt: str. What it shows, in words.

    Returns:
        `Fragment`. The area of a dot is the share of answers; a line is the 95 % interval.
    """
    panel = Panel(BESIDE, SIDE, SIDE, x=(0, 100), y=(0, 100))
    marks = [panel.axes("confidence, %", "right, %", TICKS, TICKS), panel.line([(0, 0), (100, 100)], "chance")]
    filled = curve[curve["n"] > 0]
    for row in filled.itertuples():
        x, low, high = 100 * row.confidence, 100 * row.accuracy_low, 100 * row.accuracy_high
        if not math.isnan(low):
            marks.append(panel.line([(x, low), (x, high)], "range"))
        radius = max(LARGEST * math.sqrt(row.n / filled["n"].sum()), SMALLEST)
        marks.append(panel.dot(x, 100 * row.accuracy, radius))
    return drawing([svg(marks, BESIDE + SIDE + 14, panel.top + SIDE + BELOW)], alt)
