"""The mean of a quantity that is measured on items, with an interval from people that are drawn again and again."""

from collections.abc import Sequence
from itertools import product

import numpy as np
import pandas as pd
from scipy import sparse

from fer_utils.errors import ParameterError
from fer_utils.evaluation.intervals import Interval, percentile_interval
from fer_utils.evaluation.resampling import resampled_sums


def mean_by_subject(values: np.ndarray, subjects: np.ndarray, resamples: int = 2000, seed: int = 0) -> Interval:
    """Averages over all items, and over those of resampled subjects, each with all items.

    Args:
        values: float array (n,). A quantity of each item, such as what a layer contributes to an answer.
        subjects: array (n,). Who is shown.
        resamples: int. Number of bootstrap resamples.
        seed: int. Seed of the bootstrap.

    Returns:
        `Interval`; with one subject alone its ends are NaN, because nothing can be drawn.

    Raises:
        ParameterError: no items, not as many subjects as values, or an item whose subject is unknown (None or NaN).
    """
    values = np.asarray(values, dtype=float)
    if not len(values) or values.shape != np.shape(subjects):
        raise ParameterError(f"{values.shape} values of {np.shape(subjects)} items: expected as many, at least one.")
    units = pd.factorize(np.asarray(subjects, dtype=object))[0]
    if (units < 0).any():
        raise ParameterError(
            f"{(units < 0).sum()} of {len(units)} items: nobody knows who is shown. Expected a name each."
        )
    if not units.any():
        return Interval(float(values.mean()), np.nan, np.nan)
    added = sparse.csr_array(np.column_stack([values, np.ones(len(values))]))
    sums = resampled_sums(added, units, np.zeros(len(units), int), resamples, seed)
    return percentile_interval(values.mean(), sums[:, 0] / sums[:, 1])


def group_means(values: pd.DataFrame, subjects: np.ndarray, groups: Sequence[str]) -> pd.DataFrame:
    """Averages several quantities over all items, and over those of each group.

    Args:
        values: DataFrame, one row an item, one column a quantity.
        subjects: array (n,). Who is shown.
        groups: sequence of n str. The group of each item, such as its emotion.

    Returns:
        DataFrame indexed by (group, column), "all" before the groups in their alphabetical order: `mean`, `mean_low`,
        `mean_high`, as `interval_plot` takes them.
    """
    groups = np.asarray(groups, dtype=object)
    parts = {"all": groups == groups} | {group: groups == group for group in sorted(set(groups))}
    rows = {}
    for (group, part), column in product(parts.items(), values):
        found = mean_by_subject(values[column].to_numpy()[part], np.asarray(subjects)[part])
        rows[group, column] = {"mean": found.value, "mean_low": found.low, "mean_high": found.high}
    return pd.DataFrame.from_dict(rows, orient="index")
