"""FER2013: the csv of the 2013 challenge, with exact counts, a memory-mapped cache and FER+ votes."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd

from fer_utils.datasets.about import About
from fer_utils.datasets.counts import Count
from fer_utils.datasets.face_table import FaceTable
from fer_utils.datasets.fer2013_csv import LABELS, PARTS, parse_csv
from fer_utils.datasets.ferplus import add_votes
from fer_utils.errors import DatasetLayoutError
from fer_utils.paths import cache_root, file_digest, fill_cache

COUNTS = {  # images per class in the order of LABELS, as distributed
    "Training": (3995, 436, 4097, 7215, 4830, 3171, 4965),
    "PublicTest": (467, 56, 496, 895, 653, 415, 607),
    "PrivateTest": (491, 55, 528, 879, 594, 416, 626),
}
CACHE_VERSION = 1


@dataclass(frozen=True)
class Fer2013:
    """FER2013 as csv: 35,887 gray faces of 48 x 48 pixels from web search, subjects unknown.

    Attributes:
        path: str. `fer2013.csv`, `.csv.gz` or `.csv.zip`, or the folder that holds it. A file `fer2013new.csv` beside
            it adds the ten FER+ votes of every image.

    Reference: Goodfellow et al. 2013, arXiv:1307.0414; FER+: Barsoum et al. 2016, arXiv:1608.01041.
    """

    path: str = ""

    name: ClassVar[str] = "fer2013"
    needs_path: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="FER2013, faces of the 2013 challenge in representation learning; FER+, ten votes for each",
        owner="Pierre-Luc Carrier and Aaron Courville; FER+: Microsoft",
        obtain="At Kaggle, the competition "
        "challenges-in-representation-learning-facial-expression-recognition-challenge; "
        "the votes: https://github.com/microsoft/FERPlus. Put both files into one folder.",
        license="The rules of the challenge; the pictures were found by web search, and nobody asked their owners. "
        "FER+ votes: MIT.",
        citation="I. Goodfellow et al.: Challenges in Representation Learning. ICONIP, 2013, arXiv:1307.0414. "
        "E. Barsoum et al.: Training Deep Networks for Facial Expression Recognition. ICMI, 2016, arXiv:1608.01041.",
        layout="fer2013.csv (also .csv.gz, .csv.zip, icml_face_data.csv)   emotion,pixels,Usage\n"
        "fer2013new.csv                                             votes, optional",
        counts="35,887 pictures: "
        + "; ".join(
            f"{part} {', '.join(f'{label} {n}' for label, n in zip(LABELS, numbers, strict=True))}"
            for part, numbers in COUNTS.items()
        ),
        traps="1,514 groups of identical pictures, 57 of them with different labels; some are on both sides of the "
        "owners' split. PublicTest and PrivateTest are both called the test set. Nobody knows who is shown.",
    )

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
        arrays = _read_cache(folder)
        if arrays is None:
            images, labels, usage = parse_csv(csv)
            fingerprint = FaceTable.content_fingerprint(_rows(labels, usage), images)
            _write_cache(folder, images, labels, usage, fingerprint)
            arrays = _read_cache(folder) or (images, labels, usage, fingerprint)
        images, labels, usage, fingerprint = arrays
        rows = _rows(labels, usage)
        notes = count_notes(rows)
        votes = csv.parent / "fer2013new.csv"
        if votes.exists():
            rows = add_votes(rows, votes)
        counts = published_counts(rows)
        return FaceTable(self.name, rows, images, fingerprint, notes=notes, partial=bool(notes), counts=counts)

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


def published_counts(rows: pd.DataFrame) -> tuple[Count, ...]:
    """Counts parts and their classes.

    Args:
        rows: DataFrame with `split` and `label`.

    Returns:
        tuple of `Count`.
    """
    counts = []
    for part, expected in COUNTS.items():
        labels = rows["label"][rows["split"] == part]
        counts.append(Count(part, len(labels), sum(expected)))
        counts += [
            Count(f"{part} {label}", int((labels == label).sum()), number)
            for label, number in zip(LABELS, expected, strict=True)
        ]
    return tuple(counts)


def _rows(labels: np.ndarray, usage: np.ndarray) -> pd.DataFrame:
    """Builds the table; ids are the part and the position inside it, so that a missing part renumbers nothing."""
    part = np.array(PARTS, dtype=object)[usage]
    position = np.zeros(len(usage), dtype=int)
    for code in range(len(PARTS)):
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


def _read_cache(folder: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, str] | None:
    """Opens what `_write_cache` stored; the images stay on disk until they are used. None where it is not whole."""
    try:
        meta = json.loads((folder / "meta.json").read_text())
        images = np.load(folder / "images.npy", mmap_mode="r")
        labels, usage = np.load(folder / "labels.npy"), np.load(folder / "usage.npy")
        whole = meta["rows"] == len(images) == len(labels) == len(usage)
        return (images, labels, usage, meta["fingerprint"]) if whole else None
    except (OSError, ValueError, EOFError, KeyError, TypeError):
        return None


def _write_cache(folder: Path, images: np.ndarray, labels: np.ndarray, usage: np.ndarray, fingerprint: str) -> None:
    """Stores parsed arrays."""

    def write(unfinished):
        for name, array in (("images", images), ("labels", labels), ("usage", usage)):
            np.save(unfinished / f"{name}.npy", array)
        (unfinished / "meta.json").write_text(json.dumps({"fingerprint": fingerprint, "rows": len(labels)}))

    fill_cache(folder, write, lambda there: _read_cache(there) is not None)
