"""Pictures that stand in a dataset more than once, pixel for pixel."""

import numpy as np
import pandas as pd

from fer_utils.datasets.face_table import FaceTable

COLUMNS = ("images", "labels", "parts", "conflicting", "across", "constant", "rows")


def duplicate_groups(table: FaceTable) -> pd.DataFrame:
    """Groups byte-identical pictures.

    Args:
        table: `FaceTable`.

    Returns:
        DataFrame, one row a group of at least two pictures, the largest first: `images` (how many), `labels` and
        `parts` (of the owners' split; sorted, with commas between), `conflicting` (several labels), `across` (several
        parts), `constant` (one gray value everywhere: no face) and `rows` (list of row numbers).
    """
    rows = table.rows[["label", "split"]].astype(object).reset_index(drop=True)
    rows = rows.assign(digest=table.image_digests(), row=np.arange(len(rows)))
    rows = rows[rows.duplicated("digest", keep=False)]
    if rows.empty:
        return pd.DataFrame(columns=COLUMNS)
    found = rows.groupby("digest", sort=False)
    groups = found.agg(images=("row", "size"), labels=("label", _listed), parts=("split", _listed), rows=("row", list))
    groups["conflicting"], groups["across"] = found["label"].nunique() > 1, found["split"].nunique() > 1
    groups["constant"] = [bool(np.ptp(table.pixels([members[0]])) == 0) for members in groups["rows"]]
    return groups[list(COLUMNS)].sort_values("images", ascending=False, kind="stable").reset_index(drop=True)


def duplicate_counts(table: FaceTable, groups: pd.DataFrame) -> pd.DataFrame:
    """Sums duplicates up.

    Args:
        table: `FaceTable`.
        groups: DataFrame of `duplicate_groups`.

    Returns:
        DataFrame indexed by what is counted, with `number`.
    """
    extra = int((groups["images"] - 1).sum())
    counts = {
        "pictures": len(table),
        "different pictures": len(table) - extra,
        "groups of identical pictures": len(groups),
        "of these groups, with several labels": int(groups["conflicting"].sum()),
        "of these groups, in several parts of the owners' split": int(groups["across"].sum()),
        "of these groups, of one gray value and no face": int(groups["constant"].sum()),
    }
    return pd.DataFrame({"number": counts})


def _listed(values: pd.Series) -> str:
    return ", ".join(sorted(values.dropna().unique()))
