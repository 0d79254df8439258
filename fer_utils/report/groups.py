"""Whom models recognize and whom less: scores by skin group, glasses, pose and light, where these are known."""

from collections.abc import Sequence

import pandas as pd

from fer_utils.evaluation.intervals import Interval
from fer_utils.evaluation.subgroups import known_conditions, subgroups
from fer_utils.report.collect import Collection, Entry
from fer_utils.report.html import Fragment, count, details, join, table, tag, with_interval
from fer_utils.report.names import model_label, model_name, source

MOST = 5  # models of one protocol
RESAMPLES = 1000  # half of the usual, for the ends of the intervals of some thirty groups
READ = (
    "Groups are small, and there are many of them: some difference always looks large. What only one model and one "
    "small group shows is a reason to look again, not a result."
)


def groups(runs: Collection, entries: Sequence[Entry]) -> Fragment:
    """Tabulates subgroups for the best models of one protocol, each folded.

    Args:
        runs: `Collection`.
        entries: sequence of `Entry` of one protocol, best first.

    Returns:
        `Fragment`; empty where nothing is known of who is shown and how.
    """
    known = [entry for entry in entries if known_conditions(entry.items)]
    if not known:
        return Fragment("")
    parts = [tag("p", READ)]
    if len(known) > MOST:
        parts.append(tag("p", f"Shown for the {MOST} best of {len(known)} models."))
    return join([*parts, *(_fold(runs, entry) for entry in known[:MOST])])


def _fold(runs: Collection, entry: Entry) -> Fragment:
    found = subgroups(entry.predictions, entry.items, entry.score.classes, resamples=RESAMPLES)
    several = found.groupby("condition")["n"].transform("size") > 1
    alike = [f"{condition}: {group}" for condition, group in found.index[~several] if group]
    shown = found[several | (found.index.get_level_values("condition") == "all")]
    rows = [_row(condition, group, values) for (condition, group), values in shown.iterrows()]
    headers = ["Condition", "Group", "Images", "Subjects", "Accuracy", "UAR", "Note"]
    caption = f"{model_name(entry)} by group, with 95 % intervals"
    rest = tag("p", f"All images alike: {'; '.join(alike)}.", class_="key") if alike else ""
    return details(
        model_label(runs, entry), table(caption, headers, rows, numeric=(2, 3, 4, 5)), rest, source(runs, entry)
    )


def _row(condition: str, group: str, values: pd.Series) -> list:
    people = "unknown" if pd.isna(values["subjects"]) else count(values["subjects"])
    numbers = (
        with_interval(Interval(*(float(values[f"{metric}{end}"]) for end in ("", "_low", "_high"))))
        for metric in ("accuracy", "uar")
    )
    return [condition, group or "all images", count(values["n"]), people, *numbers, values["note"]]
