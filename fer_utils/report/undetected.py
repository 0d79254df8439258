"""Faces that a detector did not find: counted as wrong, and left out; both are shown."""

from collections.abc import Sequence

from fer_utils.report.collect import Collection, Entry
from fer_utils.report.html import Fragment, count, fold_if_long, table, with_interval
from fer_utils.report.names import model_label, run_link

CAPTION = "Undetected faces, both ways, with 95 % intervals"
METRICS = {"accuracy": "Accuracy", "uar": "UAR", "macro_f1": "Macro-F1"}


def undetected(runs: Collection, entries: Sequence[Entry]) -> Fragment:
    """Sets the scores of all faces beside those of the found ones.

    Args:
        runs: `Collection`.
        entries: sequence of `Entry` of one protocol.

    Returns:
        `Fragment`; empty where every face was found.
    """
    rows = []
    for entry in entries:
        score = entry.score
        if not score.undetected:
            continue
        pairs = [(score.metric(name), score.metric(f"{name}_of_detected")) for name in METRICS]
        numbers = (with_interval(interval) for pair in pairs for interval in pair)
        missed = f"{count(score.undetected)} of {count(score.predictions)}"
        rows.append([model_label(runs, entry), missed, *numbers, run_link(runs, entry.record)])
    if not rows:
        return Fragment("")
    headers = ["Model", "Not found"]
    headers += [f"{title}, {of}" for title in METRICS.values() for of in ("all faces", "found faces")]
    shown = table(CAPTION, [*headers, "Run"], rows, numeric=range(1, 8))
    return fold_if_long(CAPTION, shown, len(rows))
