"""A plot small enough that a page holds hundreds: axes, lines and dots as plain SVG that the page's style colors."""

from collections.abc import Sequence
from dataclasses import dataclass

from fer_utils.report.html import Fragment, escape, tag

BELOW, BESIDE = 34, 46  # room for ticks and names of the axes, in units of the drawing


@dataclass(frozen=True)
class Panel:
    """The area of one plot and what it shows.

    Attributes:
        left: float. Left edge of the area in the drawing; `BESIDE` is needed before it.
        width: float. Its width.
        height: float. Its height; `BELOW` is needed under it.
        x: (float, float). Values at its left and right edge.
        y: (float, float). Values at its lower and upper edge.
        top: float. Upper edge of the area.
    """

    left: float
    width: float
    height: float
    x: tuple[float, float]
    y: tuple[float, float]
    top: float = 10

    def place(self, x: float, y: float) -> tuple[float, float]:
        """Returns where in the drawing a point lies."""
        across, up = ((value - low) / (high - low) for value, (low, high) in ((x, self.x), (y, self.y)))
        return self.left + across * self.width, self.top + (1 - up) * self.height

    def axes(self, xlabel: str, ylabel: str, xticks: Sequence[float], yticks: Sequence[float]) -> str:
        """Draws both axes with their names and ticks."""
        bottom = self.top + self.height
        parts = [f'<path d="M{self.left} {self.top}V{bottom}H{self.left + self.width}" class="axis"/>']
        for tick in xticks:
            parts.append(_text(self.place(tick, self.y[0])[0], bottom + 13, f"{tick:g}", "middle"))
        for tick in yticks:
            parts.append(_text(self.left - 5, self.place(self.x[0], tick)[1] + 3.5, f"{tick:g}", "end"))
        middle = self.top + self.height / 2
        turned = f'transform="translate({self.left - 33:.0f} {middle:.0f}) rotate(-90)" text-anchor="middle"'
        parts.append(f"<text {turned}>{escape(ylabel)}</text>")
        return "".join([*parts, _text(self.left + self.width / 2, bottom + 28, xlabel, "middle")])

    def line(self, points: Sequence[tuple[float, float]], class_: str) -> str:
        """Draws a line through points."""
        placed = " ".join(f"{x:.1f} {y:.1f}" for x, y in (self.place(*point) for point in points))
        return f'<path d="M{placed}" class="{class_}"/>'

    def dot(self, x: float, y: float, radius: float) -> str:
        """Draws a dot; the radius is in units of the drawing."""
        across, down = self.place(x, y)
        return f'<circle cx="{across:.1f}" cy="{down:.1f}" r="{radius:.1f}"/>'

    def named_line(self, row: int, name: str, class_: str) -> str:
        """Draws a short line with its name in the lower right corner, the first row at the bottom."""
        right, y = self.left + self.width, self.top + self.height - 10 - 14 * row
        sample = f'<path d="M{right - 26:.0f} {y:.0f}H{right:.0f}" class="{class_}"/>'
        return sample + _text(right - 31, y + 3.5, name, "end")


def svg(marks: Sequence[str], width: float, height: float) -> Fragment:
    """Puts marks into an SVG, which the page scales; its description stands around it.

    Args:
        marks: sequence of str. SVG.
        width: float. In units of the drawing.
        height: float.

    Returns:
        `Fragment`.
    """
    box = f'viewBox="0 0 {width:.0f} {height:.0f}" style="max-width:{1.6 * width:.0f}px"'
    return Fragment(f'<svg class="plot" {box} aria-hidden="true" focusable="false">{"".join(marks)}</svg>')


def drawing(svgs: Sequence[Fragment], alt: str) -> Fragment:
    """Shows SVGs side by side, or below each other on a narrow page, with one text for those who do not see them.

    Args:
        svgs: sequence of `Fragment`.
        alt: str. What they show, in words.

    Returns:
        `Fragment`.
    """
    return tag("div", *svgs, role="img", aria_label=alt, class_="drawing")


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'
