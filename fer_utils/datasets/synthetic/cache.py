"""Drawn faces are kept in the cache, so that a suite of notebooks draws them once. It is always safe to delete."""

from pathlib import Path

import numpy as np
import pandas as pd

from fer_utils.paths import fill_cache


def write_cache(folder: Path, rows: pd.DataFrame, images: np.ndarray, landmarks: np.ndarray) -> None:
    """Stores drawn faces.

    Args:
        folder: Path. Named after everything that decides the content, so that it never has to change.
        rows: DataFrame of numbers and text.
        images: uint8 array (n, size, size).
        landmarks: float array (n, 68, 2).
    """

    def write(unfinished):
        np.save(unfinished / "images.npy", images)
        np.save(unfinished / "landmarks.npy", landmarks)
        rows.to_csv(unfinished / "rows.csv", index=False)

    fill_cache(folder, write, lambda there: read_cache(there) is not None)


def read_cache(folder: Path) -> tuple[pd.DataFrame, np.ndarray, np.ndarray] | None:
    """Opens stored faces; the images stay on disk until they are used.

    Args:
        folder: Path that `write_cache` was given.

    Returns:
        rows, images and landmarks as they were stored, or None where they are not there or not whole.
    """
    try:
        rows = pd.read_csv(folder / "rows.csv")
        images = np.load(folder / "images.npy", mmap_mode="r")
        landmarks = np.load(folder / "landmarks.npy")
    except (OSError, ValueError, EOFError):
        return None
    return (rows, images, landmarks) if len(rows) == len(images) == len(landmarks) else None
