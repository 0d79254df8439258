"""Scores by who is shown and how: skin group, glasses, pose and light, where the table knows them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from fer_utils.errors import ParameterError
from fer_utils.evaluation.checks import check_predictions
from fer_utils.evaluation.known_items import known_of
from fer_utils.evaluation.named_metrics import check_metric, metric_interval
from fer_utils.evaluation.resampling import units_of
from fer_utils.faces.detector_audit import NAMED, RANGES

CONDITIONS = [column for column, _ in NAMED.values()] + [column for (column, _), _ in RANGES.values()]
FEW_ITEMS, FEW_SUBJECTS = 30, 10  # a group with fewer is marked


def subgroups(
    predictions: pd.DataFrame,
    items: pd.DataFrame,
    classes: Sequence[str],
    metrics: Sequence[str] = ("accuracy", "uar"),
    resamples: int = 2000,
    seed: int = 0,
) -> pd.DataFrame:
    """Scores one model on every group of a condition; the groups are those of the audit of detectors.

    Args:
        predictions: DataFrame as `score` takes it.
        items: DataFrame with `sample_id` and what is known of the images, as a run stores it beside its predictions:
            `skin_group`, `glasses`, `occluded`, `yaw`, `pitch`, `roll`, `light_x`. Conditions whose column is absent
            are left out.
        classes: sequence of str. The classes, in order.
        metrics: sequence of str. Names from `named_metrics.METRICS`.
        resamples: int. Number of bootstrap resamples, inside each group.
        seed: int. Seed of the bootstrap.

    Returns:
        DataFrame indexed by (condition, group), first all items. `n` (items), `subjects` (missing where unknown), for
        each metric its value, `_low` and `_high` (NaN for a single person, whom no resample can replace), and `note`:
        what makes a group's numbers weak, empty where nothing.
        Items whose value is unknown are a group of their own.

    Raises:
        ParameterError: none of the columns is there, an item is not in the table, or the predictions are none.
    """
    check_predictions(predictions)
    for metric in metrics:
        check_metric(metric)
    there = known_conditions(items)
    if not there:
        raise ParameterError(f"The table has none of the columns {', '.join(CONDITIONS)}; it has {list(items)}.")
    conditions = _conditions(known_of(predictions, items, there))
    rows = []
    for condition, groups in {"all": pd.Series("", index=predictions.index), **conditions}.items():
        order = list(dict.fromkeys([*groups.attrs.get("order", ()), *sorted(groups.unique())]))
        for group in order:
            members = predictions[(groups == group).to_numpy()]
            if len(members):
                row = {"condition": condition, "group": group}
                rows.append(row | _row(members, classes, metrics, resamples, seed))
    return pd.DataFrame(rows).set_index(["condition", "group"]).astype({"subjects": "Int64"})


def known_conditions(items: pd.DataFrame) -> list[str]:
    """Names the columns of a table of items that make groups.

    Args:
        items: DataFrame.

    Returns:
        list of str; empty where nothing is known of who is shown and how.
    """
    return [column for column in CONDITIONS if column in items]


def _conditions(described: pd.DataFrame) -> dict[str, pd.Series]:
    """Returns condition -> name of each prediction's group; the upper end of a range belongs to the next one."""
    found = {}
    for condition, (column, word) in NAMED.items():
        if column in described:
            found[condition] = described[column].map(
                lambda value, word=word: "unknown" if pd.isna(value) else word(value)
            )
    for condition, ((column, take), ranges) in RANGES.items():
        if column in described:
            values, names = take(described[column].astype(float)), pd.Series("unknown", index=described.index)
            for name, low, high in ranges:
                names[(values >= low) & (values < high)] = name
            names.attrs["order"] = [name for name, _, _ in ranges]
            found[condition] = names
    return found


def _row(members: pd.DataFrame, classes, metrics, resamples: int, seed: int) -> dict:
    subjects, items = units_of(members).subjects, members["sample_id"].nunique()
    row = {"n": items, "subjects": subjects}
    for metric in metrics:
        interval = metric_interval(members, classes, metric, resamples, seed)
        ends = (np.nan, np.nan) if subjects == 1 else (interval.low, interval.high)  # nobody else could be drawn
        row |= {metric: interval.value, f"{metric}_low": ends[0], f"{metric}_high": ends[1]}
    absent = [name for name in classes if name not in set(members["y_true"])]
    notes = [f"{items} item{'s' * (items != 1)}"] * (items < FEW_ITEMS)
    notes += [f"{subjects} subject{'s' * (subjects != 1)}"] * (subjects is not None and subjects < FEW_SUBJECTS)
    notes += [f"no {', '.join(absent)}"] * bool(absent)
    return row | {"note": f"few: {'; '.join(notes)}" if notes else ""}
