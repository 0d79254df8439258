"""How sure models are and whether they may be: second guesses, calibration and the cost of wrong confidence."""

from collections.abc import Sequence

import numpy as np

from fer_utils.evaluation.intervals import Interval
from fer_utils.evaluation.scores import Score
from fer_utils.report.collect import Collection, Entry
from fer_utils.report.html import Fragment, escape, fold_if_long, join, percent, table, tag, with_interval
from fer_utils.report.names import model_label, run_link

CAPTION = "Calibration and second guesses, with 95 % intervals"
TEXT = (
    "Top-2: the true class is among the two most probable ones. ECE: how far confidence and correctness lie apart, on "
    "average. NLL and Brier score: what wrong confidence costs; a model that is wrong and sure pays most. Of these "
    "three the smaller is the better, and they leave out faces that were not found."
)


def calibration(runs: Collection, entries: Sequence[Entry]) -> Fragment:
    """Tabulates what the models of one protocol say besides their answers.

    Args:
        runs: `Collection`.
        entries: sequence of `Entry` of one protocol.

    Returns:
        `Fragment`; empty where no model stored probabilities or scores.
    """
    scores = [entry.score for entry in entries]
    if all(score.outputs == "answers" for score in scores):
        return Fragment("")
    rows = [_row(runs, entry) for entry in entries]
    rows.append(_baseline(scores[0]))
    headers = ["Model", "Top-2 accuracy", "ECE", "NLL (nats)", "Brier score (0 to 2)", "Run"]
    shown = table(CAPTION, headers, rows, numeric=(1, 2, 3, 4))
    return join([tag("p", TEXT), fold_if_long(CAPTION, shown, len(rows))])


def _row(runs: Collection, entry: Entry) -> Fragment:
    """The row of one model; numbers that it cannot have share a cell that says why."""
    score = entry.score
    cells = [] if score.outputs == "answers" else [tag("td", with_interval(score.top2), class_="n")]
    if score.outputs == "probabilities":
        numbers = (with_interval(score.ece), _number(score.nll), _number(score.brier))
        cells += [tag("td", number, class_="n") for number in numbers]
    else:
        cells.append(tag("td", f"n/a: {score.outputs}, no probabilities", colspan=4 - len(cells)))
    head = tag("th", model_label(runs, entry), scope="row")
    return tag("tr", head, *cells, tag("td", run_link(runs, entry.record)))


def _number(interval: Interval) -> Fragment:
    """Writes a number that is no share, with its interval below it."""
    if np.isnan(interval.value):
        return escape("n/a")
    ends = tag("span", f"{interval.low:.3f} to {interval.high:.3f}", class_="ci")
    return join([f"{interval.value:.3f}", ends], " ")


def _baseline(score: Score) -> Fragment:
    """The row of a model that knows nothing but how frequent the classes are, and says so each time."""
    shares = score.confusion.sum(axis=1) / score.confusion.sum()
    there = shares[shares > 0]
    cells = [percent(np.sort(shares)[-2:].sum()), percent(0)]
    cells += [f"{-(there * np.log(there)).sum():.3f}", f"{1 - (shares**2).sum():.3f}", "n/a"]
    filled = (tag("td", cell, class_="n" if i < 4 else None) for i, cell in enumerate(cells))
    head = tag("th", "Baseline: always the shares of the classes", scope="row")
    return tag("tr", head, *filled, class_="baseline")
