"""What the loaders of still pictures share: leaving out what cannot be read, by name, and building the table."""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from fer_utils.datasets.counts import Count, count_notes, is_partial
from fer_utils.datasets.face_table import COLUMNS, FaceTable
from fer_utils.datasets.image_store import FileImages
from fer_utils.datasets.layout import below
from fer_utils.datasets.picture_file import picture_size
from fer_utils.datasets.problems import Problems
from fer_utils.errors import DatasetLayoutError
from fer_utils.paths import remembered_by_file

UNREADABLE = "pictures that cannot be read (left out)"
UNEXPECTED = "entries that do not belong to the dataset (left out)"
DOCUMENTS = (".txt", ".md", ".pdf", ".csv", ".gz", ".zip", ".rar", ".tar", ".7z", ".html", ".htm", ".doc", ".rtf")
ONLY_HERE = ("path", "height", "width")  # of a sample, and no columns of the table


def tell_stranger(path: Path, root: Path, problems: Problems, expected: str) -> None:
    """Records an entry that a loader does not know, unless it is a document such as a README or an archive.

    Args:
        path: Path. Its name is not that of a sample.
        root: Path. The dataset's folder.
        problems: `Problems`.
        expected: str. What lies there in the original.
    """
    document = path.suffix.lower() in DOCUMENTS or path.stem.lower() in ("readme", "license")
    if path.is_dir() or not document:
        problems.add(UNEXPECTED, below(path, root), f"expected {expected}")


def keep_readable(samples: list[dict], root: Path, problems: Problems) -> list[dict]:
    """Reads the headers of all pictures and leaves out those that are no picture.

    Args:
        samples: list of dict with `path` (Path).
        root: Path. The dataset's folder, below which files are named.
        problems: `Problems` that takes up what is left out.

    Returns:
        list of dict. The other samples in their order, with `height` and `width` in pixels.
    """
    there, listed = [], {os.path.abspath(sample["path"]) for sample in samples}  # noqa: PTH100  (links stay)
    for sample in samples:
        path = sample["path"]
        if not path.is_file():
            problems.add(UNREADABLE, below(path, root), "no file, or a link that leads nowhere")
        elif path.is_symlink() and os.path.realpath(path) in listed:  # the same picture twice, perhaps in two classes
            problems.add("second copies of a picture (left out)", below(path, root), f"a link to {path.resolve()}")
        else:
            there.append(sample)
    kept = []
    headers = remembered_by_file("picture header 1", [sample["path"] for sample in there], _header)
    for sample, header in zip(there, headers, strict=True):
        if header.startswith("!"):
            problems.add(UNREADABLE, below(sample["path"], root), header[1:])
        else:
            height, width = map(int, header.split())
            kept.append(sample | {"height": height, "width": width})
    return kept


def still_table(
    name: str,
    samples: list[dict],
    root: Path,
    problems: Problems,
    counts: Sequence[Count] = (),
    size: int | tuple[int, int] | None = None,
    color: bool = False,
) -> FaceTable:
    """Builds the table of pictures in files.

    Args:
        name: str. Name of the dataset.
        samples: list of dict from `keep_readable`, with the columns of `FaceTable.rows` but `image`, and others.
        root: Path. The dataset's folder.
        problems: `Problems` found on the way.
        counts: sequence of `Count`.
        size: as for `FileImages`.
        color: bool. RGB instead of gray.

    Returns:
        `FaceTable`; partial where there are fewer samples than published, or some were left out.

    Raises:
        DatasetLayoutError: no sample is left.
    """
    if not samples:
        reasons = "; ".join(str(problem) for problem in problems.found[:3]) or "the folders are empty"
        raise DatasetLayoutError(f"{name}: no usable picture in {root}: {reasons}.")
    rows = pd.DataFrame([{key: sample[key] for key in sample if key not in ONLY_HERE} for sample in samples])
    rows["image"] = np.arange(len(rows))
    rows = rows[[*COLUMNS, *(column for column in rows if column not in COLUMNS)]]
    images = FileImages([sample["path"] for sample in samples], size, color)
    return FaceTable(
        name=name,
        rows=rows,
        images=images,
        fingerprint=FaceTable.content_fingerprint(rows, images),
        notes=(*count_notes(counts), *problems.notes()),
        partial=is_partial(counts) or problems.serious,
        problems=problems.found,
        counts=tuple(counts),
    )


def class_counts(labels: Sequence[str], published: dict[str, int]) -> list[Count]:
    """Counts each class.

    Args:
        labels: sequence of str. One a picture or sequence, whatever was published.
        published: dict. Emotion -> number.

    Returns:
        list of `Count`, in the order of `published`.
    """
    labels = list(labels)
    return [Count(emotion, labels.count(emotion), number) for emotion, number in published.items()]


def _header(path: Path) -> str:
    """Height and width, or an exclamation mark and what is wrong."""
    try:
        height, width = picture_size(path)
    except DatasetLayoutError as error:
        return "!" + str(error).removeprefix(f"{path}: ")
    return f"{height} {width}"
