"""FER2013's two caveats beside the plain scores: other labels for its images, and its images that were trained on."""

from collections.abc import Callable, Sequence

import pandas as pd

from fer_utils.errors import ParameterError
from fer_utils.evaluation.fer2013_labels import Changed, changes
from fer_utils.evaluation.scores import score
from fer_utils.report.collect import Collection, Entry
from fer_utils.report.html import Fragment, escape, fold_if_long, join, table, tag, with_interval
from fer_utils.report.names import model_label, run_link

CAPTION = "Under other labels and without duplicates, with 95 % intervals"
RESAMPLES = 1000  # half of the usual, for the ends of two intervals a row
NO_VOTES = "No FER+ votes beside this copy: put fer2013new.csv into the same folder and run again."


def relabeled(runs: Collection, entries: Sequence[Entry]) -> Fragment:
    """Scores models under FER+ labels, and without test images that are byte-identical to a training image.

    Args:
        runs: `Collection`.
        entries: sequence of `Entry` of one protocol.

    Returns:
        `Fragment`; empty where there are neither votes nor duplicates, or nothing was stored about the items.
    """
    known = [entry for entry in entries if len(entry.items)]
    voted = any("ferplus" in entry.items for entry in known)
    twins = any(entry.items[["in_training", "in_validation"]].to_numpy().any() for entry in known)
    if not voted and not twins:
        return Fragment("")
    labels = entries[0].protocol["label_map"]
    names = ["FER+ labels", "without duplicates"] if voted else ["without duplicates"]
    rows, notes = [], {}
    for entry in known:
        numbers = [with_interval(entry.score.accuracy), with_interval(entry.score.uar)]
        possible = changes(entry.items, labels)
        for name in names:
            cells, note = _rescored(entry, possible.get(name))
            numbers += cells
            notes |= dict.fromkeys([f"{name[0].upper()}{name[1:]}: {note}"] if note else [])
        rows.append([model_label(runs, entry), *numbers, run_link(runs, entry.record)])
    headers = [f"{metric}, {name}" for name in ("as it is", *names) for metric in ("Accuracy", "UAR")]
    shown = table(CAPTION, ["Model", *headers, "Run"], rows, numeric=range(1, 1 + len(headers)))
    if not voted and entries[0].protocol["dataset"].startswith("fer2013"):
        notes[NO_VOTES] = None
    bullets = tag("ul", *(tag("li", note) for note in notes))
    return join([fold_if_long(CAPTION, shown, len(rows)), bullets])


def _rescored(entry: Entry, change: Callable[[pd.DataFrame], Changed] | None) -> tuple[list[Fragment], str]:
    """Scores changed predictions; n/a where this run stored no votes, or too little is left, which is said."""
    if change is None:
        return [escape("n/a")] * 2, ""
    try:
        changed = change(entry.predictions)
        found = score(changed.predictions, entry.score.classes, RESAMPLES)
    except ParameterError as error:
        return [escape("n/a")] * 2, f"n/a, {error}"
    return [with_interval(found.accuracy), with_interval(found.uar)], changed.note
