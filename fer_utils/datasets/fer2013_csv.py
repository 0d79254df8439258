"""The csv format of FER2013: one row an image, every cell checked."""

import re
import warnings
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pandas as pd

from fer_utils.errors import DatasetLayoutError, nearest

LABELS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")  # the csv's codes 0..6
CODES = tuple(str(code) for code in range(len(LABELS)))
PARTS = ("Training", "PublicTest", "PrivateTest")
SIZE = 48
# What pandas and the decompressors raise for files that are empty, cut off, encrypted or something else.
UNREADABLE = (OSError, EOFError, ValueError, RuntimeError, zlib.error, zipfile.BadZipFile)


def parse_csv(csv: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Parses the original csv format, checking every row.

    Args:
        csv: Path of a .csv, .csv.gz or .csv.zip with the columns emotion, pixels and Usage in any order.

    Returns:
        uint8 images (N, 48, 48); uint8 labels (N,), codes 0..6; uint8 parts (N,), codes in the order of `PARTS`.

    Raises:
        DatasetLayoutError: names the file and the row, what was found and what was expected.
    """
    images, labels, usage = [], [], []
    options = {"chunksize": 2000, "dtype": str, "keep_default_na": False, "skipinitialspace": True}
    try:
        with pd.read_csv(csv, **options) as reader:
            for chunk in reader:
                emotions, pixels, parts = _columns(chunk, csv)
                for line, emotion, text, part in zip(chunk.index + 2, emotions, pixels, parts, strict=True):
                    images.append(_image(text, csv, line))  # the header is line 1
                    labels.append(_code(emotion.strip(), CODES, "emotion", csv, line))
                    usage.append(_code(part.strip(), PARTS, "Usage", csv, line))
    except UNREADABLE as error:
        raise DatasetLayoutError(
            f"{csv}: cannot be read as FER2013 csv ({type(error).__name__}: {str(error).strip()}). The file is empty, "
            "truncated or of another kind; get it anew and compare its size with the source."
        ) from error
    if not images:
        raise DatasetLayoutError(f"{csv}: a header but no rows. Expected up to 35,887 rows emotion,pixels,Usage.")
    return np.stack(images), np.array(labels, np.uint8), np.array(usage, np.uint8)


def _columns(chunk: pd.DataFrame, csv: Path) -> list[pd.Series]:
    """Finds the three columns, whatever their order, letter case and surrounding spaces."""
    if not isinstance(chunk.index, pd.RangeIndex):  # pandas takes what is too much for an index
        raise DatasetLayoutError(f"{csv}: the rows have more cells than the header {list(chunk)[:6]} has names.")
    columns = {column.strip().lower(): column for column in chunk}
    missing = [name for name in ("emotion", "pixels", "usage") if name not in columns]
    if missing:
        raise DatasetLayoutError(
            f"{csv}: no column '{missing[0]}'. Expected emotion,pixels,Usage; found {list(chunk)[:6]}."
            f"{nearest(missing[0], columns)}"
        )
    return [chunk[columns[name]] for name in ("emotion", "pixels", "usage")]


def _image(text: str, csv: Path, line: int) -> np.ndarray:
    """Turns one pixel cell into a 48 x 48 image."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # numpy warns where it stops at something that is no number
            values = np.fromstring(text, dtype=np.int64, sep=" ")
    except (DeprecationWarning, ValueError):
        bad = next((word for word in text.split() if not re.fullmatch("[+-]?[0-9]+", word)), "")
        raise DatasetLayoutError(
            f"{csv}, line {line}: the pixel '{bad[:20]}' is no whole number. Expected {SIZE * SIZE} values 0-255."
        ) from None
    if values.size != SIZE * SIZE:
        raise DatasetLayoutError(
            f"{csv}, line {line}: {values.size:,} pixels. Expected {SIZE * SIZE:,} ({SIZE} x {SIZE}, row by row)."
        )
    if values.min() < 0 or values.max() > 255:
        raise DatasetLayoutError(f"{csv}, line {line}: pixels from {values.min()} to {values.max()}. Expected 0-255.")
    return values.astype(np.uint8).reshape(SIZE, SIZE)


def _code(text: str, known: tuple[str, ...], column: str, csv: Path, line: int) -> int:
    """Looks a cell up among its valid values."""
    if text not in known:
        raise DatasetLayoutError(
            f"{csv}, line {line}: {column} '{text[:40]}' is unknown. Expected one of {', '.join(known)}."
            f"{nearest(text, known)}"
        )
    return known.index(text)
