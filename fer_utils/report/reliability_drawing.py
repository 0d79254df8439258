"""A reliability curve as a small drawing: dots on the diagonal are answers as sure as they may be."""

import math

import pandas as pd

from fer_utils.report.html import Fragment, escape, tag

SIDE, LEFT, TOP = 200, 46, 10  # of the square plot, in units of the drawing
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
    filled = curve[curve["n"] > 0]
    marks = "".join(_axes()) + "".join(_dot(row, filled["n"].sum()) for row in filled.itertuples())
    width, height = LEFT + SIDE + 14, TOP + SIDE + 38
    svg = f'<svg class="reliability" viewBox="0 0 {width} {height}" aria-hidden="true" focusable="false">{marks}</svg>'
    return tag("div", Fragment(svg), role="img", aria_label=alt)


def _axes():
    yield f'<path d="M{LEFT} {TOP}V{TOP + SIDE}H{LEFT + SIDE}" class="axis"/>'
    yield f'<path d="M{LEFT} {TOP + SIDE}L{LEFT + SIDE} {TOP}" class="chance"/>'
    for tick in TICKS:
        x, y = _place(tick / 100, tick / 100)
        yield f'<text x="{x:.0f}" y="{TOP + SIDE + 14}" text-anchor="middle">{tick}</text>'
        yield f'<text x="{LEFT - 5}" y="{y + 3.5:.1f}" text-anchor="end">{tick}</text>'
    yield f'<text x="{LEFT + SIDE / 2:.0f}" y="{TOP + SIDE + 31}" text-anchor="middle">confidence, %</text>'
    middle = TOP + SIDE / 2
    yield f'<text transform="translate(12 {middle:.0f}) rotate(-90)" text-anchor="middle">{escape("right, %")}</text>'


def _dot(row, answers: int) -> str:
    x, y = _place(row.confidence, row.accuracy)
    radius = max(LARGEST * math.sqrt(row.n / answers), SMALLEST)
    interval = ""
    if not math.isnan(row.accuracy_low):
        (_, low), (_, high) = _place(0, row.accuracy_low), _place(0, row.accuracy_high)
        interval = f'<path d="M{x:.1f} {low:.1f}V{high:.1f}" class="range"/>'
    return f'{interval}<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}"/>'


def _place(confidence: float, accuracy: float) -> tuple[float, float]:
    return LEFT + SIDE * confidence, TOP + SIDE * (1 - accuracy)
