"""Reliability pictures: how often answers given with some confidence are right, drawn and as numbers."""

from collections.abc import Sequence

import pandas as pd

from fer_utils.evaluation.reliability import calibration_error, calibration_error_by_chance, reliability
from fer_utils.report.collect import Collection, Entry
from fer_utils.report.html import Fragment, count, details, percent, table, tag
from fer_utils.report.names import model_label, model_name, source
from fer_utils.report.reliability_drawing import reliability_drawing

RESAMPLES = 1000  # half of the usual, for the ends of the intervals of fifteen dots


def confidence(runs: Collection, entries: Sequence[Entry]) -> Fragment:
    """Draws the reliability of every model of one protocol that stored probabilities, each folded.

    Args:
        runs: `Collection`.
        entries: sequence of `Entry` of one protocol.

    Returns:
        `Fragment`; empty where no model stored probabilities.
    """
    parts = []
    for entry in entries:
        if entry.score.outputs == "probabilities":
            curve = reliability(entry.predictions, entry.score.classes, resamples=RESAMPLES)
            alt = f"Reliability of {model_name(entry)}. {in_words(curve)}"
            caption = (
                "Each dot is the answers of one range of confidence; larger dots hold more answers, lines are 95 % "
            )
            caption += "intervals. Dots on the dashed line are as often right as they are sure."
            figure = tag("figure", reliability_drawing(curve, alt), tag("figcaption", f"{alt} {caption}"))
            parts.append(details(model_label(runs, entry), figure, _numbers(curve, entry), source(runs, entry)))
    return details(f"Reliability pictures ({len(parts)})", *parts) if parts else Fragment("")


def in_words(curve: pd.DataFrame) -> str:
    """Says whether a model is too sure or not sure enough.

    Args:
        curve: DataFrame as `reliability` returns it.

    Returns:
        str. Two sentences.
    """
    filled, n = curve[curve["n"] > 0], curve["n"].sum()
    sure, right = ((filled["n"] * filled[column]).sum() / n for column in ("confidence", "accuracy"))
    error, chance = calibration_error(filled), calibration_error_by_chance(filled)
    balance = (
        "too sure" if sure - right > chance else "not sure enough" if right - sure > chance else "as sure as it may be"
    )
    return (
        f"On average it is {balance}: mean confidence {percent(sure)}, {percent(right)} right. The calibration error "
        f"is {percent(error)}; a perfectly calibrated model would show about {percent(chance)} by chance."
    )


def _numbers(curve: pd.DataFrame, entry: Entry) -> Fragment:
    rows = [
        [
            f"{100 * row.above:.0f} to {100 * row.up_to:.0f} %",
            count(row.n),
            percent(row.confidence),
            percent(row.accuracy),
            f"{100 * row.accuracy_low:.1f} to {100 * row.accuracy_high:.1f}",
        ]
        for row in curve[curve["n"] > 0].itertuples()
    ]
    headers = ["Confidence", "Answers", "Mean confidence", "Right", "95 % interval"]
    return table(f"Reliability of {model_name(entry)}, ranges with answers", headers, rows, numeric=range(1, 5))
