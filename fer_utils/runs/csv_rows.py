"""A csv file from somewhere: read as text only, with the line number of every row."""

import csv
import gzip
import io
import zlib
from pathlib import Path

from fer_utils.errors import UserError


class PredictionsError(UserError):
    """A file of predictions is not what its protocol asks for."""


def read_csv_rows(path: Path) -> tuple[list[str], list[tuple[int, dict[str, str]]]]:
    """Reads a csv strictly: every row has as many cells as the header; spaces round a cell are dropped.

    Args:
        path: Path of a `.csv`, or a gzipped one, in UTF-8.

    Returns:
        The column names, and for each row its line in the file and its cells by column. Empty lines are skipped.

    Raises:
        PredictionsError: no such file, no text, no csv, no rows, or a column that stands twice.
    """
    text = _text(path)
    rows = csv.reader(io.StringIO(text, newline=""), strict=True)
    found = []
    try:
        header = [cell.strip() for cell in next(rows, [])]
        if len(header) == 1 and any(mark in header[0] for mark in ";\t"):
            raise PredictionsError(f"{path}, line 1: columns are separated by semicolons or tabs. Expected commas.")
        for column in header:
            if header.count(column) > 1:
                raise PredictionsError(f"{path}, line 1: the column '{column[:40]}' stands twice.")
        for cells in rows:
            if len(cells) not in (0, len(header)):
                raise PredictionsError(
                    f"{path}, line {rows.line_num}: {len(cells)} cells, but the header has {len(header)}."
                )
            if cells:
                values = (cell.strip() for cell in cells)
                found.append((rows.line_num, dict(zip(header, values, strict=True))))
    except csv.Error as error:
        raise PredictionsError(f"{path}, line {rows.line_num}: cannot be read as csv ({error}).") from error
    if not found:
        raise PredictionsError(f"{path}: {'a header but no rows' if header else 'the file is empty'}.")
    return header, found


def _text(path: Path) -> str:
    expected = "Expected a csv, or a csv.gz, in UTF-8."
    try:
        content = Path(path).read_bytes()
        if content.startswith(b"\x1f\x8b"):
            content = gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise PredictionsError(f"{path}: cannot be read ({type(error).__name__}: {reason}). {expected}") from error
    if b"\0" in content:
        raise PredictionsError(f"{path}: a binary file or UTF-16; nothing of it was loaded. {expected}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise PredictionsError(
            f"{path}, line {line}: the byte {content[error.start]:#x} is not UTF-8. {expected}"
        ) from error
