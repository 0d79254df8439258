"""A csv that names pictures and films and says what they show."""

from pathlib import Path

import numpy as np
import pandas as pd

from fer_utils.datasets.class_names import emotion_of, suggestion
from fer_utils.datasets.folders_films import named_film
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
        split are unknown (NaN); an empty sequence means that the picture or film stands alone. An empty `frame` is 0
        for a picture, and None for a film: then the label is that of the whole film.

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
    samples, seen, owner = [], {}, {}
    for line, row in enumerate(known.to_dict("records"), start=2):  # the header is line 1
        if not any(row.values()):  # a blank line
            continue
        sample = _sample(row, csv, line)
        _check_alone(sample, row["path"], csv, line, seen, owner)
        samples.append(sample)
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
    film = named_film(Path(row["path"]))
    return {
        "sample_id": row["path"],
        "subject": row["subject"] or np.nan,
        "sequence": row["sequence"] or row["path"],
        "frame": None if film and not row["frame"] else int(row["frame"] or 0),
        "label": label,
        "split": row["split"] or np.nan,
        "path": csv.parent / row["path"],
    }


def _check_alone(sample: dict, path: str, csv: Path, line: int, seen: dict, owner: dict) -> None:
    """Refuses a file, or a frame of a film, that stands there twice, and a sequence of a film and something else."""
    film = named_film(sample["path"])
    frames = seen.setdefault(path, {})  # frame -> line; None for the whole file
    frame = sample["frame"] if film else None
    if frames and (frame is None or frame in frames or None in frames):
        first = frames.get(frame, next(iter(frames.values())))
        raise DatasetLayoutError(f"{csv}, line {line}: '{path}' stands also in line {first}.")
    frames[frame] = line
    other, its_line, other_is_film = owner.setdefault(sample["sequence"], (path, line, film))
    if other != path and (film or other_is_film):
        raise DatasetLayoutError(
            f"{csv}, line {line}: sequence '{sample['sequence']}' is that of '{other}' in line {its_line}, too. A film "
            "is a sequence of its own: its frames are counted from 0."
        )
