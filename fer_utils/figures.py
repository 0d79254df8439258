"""Figures of the notebooks: one plot style, and every picture with a text that says what it shows."""

import html
import io
import re
from dataclasses import dataclass, field

import matplotlib
import numpy as np
import pandas as pd
import seaborn
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

STYLE = {
    "font.size": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.alpha": 0.3,
    "svg.fonttype": "none",  # text stays text: it can be read aloud, searched and scaled
    "svg.hashsalt": "ferbench",  # the same figure gives the same bytes
    "font.family": "sans-serif",
}
DASHES = ("-", "--", "-.", ":")


@dataclass(frozen=True)
class Picture:
    """An SVG with its description; notebooks and reports show it as an accessible HTML figure.

    Attributes:
        svg: str. The drawing.
        alt: str. What it shows, in words.
    """

    svg: str = field(repr=False)  # executed notebooks would hold it twice
    alt: str

    def _repr_html_(self) -> str:
        text = html.escape(self.alt, quote=True)
        return f'<figure role="img" aria-label="{text}">{self.svg}<figcaption>{text}</figcaption></figure>'


def picture(figure: Figure, alt: str) -> Picture:
    """Turns a matplotlib figure into a picture.

    Args:
        figure: `matplotlib.figure.Figure`.
        alt: str. What it shows, in one or two sentences.

    Returns:
        `Picture`.
    """
    buffer = io.StringIO()
    with matplotlib.rc_context(STYLE):
        figure.savefig(buffer, format="svg", bbox_inches="tight", metadata={"Date": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]  # without the XML head, so that it can stand inside HTML
    width = re.search(r'width="([\d.]+)pt"', svg)
    return Picture(svg.replace("<svg ", f'<svg style="max-width:100%;height:auto" data-pt="{width[1]}" ', 1), alt)


def face_grid(images: np.ndarray, titles, columns: int = 7, alt: str = "", points=None, width: float = 1.25) -> Picture:
    """Shows faces side by side.

    Args:
        images: uint8 array (n, height, width, 1 or 3), or a sequence of n such pictures.
        titles: sequence of str, one a face.
        columns: int. Faces in a row.
        alt: str. What the reader should see; by default the list of titles.
        points: sequence of n float arrays (k, 2), or of None. Landmarks in pixels that are drawn on top.
        width: float. Inches that each face takes.

    Returns:
        `Picture`.
    """
    with matplotlib.rc_context(STYLE):
        rows = -(-len(images) // columns)
        caption = 0.1 + 0.14 * (1 + max((title.count("\n") for title in titles), default=0))  # inches over a face
        figure = Figure(figsize=(width * columns, (width + caption) * rows))
        figure.subplots_adjust(left=0, right=1, bottom=0, top=1 - caption / (width + caption) / rows, wspace=0.05)
        figure.subplots_adjust(hspace=caption / width)
        for i, (image, title) in enumerate(zip(images, titles, strict=True)):
            axes = figure.add_subplot(rows, columns, i + 1)
            axes.imshow(image.squeeze(), cmap="gray", vmin=0, vmax=255, interpolation="none")
            if points is not None and points[i] is not None:
                axes.autoscale(False)  # points outside leave the picture as it is
                axes.scatter(*np.transpose(points[i]), s=3, c="#ffd000", edgecolors="black", linewidths=0.3)
            axes.set_title(title, fontsize=8)
            axes.axis("off")
    return picture(figure, alt or "Faces: " + ", ".join(title.replace("\n", " ") for title in titles) + ".")


def curves_over_time(
    panels,
    alt: str,
    marks=None,
    ylabel: str = "intensity",
    top: float | None = None,
    bottom: float | None = 0.0,
    xlabel: str = "seconds",
) -> Picture:
    """Plots what changes in time, one panel a recording, side by side with one scale.

    Args:
        panels: mapping from a panel's title to (seconds, curves); curves map a name to a float array like seconds.
        alt: str. What the curves show.
        marks: mapping from a panel's title to float array. Seconds at which a vertical line is drawn.
        ylabel: str. Name of what is plotted.
        top: float. Upper end of the vertical axis; None for as high as the curves go.
        bottom: float. Its lower end; None for as low as the curves go.
        xlabel: str. What the horizontal axis counts.

    Returns:
        `Picture`.
    """
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(4.5 * len(panels), 2.8))
        first = None
        for position, (title, (seconds, curves)) in enumerate(panels.items()):
            axes = figure.add_subplot(1, len(panels), position + 1, sharex=first, sharey=first)
            first = first or axes
            for line, (name, values) in enumerate(curves.items()):
                axes.plot(seconds, values, DASHES[line % len(DASHES)], label=name)
            for second in (marks or {}).get(title, ()):
                axes.axvline(second, color="gray", linewidth=0.6)
            axes.set_title(title)
            axes.set_xlabel(xlabel)
            axes.set_ylabel(ylabel)
            axes.set_ylim(bottom, top)
        first.legend(frameon=False, fontsize=8)
    return picture(figure, alt)


def interval_plot(table: pd.DataFrame, value: str, xlabel: str, alt: str, limit: float | None = None) -> Picture:
    """Plots shares with their intervals, one row a group, so that groups can be compared.

    Args:
        table: DataFrame indexed by (condition, group), with the columns `value`, `value`_low and `value`_high in 0-1.
        value: str. Name of the column.
        xlabel: str. Name of what is plotted, in percent.
        alt: str. What it shows.
        limit: float. A share at which a dashed line is drawn, such as the value over all.

    Returns:
        `Picture`.
    """
    names = [f"{condition}: {group}" if group else condition for condition, group in table.index]
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(6.5, 0.6 + 0.2 * len(table)))
        axes = figure.add_subplot()
        places = np.arange(len(table))[::-1]
        axes.hlines(places, 100 * table[f"{value}_low"], 100 * table[f"{value}_high"], linewidth=2)
        axes.plot(100 * table[value], places, "o", markersize=4)
        if limit is not None:
            axes.axvline(100 * limit, color="gray", linestyle="--", linewidth=0.8)
        axes.set_yticks(places, names)
        axes.set_xlabel(xlabel)
    return picture(figure, alt)


