"""What is known of the test items: stored beside the predictions, so that no number needs the pictures again."""

from pathlib import Path

import numpy as np
import pandas as pd

from fer_utils.errors import RunError
from fer_utils.protocol import Split

ITEMS = "items.csv.gz"
UNKNOWN = "unknown"  # in a cell: an empty one says that somebody wears no glasses
TYPES = {  # columns that every table has, then those of tables that know more
    **{"sample_id": str, "fold": int, "in_training": bool, "in_validation": bool},
    **{"ferplus": str, "skin_group": "Int64", "glasses": str, "occluded": str},
    **dict.fromkeys(("yaw", "pitch", "roll", "light_x"), float),
    "sequence": str,
}
ALWAYS = ("sample_id", "fold", "in_training", "in_validation")


def items_table(split: Split) -> pd.DataFrame:
    """Lists the test items of all folds with what is known of them.

    Args:
        split: `Split`.

    Returns:
        DataFrame, one row a fold and test item: `sample_id`, `fold` (index into `split.folds`), `in_training` (whether
        a byte-identical image is among the rows that some model of this fold may fit), `in_validation` (the same of
        its validation part), and those of `ferplus` (majority of the FER+ votes, an emotion), `skin_group` (0-5),
        `glasses` and `occluded` (what by; empty for none), `yaw`, `pitch`, `roll` (degrees) and `light_x` (-1 to 1)
        that the table has; missing where unknown. Where the protocol counts clips also `sequence`, the clip.
    """
    rows, parts = split.table.rows, []
    known = [name for name in TYPES if name in rows and name not in ALWAYS]
    if split.protocol.unit != "sequence":
        known.remove("sequence")
    digests = split.table.image_digests()  # a store remembers them since the linter looked
    for number, fold in enumerate(split.folds):
        found = rows.iloc[fold.test][["sample_id", *known]].reset_index(drop=True)
        found.insert(1, "fold", number)
        for place, seen in enumerate((np.union1d(fold.train, fold.fit_all), fold.validation), start=2):
            found.insert(place, ALWAYS[place], np.isin(digests[fold.test], digests[seen]))
        parts.append(found)
    table = pd.concat(parts, ignore_index=True)
    return table.astype({"skin_group": "Int64"}) if "skin_group" in table else table


def items_csv(items: pd.DataFrame) -> str:
    """Writes a table of items as csv; what is unknown says so, because an empty cell has a meaning."""
    return items.to_csv(index=False, na_rep=UNKNOWN)


def read_items(path: Path) -> pd.DataFrame:
    """Reads a table of items back.

    Args:
        path: Path of `items.csv.gz`.

    Returns:
        DataFrame as `items_table` returns it.

    Raises:
        RunError: the file cannot be read, a column is missing or unknown, or a cell is not of its column's type.
    """
    blank = {name: [UNKNOWN] for name in TYPES if name not in ALWAYS}
    try:
        table = pd.read_csv(path, dtype=TYPES, keep_default_na=False, na_values=blank)
    except (OSError, EOFError, ValueError) as error:
        raise RunError(f"{path}: cannot be read as test items ({type(error).__name__}: {error}).") from error
    missing = [name for name in ALWAYS if name not in table]
    strange = [name for name in table if name not in TYPES]
    if missing or strange:
        wrong = f"no column '{missing[0]}'" if missing else f"the column '{strange[0]}' is unknown"
        raise RunError(f"{path}: {wrong}. Expected {', '.join(ALWAYS)} and some of {', '.join(blank)}.")
    return table
