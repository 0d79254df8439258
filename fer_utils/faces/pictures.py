"""Pictures of the steps between a photograph and what a model sees: boxes, landmarks, tracks and chosen frames."""

from collections.abc import Mapping, Sequence

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from fer_utils.faces.detection import Detection
from fer_utils.faces.tracking import TrackedFace
from fer_utils.figures import STYLE, Picture, picture

MARKS = (("o", "#ffd000"), ("X", "#00b7ff"), ("s", "#ff6fb5"))  # shape and color tell the same
COLORS = "#ffd000", "#00b7ff", "#ff6fb5", "#7dff6f"
DARK, LIGHT, BETWEEN = "#1f4e79", "#dddddd", "#7fb2dd"


def beside(pictures: Sequence[np.ndarray], gray: int = 128) -> np.ndarray:
    """Lays gray pictures side by side into one, all standing on its lower edge.

    Args:
        pictures: sequence of uint8 arrays (height, width); they may differ in size.
        gray: int. Gray level above the lower ones.

    Returns:
        uint8 array (greatest height, sum of the widths).
    """
    height = max(len(part) for part in pictures)
    filled = [np.pad(part, ((height - len(part), 0), (0, 0)), constant_values=gray) for part in pictures]
    return np.hstack(filled)


def marked_faces(
    pictures: Sequence[np.ndarray],
    titles: Sequence[str],
    boxes: Sequence[Sequence[tuple[str, Detection]]] | None = None,
    points: Mapping[str, Sequence] | None = None,
    columns: int = 4,
    width: float = 2.2,
    alt: str = "",
) -> Picture:
    """Shows pictures with boxes and several kinds of landmarks on top.

    Args:
        pictures: sequence of uint8 arrays (height, width) or (height, width, 3), of one shape.
        titles: sequence of str, one a picture.
        boxes: for each picture a sequence of (what is written at the box, `Detection`); None for no boxes.
        points: mapping from a name, such as "truth", to one float array (k, 2) in pixels, or None, for each picture. At
            most three names; with more than one there is a legend.
        columns: int. Pictures in a row.
        width: float. Inches that each picture takes.
        alt: str. What the reader should see; by default the list of titles.

    Returns:
        `Picture`.
    """
    rows, high = -(-len(pictures) // columns), len(pictures[0]) / pictures[0].shape[1]
    with matplotlib.rc_context(STYLE):
        caption = 0.1 + 0.16 * (1 + max(title.count("\n") for title in titles))  # inches over a picture
        figure = Figure(figsize=(width * columns, (width * high + caption) * rows))
        grid = figure.subplots(rows, columns, squeeze=False).ravel()
        edges = {"left": 0, "right": 1, "bottom": 0, "top": 1 - caption / (width * high + caption) / rows}
        figure.subplots_adjust(**edges, wspace=0.05, hspace=caption / (width * high))
        for axes in grid:
            axes.axis("off")
        for i, (axes, shown, title) in enumerate(zip(grid, pictures, titles, strict=False)):
            axes.imshow(shown.squeeze(), cmap="gray", vmin=0, vmax=255, interpolation="none")
            axes.autoscale(False)  # what lies outside leaves the picture as it is
            axes.set_title(title, fontsize=8)
            for number, (text, box) in enumerate(boxes[i] if boxes else ()):
                _box(axes, box, text, COLORS[number % len(COLORS)])
            for (name, each), (marker, color) in zip((points or {}).items(), MARKS, strict=False):
                if each[i] is not None:
                    look = {
                        "s": 9 if len(each[i]) > 10 else 25,
                        "marker": marker,
                        "c": color,
                        "edgecolors": "black",
                        "linewidths": 0.3,
                    }
                    axes.scatter(*np.transpose(each[i]), label=name, **look)
        lines = [axes.get_legend_handles_labels() for axes in grid]
        known = {name: handle for handles, names in lines for handle, name in zip(handles, names, strict=True)}
        if len(known) > 1:
            options = {"loc": "upper center", "bbox_to_anchor": (0.5, 0), "ncols": 3, "markerscale": 2}
            figure.legend(known.values(), known.keys(), frameon=True, facecolor="#eeeeee", fontsize=9, **options)
    return picture(figure, alt or "Faces: " + ", ".join(title.replace("\n", " ") for title in titles) + ".")


def _box(axes, box: Detection, text: str, color: str) -> None:
    corner = box.left - 0.5, box.top - 0.5  # the center of the first pixel is (0, 0) in the plot
    axes.add_patch(
        matplotlib.patches.Rectangle(corner, box.width, box.height, fill=False, edgecolor=color, linewidth=1.6)
    )
    back = {"facecolor": "black", "edgecolor": "none", "alpha": 0.75, "pad": 1}
    axes.text(*corner, text, color=color, fontsize=8, va="bottom", bbox=back, clip_on=True)


def tracks_over_time(followed: Sequence[Sequence[TrackedFace]], alt: str, times: Mapping[str, int] | None = None):
    """Plots which face is known in which frame, and where the detector was asked and found it.

    Args:
        followed: for each frame its faces, as `FaceTracker.follow` yields them.
        alt: str. What it shows.
        times: mapping from a word to the frame at which it is written, such as when somebody leaves.

    Returns:
        `Picture`.
    """
    ids = sorted({face.id for faces in followed for face in faces})
    places = {True: ([], []), False: ([], [])}
    for frame, faces in enumerate(followed):
        for face in faces:
            places[face.detected][0].append(frame)
            places[face.detected][1].append(face.id)
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(9, 0.9 + 0.35 * len(ids)))
        axes = figure.add_subplot()
        axes.plot(*places[False], "|", color=BETWEEN, markersize=10, markeredgewidth=2, label="tracked")
        axes.plot(*places[True], "s", color=DARK, markersize=7, label="found by the detector")
        for word, frame in (times or {}).items():
            axes.axvline(frame - 0.5, color="gray", linestyle="--", linewidth=0.8)
            axes.annotate(word, (frame - 0.5, 1.02), xycoords=("data", "axes fraction"), fontsize=8, ha="center")
        axes.set_yticks(ids, [f"id {number}" for number in ids])
        axes.set_ylim(-0.6, max(ids, default=0) + 0.6)
        axes.set_xlim(-1, len(followed))
        axes.set_xlabel("frame")
        axes.grid(axis="y", visible=False)
        axes.legend(loc="center left", bbox_to_anchor=(1, 0.5), frameon=False, fontsize=8)
    return picture(figure, alt)