def learning_curves(history: pd.DataFrame, alt: str = "") -> Picture:
    """Plots accuracy and loss over epochs, training beside validation.

    Args:
        history: DataFrame as `fer_utils.training.fit.fit` returns it.
        alt: str. By default the best validation accuracy in words.

    Returns:
        `Picture`.
    """
    best = history.loc[history["val_accuracy"].idxmax()]
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(9, 3))
        for position, quantity in enumerate(("accuracy", "loss")):
            axes = figure.add_subplot(1, 2, position + 1)
            for line, (column, name) in enumerate(((quantity, "training"), (f"val_{quantity}", "validation"))):
                axes.plot(history["epoch"], history[column], DASHES[line], marker="os"[line], markersize=3, label=name)
            axes.set_xlabel("epoch")
            axes.xaxis.set_major_locator(MaxNLocator(integer=True))
            axes.set_ylabel(quantity)
            axes.legend(frameon=False)
    return picture(
        figure,
        alt
        or f"Learning curves over {len(history)} epochs: validation accuracy is highest in epoch {int(best['epoch'])} "
        f"({best['val_accuracy']:.1%}).",
    )


def confusion_picture(confusion: np.ndarray, classes, alt: str = "") -> Picture:
    """Draws a confusion matrix with count and row rate printed in every cell.

    Args:
        confusion: int array (K, K) or (K, K + 1); rows true, columns predicted, the extra column "not detected".
        classes: sequence of str.
        alt: str. By default the recall of every class in words.

    Returns:
        `Picture`.
    """
    confusion = np.asarray(confusion)
    names = [*classes, "not detected"][: confusion.shape[1]]
    if confusion.shape[1] > len(classes) and not confusion[:, -1].any():
        confusion, names = confusion[:, :-1], list(classes)
    rate = confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)
    with matplotlib.rc_context(STYLE | {"axes.grid": False}):
        figure = Figure(figsize=(1.1 + 0.85 * len(names), 0.9 + 0.6 * len(classes)))
        axes = figure.add_subplot()
        cells = [
            [f"{n:,}\n{share:.0%}" for n, share in zip(*row, strict=True)] for row in zip(confusion, rate, strict=True)
        ]
        options = {"cmap": "Blues", "vmin": 0, "vmax": 1, "cbar": False, "annot_kws": {"fontsize": 8}}
        seaborn.heatmap(
            rate, annot=np.array(cells), fmt="", xticklabels=names, yticklabels=list(classes), ax=axes, **options
        )
        axes.tick_params(axis="x", rotation=30)
        axes.tick_params(axis="y", rotation=0)
        axes.set_xlabel("predicted")
        axes.set_ylabel("true")
    recalls = ", ".join(f"{name} {rate[i, i]:.0%}" for i, name in enumerate(classes))
    return picture(figure, alt or f"Confusion matrix. Share of each class that was recognized: {recalls}.")
