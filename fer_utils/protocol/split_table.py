"""Anybody's split as a table: who and what is in which part, in the form that the linter checks."""

import difflib
import hashlib
import zlib
from pathlib import Path

import numpy as np
import pandas as pd

from fer_utils.datasets.face_table import FaceTable
from fer_utils.datasets.image_store import FileImages
from fer_utils.datasets.picture_file import picture_fault
from fer_utils.errors import DatasetLayoutError, nearest
from fer_utils.protocol.fold import Fold

NEEDED = ("id", "subject", "sequence", "split")
KNOWN = (*NEEDED, "fold", "label", "path")
ALIKE = 0.8  # of a misspelt name; other columns may be there
ENDINGS = {".csv": ",", ".csv.gz": ",", ".tsv": "\t", ".tsv.gz": "\t"}
WORDS = {
    "train": ("train", "training"),
    "validation": ("val", "valid", "validation", "dev", "development"),
    "test": ("test", "testing"),
}
PART = {word: part for part, words in WORDS.items() for word in words}


def read_split_table(file: Path | str) -> tuple[FaceTable, list[Fold]]:
    """Reads a split table.

    Args:
        file: Path. csv or tsv, possibly gz, in UTF-8, with the columns id, subject, sequence and split (train,
            validation or test), and possibly fold, label and path, in any order. Empty cells are unknown. With `fold`,
            each fold lists all its rows, so that an id stands there once a fold. `path` is that of a picture, relative
            to the file; all rows have one, or none.

    Returns:
        `FaceTable` with one row an id, in the order of the file, with pictures as they are in their files or none at
        all; and its `Fold`s, in the order of the file.

    Raises:
        DatasetLayoutError: names the file and the line, what was found and what was expected.
    """
    file = Path(file)
    cells = _cells(file)
    _check(cells, file)
    rows = cells.drop_duplicates("id", ignore_index=True)
    table = pd.DataFrame({"sample_id": rows["id"], "frame": 0, "image": np.arange(len(rows))})
    for column in ("subject", "sequence", "label"):
        table[column] = rows[column].where(rows[column] != "", np.nan)
    images = _pictures(rows, file) if (rows["path"] != "").any() else np.zeros((0, 0, 0), np.uint8)
    fingerprint = hashlib.sha256(file.read_bytes()).hexdigest()[:16]
    name = file.name.encode("utf-8", "backslashreplace").decode()
    return FaceTable(name, table.assign(split=np.nan), images, fingerprint), _folds(cells, rows, file)


def _cells(file: Path) -> pd.DataFrame:
    """Reads the cells as text, one row a line that is not blank, with the line's number."""
    ending = next((ending for ending in ENDINGS if file.name.lower().endswith(ending)), None)
    if ending is None:
        raise DatasetLayoutError(f"{file}: no split table by its name. Expected one of {', '.join(ENDINGS)}.")
    if not file.is_file():
        beside = [path.name for path in file.parent.iterdir()] if file.parent.is_dir() else []
        raise DatasetLayoutError(f"{file}: no such file.{nearest(file.name, beside)}")
    try:
        # The header is read as a row, because pandas renames a column that stands there twice.
        options = {"header": None, "skip_blank_lines": False, "keep_default_na": False, "skipinitialspace": True}
        cells = pd.read_csv(file, sep=ENDINGS[ending], dtype=str, encoding="utf-8-sig", **options)
    except (OSError, ValueError, EOFError, zlib.error) as error:
        raise DatasetLayoutError(
            f"{file}: cannot be read as a table ({type(error).__name__}: {str(error).strip()[:120]}). Expected the "
            f"columns {', '.join(NEEDED)}, in UTF-8."
        ) from error
    cells = cells.fillna("").apply(lambda column: column.str.strip())  # short lines have no last cells
    header, cells = [name.lower() for name in cells.iloc[0]], cells.iloc[1:].assign(line=range(2, len(cells) + 1))
    if len(set(header)) < len(header):
        raise DatasetLayoutError(f"{file}: a column stands twice in the header {header[:8]}.")
    cells.columns = [*header, "line"]
    for column in NEEDED:
        if column not in cells:
            raise DatasetLayoutError(
                f"{file}: no column '{column}'. Expected {', '.join(NEEDED)}, and possibly fold, label and path; found "
                f"{header[:8]}.{nearest(column, header)} Where it is not known, leave its cells empty."
            )
    for column in set(header) - set(KNOWN):
        meant = difflib.get_close_matches(column, set(KNOWN) - set(header), n=1, cutoff=ALIKE)
        if meant:
            raise DatasetLayoutError(f"{file}: column '{column}' is not read. Did you mean '{meant[0]}'? Rename it.")
    cells = cells.reindex(columns=[*KNOWN, "line"], fill_value="")
    cells = cells[(cells[list(KNOWN)] != "").any(axis=1)]
    if not len(cells):
        raise DatasetLayoutError(f"{file}: a header but no rows.")
    return cells


