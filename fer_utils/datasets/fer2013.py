"""FER2013: the csv of the 2013 challenge, with exact counts, a memory-mapped cache and FER+ votes."""

import json
import os
import shutil
import tempfile
import warnings
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd

from fer_utils.datasets.face_table import FaceTable
from fer_utils.datasets.ferplus import add_votes
from fer_utils.errors import DatasetLayoutError, nearest
from fer_utils.paths import cache_root, file_digest

LABELS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")  # the csv's codes 0..6
SIZE = 48
COUNTS = {  # images per class in the order of LABELS, as distributed
    "Training": (3995, 436, 4097, 7215, 4830, 3171, 4965),
    "PublicTest": (467, 56, 496, 895, 653, 415, 607),
    "PrivateTest": (491, 55, 528, 879, 594, 416, 626),
}
CACHE_VERSION = 1


@dataclass(frozen=True)
class Fer2013:
    """FER2013 as csv: 35,887 grey faces of 48 x 48 pixels from web search, subjects unknown.

    Attributes:
        path: str. `fer2013.csv`, `.csv.gz` or `.csv.zip`, or the folder that holds it. A file `fer2013new.csv` beside
            it adds the ten FER+ votes of every image.

    Reference: Goodfellow et al. 2013, arXiv:1307.0414; FER+: Barsoum et al. 2016, arXiv:1608.01041.
    """

    path: str = ""

    name: ClassVar[str] = "fer2013"
    needs_path: ClassVar[bool] = True
    summary: ClassVar[str] = "35,887 grey web faces, 48 x 48, 7 classes, subjects unknown"

    def digest(self) -> str:
        """Returns the hash of the csv and of the votes beside it: which data a run would read."""
        csv = self._csv()
        votes = csv.parent / "fer2013new.csv"
        return file_digest(csv)[:32] + (file_digest(votes)[:32] if votes.exists() else "")

    def load(self) -> FaceTable:
        """Reads the table; the first time it parses the csv, later it maps the cached pixels.

        Returns:
            `FaceTable` with uint8 images (N, 48, 48), `split` Training, PublicTest or PrivateTest, no subjects.

        Raises:
            DatasetLayoutError: the file is missing, empty, truncated, or holds something else than FER2013.
        """
        csv = self._csv()
        folder = cache_root() / "fer2013" / f"{file_digest(csv)[:24]}-v{CACHE_VERSION}"
        if not (folder / "meta.json").exists():
            _fill_cache(csv, folder)
        meta = json.loads((folder / "meta.json").read_text())
        images = np.load(folder / "images.npy", mmap_mode="r")
        rows = _rows(np.load(folder / "labels.npy"), np.load(folder / "usage.npy"))
        notes = count_notes(rows)
        votes = csv.parent / "fer2013new.csv"
        if votes.exists():
            rows = add_votes(rows, votes)
        return FaceTable(self.name, rows, images, meta["fingerprint"], notes=notes, partial=bool(notes))

    def _csv(self) -> Path:
        path = Path(self.path)
        if not self.path or not path.exists():
            raise DatasetLayoutError(
                f"fer2013: no file or folder '{self.path}'. Expected fer2013.csv (or .csv.gz, .csv.zip) with the "
                "columns emotion,pixels,Usage; name it with --data fer2013=PATH."
            )
        if path.is_file():
            return path
        for name in ("fer2013.csv", "fer2013.csv.gz", "fer2013.csv.zip", "icml_face_data.csv"):
            for found in (path / name, path / "fer2013" / name):
                if found.is_file():
                    return found
        raise DatasetLayoutError(
            f"{path}: no fer2013.csv, .csv.gz, .csv.zip or icml_face_data.csv in this folder; "
            f"found {sorted(p.name for p in path.iterdir())[:5]}."
        )


def count_notes(rows: pd.DataFrame) -> tuple[str, ...]:
    """Compares the class counts with the published ones.

    Args:
        rows: DataFrame with `split` and `label`.

    Returns:
        tuple of str. One note per part that is missing or differs; empty for a complete copy.
    """
    notes = []
    for part, expected in COUNTS.items():
        labels = rows["label"][rows["split"] == part]
        found = tuple(int((labels == label).sum()) for label in LABELS)
        if sum(found) == 0:
            notes.append(f"partial copy: no {part} rows (the original has {sum(expected):,})")
        elif found != expected:
            differing = [
                f"{label} {f:,}, not {e:,}" for label, f, e in zip(LABELS, found, expected, strict=True) if f != e
            ]
            notes.append(f"partial or changed copy: {part} has {', '.join(differing)}")
    return tuple(notes)


