"""Files of a record: written in one step, and sealed with a hash."""

import gzip
import hashlib
from pathlib import Path

from fer_utils.paths import write_atomically


def write_gzip(path: Path, text: str) -> None:
    """Writes a compressed text in one step; equal texts give equal bytes.

    Args:
        path: Path, ending in `.gz`.
        text: str.
    """
    write_atomically(path, gzip.compress(text.encode(), compresslevel=6, mtime=0))


def seal(path: Path) -> dict[str, str]:
    """Names a file of the record with its hash, by which a later change shows.

    Args:
        path: Path of an existing file.

    Returns:
        dict with `file` (its name) and `sha256`, as `result.json` holds them.
    """
    return {"file": path.name, "sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def is_whole(folder: Path, sealed: dict) -> bool:
    """Whether a sealed file of a record is as it was.

    Args:
        folder: Path of the record.
        sealed: dict as `seal` returns it.

    Returns:
        bool.
    """
    return seal(Path(folder) / sealed["file"])["sha256"] == sealed["sha256"]