def _check(cells: pd.DataFrame, file: Path) -> None:
    """Refuses rows that contradict each other, or cannot be understood."""
    seen, first = {}, {}
    for row in cells.to_dict("records"):
        where, line = f"{file}, line {row['line']}", row["line"]
        if not row["id"]:
            raise DatasetLayoutError(f"{where}: no id. Every row needs one, such as the name of its picture.")
        if row["split"].lower() not in PART:
            raise DatasetLayoutError(
                f"{where}: split '{row['split'][:40]}'. Expected {' or '.join(map(', '.join, WORDS.values()))}."
                f"{nearest(row['split'].lower(), PART)}"
            )
        if (row["id"], row["fold"]) in seen:
            in_fold = f" in fold '{row['fold']}'" if row["fold"] else ""
            raise DatasetLayoutError(
                f"{where}: id '{row['id']}' stands also in line {seen[row['id'], row['fold']]}{in_fold}. An id stands "
                "once; of several folds, once in each (column fold)."
            )
        seen[row["id"], row["fold"]] = line
        before = first.setdefault(row["id"], row)
        for column in ("subject", "sequence", "label", "path"):
            if row[column] != before[column]:
                raise DatasetLayoutError(
                    f"{where}: id '{row['id']}' has {column} '{row[column]}', but '{before[column]}' in line "
                    f"{before['line']}. One id is one picture."
                )
    for column in ("fold", "path"):
        empty = cells["line"][cells[column] == ""]
        if 0 < len(empty) < len(cells):
            raise DatasetLayoutError(f"{file}, line {empty.iloc[0]}: no {column}, but other rows have one. Fill it in.")


def _pictures(rows: pd.DataFrame, file: Path) -> FileImages:
    """Decodes every picture once; a fault is told with its line."""
    images = FileImages([file.parent / path for path in rows["path"]])
    try:
        images.image_digests(np.arange(len(rows)))  # remembered: the linter asks again
    except (DatasetLayoutError, OSError, ValueError):
        for line, path in zip(rows["line"], images.paths, strict=True):
            if fault := picture_fault(path):
                raise DatasetLayoutError(f"{file}, line {line}: {path}: {fault}") from None
        raise
    return images


def _folds(cells: pd.DataFrame, rows: pd.DataFrame, file: Path) -> list[Fold]:
    place = dict(zip(rows["id"], range(len(rows)), strict=True))
    folds = []
    for name, part_of in cells.groupby("fold", sort=False):
        numbers, parts = part_of["id"].map(place).to_numpy(), part_of["split"].str.lower().map(PART).to_numpy()
        train, validation, test = (np.sort(numbers[parts == part]) for part in WORDS)
        if not len(test):
            where = f"fold '{name}'" if name else "the table"
            raise DatasetLayoutError(f"{file}: {where} has no row of split 'test', so nothing would be tested.")
        folds.append(Fold(train, validation, test, np.union1d(train, validation)))
    return folds
