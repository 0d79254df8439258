"""The pictures of a data card: bars of the classes, faces of each, the same picture twice, votes beside labels."""

import matplotlib
import numpy as np
import pandas as pd
import seaborn
from matplotlib.figure import Figure

from fer_utils.datasets.face_table import FaceTable
from fer_utils.figures import STYLE, Picture, face_grid, picture

HATCHES = ("", "///", "...", "xxx", "---")  # parts can be told apart in print, too
NOT_PARTS = ("all", "share", "sequences")


def balance_bars(balance: pd.DataFrame) -> Picture:
    """Draws how many rows each emotion has, with the number at the end of its bar.

    Args:
        balance: DataFrame of `class_balance`.

    Returns:
        `Picture`; each part of the owners' split is a piece of the bar.
    """
    parts = [column for column in balance if column not in NOT_PARTS] or ["all"]
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(8, 0.9 + 0.36 * len(balance)))
        axes = figure.add_subplot()
        places, left = np.arange(len(balance))[::-1], np.zeros(len(balance))
        for number, part in enumerate(parts):
            style = {"hatch": HATCHES[number % len(HATCHES)], "edgecolor": "white", "height": 0.72}
            axes.barh(places, balance[part], left=left, label=part, **style)
            left += balance[part].to_numpy(float)
        for place, count, share in zip(places, balance["all"], balance["share"], strict=True):
            axes.annotate(f" {count:,} ({share:.1%})", (count, place), va="center", fontsize=9)
        axes.set_yticks(places, balance.index)
        axes.set_xlim(0, 1.18 * balance["all"].max())
        axes.set_xlabel("rows of the table")
        axes.grid(axis="y", visible=False)
        if len(parts) > 1:
            axes.legend(frameon=False, fontsize=9, loc="upper left", bbox_to_anchor=(1, 1))
    most, least = balance["all"].idxmax(), balance["all"].idxmin()
    words = f"most frequent is {most} ({balance.loc[most, 'all']:,}), rarest {least} ({balance.loc[least, 'all']:,})"
    if balance["all"].nunique() == 1:
        words = f"all have the same number ({balance.loc[most, 'all']:,})"
    return picture(figure, f"Rows of each emotion: {words}.")


def example_faces(table: FaceTable, each: int = 7, seed: int = 0) -> Picture:
    """Shows faces of each emotion, drawn at random: one emotion a line.

    Args:
        table: `FaceTable`.
        each: int. Faces of an emotion.
        seed: int. Another seed shows others.

    Returns:
        `Picture`.
    """
    random, shown, titles = np.random.default_rng(seed), [], []
    for emotion in sorted(set(table.label)):
        rows = np.flatnonzero(table.label == emotion)
        rows = np.sort(random.permutation(rows)[:each])
        shown += [np.asarray(table.images[int(table.rows["image"].iloc[row])]) for row in rows]
        titles += [emotion] * len(rows)
        blank = each - len(rows)  # so that each emotion has a line of its own
        shown, titles = shown + [np.full_like(shown[-1], 255)] * blank, titles + [""] * blank
    return face_grid(shown, titles, columns=each, alt=f"{each} faces of each emotion, drawn at random.")


def near_pictures(table: FaceTable, pairs: pd.DataFrame, most: int = 6) -> Picture:
    """Shows pairs of pictures that are nearly the same, side by side.

    Args:
        table: `FaceTable`.
        pairs: DataFrame `i, j, zncc, mirrored`; its first rows are shown.
        most: int. Pairs at most.

    Returns:
        `Picture`; above each picture its label, above the second how alike they are.
    """
    shown, titles = [], []
    for pair in pairs.head(most).itertuples():
        for row in (pair.i, pair.j):
            shown.append(np.asarray(table.images[int(table.rows["image"].iloc[row])]))
        alike = f"{pair.zncc:.3f}" + (", mirrored" if pair.mirrored else "")
        titles += [str(table.label[pair.i]), f"{table.label[pair.j]}\n{alike}"]
    return face_grid(shown, titles, columns=6, alt=f"{len(shown) // 2} pairs of nearly equal pictures, side by side.")


def duplicate_pictures(table: FaceTable, groups: pd.DataFrame, most: int = 8) -> Picture:
    """Shows one picture of each group of identical ones, with all labels and parts that it has.

    Args:
        table: `FaceTable`.
        groups: DataFrame of `duplicate_groups`; its first rows are shown.
        most: int. Groups at most.

    Returns:
        `Picture`; the members of a group are the same picture, so one of them is enough.
    """
    chosen = groups.head(most)
    shown = [np.asarray(table.images[int(table.rows["image"].iloc[rows[0]])]) for rows in chosen["rows"]]
    titles = []
    for group in chosen.itertuples():
        parts = [f"in {part}" for part in group.parts.split(", ") if part]
        titles.append("\n".join([f"{group.images} times", *group.labels.split(", "), *parts]))
    words = f"{len(chosen)} of {len(groups):,} pictures that stand in the dataset several times, with their labels."
    return face_grid(shown, titles, columns=min(most, 8), alt=words)


def vote_heatmap(shares: pd.DataFrame) -> Picture:
    """Draws how votes are spread over the labels of FER2013.

    Args:
        shares: DataFrame of `vote_shares`.

    Returns:
        `Picture`; a line is a label, and its cells sum to 100 %.
    """
    votes = shares.drop(columns=["images", "agree"])
    with matplotlib.rc_context(STYLE | {"axes.grid": False}):
        figure = Figure(figsize=(1.6 + 0.75 * votes.shape[1], 1 + 0.42 * len(votes)))
        axes = figure.add_subplot()
        options = {"cmap": "Blues", "vmin": 0, "vmax": 1, "cbar": False, "annot_kws": {"fontsize": 9}}
        seaborn.heatmap(votes, annot=True, fmt=".0%", ax=axes, **options)
        axes.set_xlabel("what the people of FER+ say")
        axes.set_ylabel("label of FER2013")
        axes.tick_params(axis="x", rotation=30)
        axes.tick_params(axis="y", rotation=0)
    least = shares["agree"].idxmin()
    words = f"Mean share of the votes for each label. The majority agrees least with {least} "
    return picture(figure, words + f"({shares.loc[least, 'agree']:.0%} of its images).")


def duration_bars(measured: pd.DataFrame) -> Picture:
    """Draws how long sequences are: in seconds where all of them are known, else in frames.

    Args:
        measured: DataFrame of `durations`.

    Returns:
        `Picture`, one line an emotion: the median, and the range from the shortest to the longest.
    """
    unit = "seconds" if measured["seconds"].notna().all() else "frames"
    found = measured.groupby("label")[unit].agg(["min", "median", "max", "size"])
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(8, 0.9 + 0.32 * len(found)))
        axes = figure.add_subplot()
        places = np.arange(len(found))[::-1]
        axes.hlines(places, found["min"], found["max"], linewidth=2)
        axes.plot(found["median"], places, "o", markersize=5)
        axes.set_yticks(places, [f"{label} ({row['size']:.0f})" for label, row in found.iterrows()])
        axes.set_xlim(0, 1.1 * found["max"].max())
        axes.set_xlabel(f"{unit} a sequence: shortest, median, longest")
    words = (
        f"Sequences of each emotion, how many and how long: {measured[unit].min():.3g} to {measured[unit].max():.3g}"
    )
    return picture(figure, f"{words} {unit}.")
