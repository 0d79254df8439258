"""Drawn faces are kept in the cache, so that a suite of notebooks draws them once. It is always safe to delete."""

import json
import zipfile
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from fer_utils.datasets.face_table import FaceTable
from fer_utils.paths import fill_cache


@dataclass(frozen=True)
class DrawnFaces:
    """Drawn pictures with everything that is known of them.

    Attributes:
        columns: dict of str to array (n,) of numbers, truth values or text: the table without its landmarks.
        images: uint8 array (n, size, size) or (n, size, size, 3).
        landmarks: float32 array (n, 68, 2), pixels.
        fingerprint: str. `FaceTable.content_fingerprint`; empty where it was not computed.
    """

    columns: dict[str, np.ndarray]
    images: np.ndarray
    landmarks: np.ndarray
    fingerprint: str = ""

    def __len__(self) -> int:
        return len(self.images)


def write_cache(folder: Path, parts: Iterable[DrawnFaces], count: int) -> None:
    """Stores faces while they are drawn, so that never more than one part is in memory.

    Args:
        folder: Path. Named after everything that decides the content, so that it never has to change.
        parts: iterable of `DrawnFaces`, consecutive parts of the dataset.
        count: int. Number of faces of all parts.
    """

    def write(unfinished):
        columns = []
        with ExitStack() as files:
            opened = {}
            for part in parts:
                for name in ("images", "landmarks"):
                    array = getattr(part, name)
                    if name not in opened:
                        opened[name] = files.enter_context((unfinished / f"{name}.npy").open("wb"))
                        _write_header(opened[name], array, count)
                    # plain writing: on a full disk it raises, where writing to mapped memory would kill the process
                    opened[name].write(np.ascontiguousarray(array).data)
                columns.append(part.columns)
        np.savez(unfinished / "rows.npz", **_joined(columns))
        images = np.load(unfinished / "images.npy", mmap_mode="r")
        fingerprint = FaceTable.content_fingerprint(pd.DataFrame(_joined(columns)), images)
        (unfinished / "meta.json").write_text(json.dumps({"fingerprint": fingerprint, "rows": count}))

    fill_cache(folder, write, lambda there: read_cache(there) is not None)


def read_cache(folder: Path) -> DrawnFaces | None:
    """Opens stored faces; pixels and landmarks stay on disk until they are used.

    Args:
        folder: Path that `write_cache` was given.

    Returns:
        `DrawnFaces`, or None where they are not there or not whole.
    """
    try:
        meta = json.loads((folder / "meta.json").read_text())
        with (folder / "rows.npz").open("rb") as file, np.load(file) as stored:
            columns = {name: stored[name] for name in stored.files}
        images, landmarks = (np.load(folder / f"{name}.npy", mmap_mode="r") for name in ("images", "landmarks"))
        whole = {meta["rows"], len(images), len(landmarks), *map(len, columns.values())} == {meta["rows"]}
        return DrawnFaces(columns, images, landmarks, meta["fingerprint"]) if whole else None
    except (OSError, ValueError, EOFError, KeyError, TypeError, zipfile.BadZipFile):
        return None


def join(parts: Iterable[DrawnFaces]) -> DrawnFaces:
    """Puts parts together in memory, for a disk that cannot be written to.

    Args:
        parts: iterable of `DrawnFaces`, consecutive parts of the dataset.

    Returns:
        `DrawnFaces`.
    """
    parts = list(parts)
    columns = _joined([part.columns for part in parts])
    images, landmarks = (np.concatenate([getattr(part, name) for part in parts]) for name in ("images", "landmarks"))
    return DrawnFaces(columns, images, landmarks, FaceTable.content_fingerprint(pd.DataFrame(columns), images))


def _joined(columns: list[dict[str, np.ndarray]]) -> dict[str, np.ndarray]:
    return {name: np.concatenate([part[name] for part in columns]) for name in columns[0]}


def _write_header(file, array: np.ndarray, count: int) -> None:
    """Begins a .npy file that will hold `count` items like those of the array."""
    header = np.lib.format.header_data_from_array_1_0(array) | {"shape": (count, *array.shape[1:])}
    np.lib.format.write_array_header_1_0(file, header | {"fortran_order": False})
