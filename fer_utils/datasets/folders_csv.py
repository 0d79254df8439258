"""A csv that names pictures and says what they show."""

from pathlib import Path

import numpy as np
import pandas as pd

from fer_utils.datasets.class_names import emotion_of, suggestion
from fer_utils.datasets.problems import Problems
from fer_utils.errors import DatasetLayoutError, nearest

COLUMNS = ("path", "label", "subject", "sequence", "frame", "split")


def read_samples(csv: Path, problems: Problems) -> list[dict]:
    """Reads the rows, checking every cell.

    Args:
        csv: Path. With the columns path (relative to the csv) and label, and possibly subject, sequence, frame and
            split, in any order.
        problems: `Problems` that takes up columns that are not read.

    Returns:
        list of dict. The columns of `FaceTable.rows` without `image`, and `path` (Path). Empty cells of subject and
        split are unknown (NaN); an empty sequence means that the picture stands alone.

    Raises:
        DatasetLayoutError: names the file and the line, what was found and what was expected.
    """
    try:
        # The header is read as a row, because pandas renames a column that stands there twice.
        options = {"header": None, "skip_blank_lines": False, "keep_default_na": False, "skipinitialspace": True}
        cells = pd.read_csv(csv, dtype=str, encoding="utf-8-sig", **options)
    except (OSError, ValueError) as error:
        raise DatasetLayoutError(
            f"{csv}: cannot be read as csv ({type(error).__name__}: {str(error).strip()[:120]}). Expected the columns "
            f"{', '.join(COLUMNS)}, of which path and label are needed, in UTF-8."
        ) from error
    header, rows = [name.strip().lower() for name in cells.iloc[0]], cells.iloc[1:]
    if len(set(header)) < len(header):
        raise DatasetLayoutError(f"{csv}: a column stands twice in the header {header[:8]}.")
    rows = rows.set_axis(header, axis=1)
    for column in ("path", "label"):
        if column not in rows:
            raise DatasetLayoutError(
                f"{csv}: no column '{column}'. Expected {', '.join(COLUMNS)}; found {list(rows)[:6]}."
                f"{nearest(column, rows)}"
            )
    for column in rows:
        if column not in COLUMNS:
            problems.add("columns of the csv that are not read", column, f"known: {', '.join(COLUMNS)}", expected=True)
    known = rows.reindex(columns=COLUMNS, fill_value="").apply(lambda column: column.str.strip())
    samples, seen = [], {}
    for line, row in enumerate(known.to_dict("records"), start=2):  # the header is line 1
        if not any(row.values()):  # a blank line
            continue
        samples.append(_sample(row, csv, line))
        if row["path"] in seen:
            raise DatasetLayoutError(f"{csv}, line {line}: '{row['path']}' stands also in line {seen[row['path']]}.")
        seen[row["path"]] = line
    if not samples:
        raise DatasetLayoutError(f"{csv}: a header but no rows.")
    return samples


def _sample(row: dict, csv: Path, line: int) -> dict:
    if not row["path"]:
        raise DatasetLayoutError(f"{csv}, line {line}: no path. Expected one relative to the csv.")
    label = emotion_of(row["label"])
    if label is None:
        raise DatasetLayoutError(f"{csv}, line {line}: label '{row['label'][:40]}'. {suggestion(row['label'])}")
    if row["frame"] and not (row["frame"].isascii() and row["frame"].isdigit()):
        raise DatasetLayoutError(f"{csv}, line {line}: frame '{row['frame'][:40]}'. Expected a whole number from 0.")
    return {
        "sample_id": row["path"],
        "subject": row["subject"] or np.nan,
        "sequence": row["sequence"] or row["path"],
        "frame": int(row["frame"] or 0),
        "label": label,
        "split": row["split"] or np.nan,
        "path": csv.parent / row["path"],
    }