def _rows(labels: np.ndarray, usage: np.ndarray) -> pd.DataFrame:
    """Builds the table; ids are the part and the position inside it, so that a missing part renumbers nothing."""
    part = np.array(list(COUNTS), dtype=object)[usage]
    position = np.zeros(len(usage), dtype=int)
    for code in range(len(COUNTS)):
        inside = usage == code
        position[inside] = np.arange(inside.sum())
    sample_id = [f"{p}-{i:05d}" for p, i in zip(part, position, strict=True)]
    return pd.DataFrame(
        {
            "sample_id": sample_id,
            "subject": np.nan,
            "sequence": sample_id,
            "frame": 0,
            "label": np.array(LABELS, dtype=object)[labels],
            "split": part,
            "image": np.arange(len(labels)),
        }
    )


def _fill_cache(csv: Path, folder: Path) -> None:
    """Parses the csv into a folder that appears only when it is complete."""
    images, labels, usage = parse_csv(csv)
    fingerprint = FaceTable.content_fingerprint(_rows(labels, usage), images)
    folder.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=folder.parent))
    for name, array in (("images", images), ("labels", labels), ("usage", usage)):
        np.save(temporary / f"{name}.npy", array)
    (temporary / "meta.json").write_text(json.dumps({"fingerprint": fingerprint, "rows": len(labels)}))
    try:
        os.rename(temporary, folder)  # noqa: PTH104 - Path.rename would do the same; both fail if another process was first
    except OSError:
        shutil.rmtree(temporary, ignore_errors=True)
        if not (folder / "meta.json").exists():
            raise


def parse_csv(csv: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Parses the original csv format, checking every row.

    Args:
        csv: Path of a .csv, .csv.gz or .csv.zip with the columns emotion, pixels and Usage in any order.

    Returns:
        uint8 images (N, 48, 48); uint8 labels (N,), codes 0..6; uint8 parts (N,), codes in the order of `COUNTS`.

    Raises:
        DatasetLayoutError: names the file and the row, what was found and what was expected.
    """
    images, labels, usage = [], [], []
    try:
        for chunk in pd.read_csv(csv, chunksize=2000, dtype=str, keep_default_na=False, skipinitialspace=True):
            columns = {column.strip().lower(): column for column in chunk}
            missing = [name for name in ("emotion", "pixels", "usage") if name not in columns]
            if missing:
                raise DatasetLayoutError(
                    f"{csv}: no column '{missing[0]}'. Expected emotion,pixels,Usage; found {list(chunk)[:6]}."
                    f"{nearest(missing[0], columns)}"
                )
            for line, emotion, text, part in zip(
                chunk.index + 2,  # the header is line 1
                chunk[columns["emotion"]],
                chunk[columns["pixels"]],
                chunk[columns["usage"]],
                strict=True,
            ):
                images.append(_pixels(text, csv, line))
                labels.append(_code(emotion.strip(), [str(i) for i in range(7)], "emotion", csv, line))
                usage.append(_code(part.strip(), list(COUNTS), "Usage", csv, line))
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError, EOFError, OSError) as error:
        raise _unreadable(csv, error) from error
    except zipfile.BadZipFile as error:
        raise _unreadable(csv, error) from error
    if not images:
        raise DatasetLayoutError(f"{csv}: a header but no rows. Expected up to 35,887 rows emotion,pixels,Usage.")
    return np.stack(images), np.array(labels, np.uint8), np.array(usage, np.uint8)


def _unreadable(csv: Path, error: Exception) -> DatasetLayoutError:
    return DatasetLayoutError(
        f"{csv}: cannot be read as FER2013 csv ({type(error).__name__}: {error}). The file is empty, truncated or of "
        "another kind; get it anew and compare its size with the source."
    )


def _pixels(text: str, csv: Path, line: int) -> np.ndarray:
    """Turns one pixel cell into a 48 x 48 image."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # numpy warns where it stops at something that is no number
            values = np.fromstring(text, dtype=np.int32, sep=" ")
    except (DeprecationWarning, ValueError):
        bad = next((word for word in text.split() if not word.isdecimal()), "")
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


def _code(text: str, known: list[str], column: str, csv: Path, line: int) -> int:
    """Looks a cell up among its valid values."""
    if text not in known:
        raise DatasetLayoutError(
            f"{csv}, line {line}: {column} '{text[:40]}' is unknown. Expected one of {', '.join(known)}."
            f"{nearest(text, known)}"
        )
    return known.index(text)
