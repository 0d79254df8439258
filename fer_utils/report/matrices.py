"""Confusion matrices and per-class numbers as tables: every cell is printed, shading only adds to it."""

from collections.abc import Sequence

import numpy as np

from fer_utils.evaluation.metrics import UNDETECTED
from fer_utils.evaluation.scores import Score
from fer_utils.report.collect import Collection, Entry
from fer_utils.report.html import Fragment, count, details, join, percent, table, tag, with_interval
from fer_utils.report.names import model_label, model_name, source


def matrices(runs: Collection, entries: Sequence[Entry]) -> Fragment:
    """Shows confusion matrix and per-class table of every model; the first is unfolded.

    Args:
        runs: `Collection`.
        entries: sequence of `Entry` of one protocol, best first.

    Returns:
        `Fragment`.
    """
    parts = []
    for position, entry in enumerate(entries):
        name = model_name(entry)
        content = (
            confusion_table(entry.score, name),
            tag("p", in_words(entry.score)),
            *([mean_confusion_table(entry.score, name)] if entry.score.folds > 1 else []),
            class_table(entry.score, name),
            source(runs, entry),
        )
        parts.append(details(model_label(runs, entry), *content, opened=position == 0))
    return join(parts)


def confusion_table(score: Score, name: str) -> Fragment:
    """Prints a confusion matrix with count and row rate in every cell.

    Args:
        score: `Score`.
        name: str. Model name for the caption.

    Returns:
        `Fragment`.
    """
    rates = score.confusion / np.maximum(score.confusion.sum(axis=1, keepdims=True), 1)
    pooled = f", {score.folds} folds pooled" if score.folds > 1 else ""
    caption = f"Confusion matrix of {name}{pooled}: true class in rows, answer in columns; count and share of the row"
    return _matrix(score, caption, rates, [[count(n) for n in row] for row in score.confusion])


def mean_confusion_table(score: Score, name: str) -> Fragment:
    """Prints the mean of the folds' confusion matrices, in which each fold counts the same.

    Args:
        score: `Score` of several folds.
        name: str. Model name for the caption.

    Returns:
        `Fragment`; the shares are means of the folds' shares, and n/a for a class that no fold has.
    """
    caption = f"Mean confusion matrix of {name} over {score.folds} folds: mean count, and mean of the folds' row shares"
    return _matrix(
        score, caption, score.confusion_mean_rate, [[f"{n:.1f}" for n in row] for row in score.confusion_mean]
    )


def _matrix(score: Score, caption: str, rates: np.ndarray, counts: Sequence[Sequence[str]]) -> Fragment:
    """Builds the table; the column of faces that were not found is there only if there are any."""
    names = [*score.classes, UNDETECTED] if score.undetected else score.classes
    rows = []
    for i, emotion in enumerate(score.classes):
        cells = [
            tag(
                "td",
                tag("b", counts[i][j]),
                tag("span", percent(rates[i, j], 0)),
                style=f"--r:{np.nan_to_num(rates[i, j]):.2f}",
                class_="hit" if i == j else None,
            )
            for j in range(len(names))
        ]
        rows.append(tag("tr", tag("th", emotion, scope="row"), *cells))
    return table(caption, ["true \\ answer", *names], rows, class_="confusion")


def class_table(score: Score, name: str) -> Fragment:
    """Prints precision, recall and F1 of every class with intervals.

    Args:
        score: `Score`.
        name: str. Model name for the caption.

    Returns:
        `Fragment`.
    """
    rows = [
        [
            emotion,
            count(score.per_class.loc[emotion, "support"]),
            *(with_interval(score.metric(metric, emotion)) for metric in ("precision", "recall", "f1")),
        ]
        for emotion in score.classes
    ]
    headers = ["Class", "Predictions", "Precision", "Recall", "F1"]
    return table(f"{name} by class, with 95 % intervals", headers, rows, numeric=range(1, 5))


def in_words(score: Score) -> str:
    """Names the best recognized class and the most frequent confusion.

    Args:
        score: `Score`.

    Returns:
        str. One or two sentences.
    """
    support = score.confusion.sum(axis=1)
    rates = score.confusion / np.maximum(support[:, None], 1)
    recalls = np.where(support > 0, rates[:, :-1].diagonal(), -1)
    best = int(recalls.argmax())
    text = f"Best recognized: {score.classes[best]} ({100 * recalls[best]:.0f} %)."
    wrong = rates.copy()
    np.fill_diagonal(wrong[:, :-1], 0)
    true, answer = np.unravel_index(wrong.argmax(), wrong.shape)
    if wrong[true, answer] > 0:
        taken = UNDETECTED if answer == len(score.classes) else f"taken for {score.classes[answer]}"
        text += f" Most frequent error: {100 * wrong[true, answer]:.0f} % of {score.classes[true]} was {taken}."
    return text
