"""Tables for notebooks: comparisons, subgroups and transfer in words."""

from collections.abc import Mapping

import pandas as pd

from fer_utils.evaluation.intervals import Interval
from fer_utils.evaluation.tables import UNBOUNDED, in_words, number


def comparison_table(compared: pd.DataFrame, titles: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Writes comparisons for readers.

    Args:
        compared: DataFrame as `compare_all` returns it.
        titles: mapping from model id to the name that readers see.

    Returns:
        DataFrame of str, one row a pair: the difference with its interval (points of percent for shares), p-values by
        Holm's correction, and the smallest difference that the test set can show.
    """
    titles = titles or {}
    rows = []
    for row in compared.itertuples():
        share = row.metric not in UNBOUNDED
        scale, digits = (100, 1) if share else (1, 3)
        ends = (f"{scale * end:+.{digits}f}" for end in (row.low, row.high))
        detectable = "n/a" if pd.isna(row.detectable) else f"{scale * row.detectable:.{digits}f}"
        difference = f"{scale * row.difference:+.{digits}f} [{', '.join(ends)}]"
        p_values = (p_in_words(row.p_holm), p_in_words(row.mcnemar_p_holm))
        rows.append(
            (titles.get(row.first, row.first), titles.get(row.second, row.second), difference, *p_values, detectable)
        )
    metric = compared["metric"].iloc[0]
    unit = "" if metric in UNBOUNDED else ", points"
    columns = [f"difference of {metric}{unit} [95 %]", "p (bootstrap, Holm)", "p (McNemar, Holm)", f"can show{unit}"]
    return pd.DataFrame(rows, columns=["first", "second", *columns])


def p_in_words(p_value: float) -> str:
    """Writes a p-value with two digits, and a small one as "< 0.001"."""
    return "< 0.001" if p_value < 0.001 else f"{p_value:.2g}" if p_value < 0.1 else f"{p_value:.2f}"


def subgroup_table(groups: pd.DataFrame) -> pd.DataFrame:
    """Writes subgroups for readers; small groups keep their note.

    Args:
        groups: DataFrame as `subgroups` returns it.

    Returns:
        DataFrame of str with the same rows.
    """
    words = {
        "items": groups["n"].astype(str),
        "subjects": ["unknown" if pd.isna(n) else str(n) for n in groups["subjects"]],
    }
    for metric in (column for column in groups if f"{column}_low" in groups):
        ends = groups[[metric, f"{metric}_low", f"{metric}_high"]].to_numpy(float)
        write = number if metric in UNBOUNDED else in_words
        words[f"{metric} [95 %]"] = [write(Interval(*values)) for values in ends]
    return pd.DataFrame(words | {"note": groups["note"]}, index=groups.index).rename_axis([None, None])


def transfer_table(matrix: pd.DataFrame, metric: str = "uar") -> pd.DataFrame:
    """Writes a matrix of `transfer_matrix` for readers; pairs that were not run say so."""
    write = number if metric in UNBOUNDED else in_words
    return matrix.map(lambda cell: "not run" if cell is None else write(cell))
