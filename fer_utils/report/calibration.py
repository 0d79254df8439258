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
    rows = [
        [
            model_label(runs, entry),
            _share(score, score.top2, "answers"),
            _share(score, score.ece),
            _number(score, score.nll),
            _number(score, score.brier),
            run_link(runs, entry.record),
        ]
        for entry, score in zip(entries, scores, strict=True)
    ]
    rows.append(_baseline(scores[0]))
    headers = ["Model", "Top-2 accuracy", "ECE", "NLL (nats)", "Brier score (0 to 2)", "Run"]
    shown = table(CAPTION, headers, rows, numeric=(1, 2, 3, 4))
    return join([tag("p", TEXT), fold_if_long(CAPTION, shown, len(rows))])


def _share(score: Score, interval: Interval, without: str = "") -> Fragment:
    if without and score.outputs != without:
        return with_interval(interval)
    return with_interval(interval) if score.outputs == "probabilities" else _missing(score)


def _number(score: Score, interval: Interval) -> Fragment:
    """Writes a number that is no share, with its interval below it."""
    if score.outputs != "probabilities":
        return _missing(score)
    if np.isnan(interval.value):
        return escape("n/a")
    ends = tag("span", f"{interval.low:.3f} to {interval.high:.3f}", class_="ci")
    return join([f"{interval.value:.3f}", ends], " ")


def _missing(score: Score) -> Fragment:
    """Says why there is no number."""
    return join(["n/a:", tag("span", f"{score.outputs}, no probabilities", class_="key")], " ")


def _baseline(score: Score) -> Fragment:
    """The row of a model that knows nothing but how frequent the classes are, and says so each time."""
    shares = score.confusion.sum(axis=1) / score.confusion.sum()
    there = shares[shares > 0]
    cells = [percent(np.sort(shares)[-2:].sum()), percent(0)]
    cells += [f"{-(there * np.log(there)).sum():.3f}", f"{1 - (shares**2).sum():.3f}", "n/a"]
    filled = (tag("td", cell, class_="n" if i < 4 else None) for i, cell in enumerate(cells))
    head = tag("th", "Baseline: always the shares of the classes", scope="row")
    return tag("tr", head, *filled, class_="baseline")