def frame_choices(clips: Mapping[str, tuple], alt: str) -> Picture:
    """Plots which frames of a clip each way of choosing takes, with the apex marked.

    Args:
        clips: mapping from a clip's name to (number of frames, range of the frames at the apex, choices). Choices map
            the name of a way to its frames, int array (n,), or to a list of such arrays, groups whose colors alternate.
        alt: str. What it shows.

    Returns:
        `Picture`. At the right of each row, how many different frames are used, and whether the apex is.
    """
    heights = [len(choices) for _, _, choices in clips.values()]
    with matplotlib.rc_context(STYLE | {"axes.grid": False}):
        figure = Figure(figsize=(9, 0.3 * sum(heights) + 0.9 * len(clips)))
        grid = figure.subplots(len(clips), 1, squeeze=False, height_ratios=heights).ravel()
        figure.subplots_adjust(hspace=2.4 / np.mean(heights))
        for axes, (title, (count, apex, choices)) in zip(grid, clips.items(), strict=True):
            for row, chosen in enumerate(choices.values()):
                groups = chosen if isinstance(chosen, list) else [chosen]
                axes.barh([row] * count, 0.8, left=np.arange(count) - 0.4, height=0.5, color=LIGHT)
                for number, group in enumerate(groups):
                    color = BETWEEN if number % 2 else DARK
                    axes.barh([row] * len(group), 0.8, left=np.asarray(group) - 0.4, height=0.7, color=color)
                used = np.unique(np.concatenate(groups))
                text = f"{len(used)} of {count}, " + (
                    "with the apex" if np.isin(apex, used).any() else "WITHOUT the apex"
                )
                axes.annotate(text, (1.01, row), xycoords=("axes fraction", "data"), va="center", fontsize=8)
            axes.axvspan(apex[0] - 0.5, apex[-1] + 0.5, color="#c00000", fill=False, linewidth=1.2)
            middle = (apex[0] + apex[-1]) / 2
            axes.annotate("apex", (middle, 1.02), xycoords=("data", "axes fraction"), color="#c00000", ha="center")
            axes.set_yticks(range(len(choices)), list(choices), fontsize=9)
            axes.set_xlim(-1, count)
            axes.set_ylim(len(choices) - 0.4, -0.6)
            axes.set_title(title, fontsize=10, loc="left", pad=14)
        grid[-1].set_xlabel("frame")
    return picture(figure, alt)


def point_panels(panels: Mapping[str, Mapping], alt: str, width: float = 2.8) -> Picture:
    """Plots sets of points, one panel beside the other, each with its own scale.

    Args:
        panels: mapping from a panel's title to a mapping from names to float arrays (k, 2), x to the right, y downward.
        alt: str. What it shows.
        width: float. Inches that each panel takes.

    Returns:
        `Picture`.
    """
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(width * len(panels), 1.15 * width), layout="constrained")
        for position, (title, sets) in enumerate(panels.items()):
            axes = figure.add_subplot(1, len(panels), position + 1)
            for (name, points), marker in zip(sets.items(), "ox+s", strict=False):
                axes.plot(*np.transpose(points), marker, markersize=4 if len(points) > 1 else 10, label=name, alpha=0.8)
            axes.set_aspect("equal")
            axes.invert_yaxis()
            axes.set_title(title, fontsize=9)
        handles, names = figure.axes[0].get_legend_handles_labels()
        figure.legend(handles, names, loc="outside lower center", ncols=4, frameon=False, fontsize=9)
    return picture(figure, alt)
