"""Where things lie on disk: runs, caches, real data; and how a file is written without ever being half there."""

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path


def project_root() -> Path:
    """Finds the folder that holds `notebooks/` and `fer_utils/`.

    Returns:
        Path. The nearest such folder at or above the working directory, else the one that this package lies in.
    """
    here = Path.cwd().resolve()
    for folder in (here, *here.parents):
        if (folder / "notebooks").is_dir() and (folder / "fer_utils").is_dir():
            return folder
    return Path(__file__).resolve().parents[1]


def runs_root() -> Path:
    """Returns the folder of all run records: `FERBENCH_RUNS`, else `reports/runs` of the project."""
    return Path(os.environ.get("FERBENCH_RUNS") or project_root() / "reports" / "runs").resolve()


def cache_root() -> Path:
    """Returns the cache folder, which is always safe to delete: `FERBENCH_CACHE`, else `~/.cache/ferbench`."""
    return Path(os.environ.get("FERBENCH_CACHE") or Path.home() / ".cache" / "ferbench").resolve()


def data_path(name: str) -> Path | None:
    """Looks a real dataset up in the folder that `FERBENCH_DATA` names.

    Args:
        name: str. Name of the dataset, such as "fer2013".

    Returns:
        Path of its subfolder, or None where there is none.
    """
    root = os.environ.get("FERBENCH_DATA")
    folder = Path(root) / name if root else None
    return folder if folder and folder.exists() else None


def write_atomically(path: Path | str, content: bytes | str) -> None:
    """Writes a file so that readers see the old content or the new one, never a part.

    Args:
        path: Path. The file; its folder must exist.
        content: bytes, or str that is stored as UTF-8.
    """
    path = Path(path)
    data = content.encode() if isinstance(content, str) else content
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)  # mkstemp makes private files; a record is for everybody to read
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def remove_unfinished(folder: Path | str) -> None:
    """Removes what `write_atomically` leaves where its process is killed: files whose names begin with a dot.

    Args:
        folder: Path. With everything below it; nobody else may be writing there.
    """
    for path in Path(folder).glob("**/.*"):
        if path.is_file():
            path.unlink(missing_ok=True)


def socket_folder() -> str:
    """Returns a local folder whose socket paths stay below the 104 bytes that Unix allows."""
    usual = tempfile.gettempdir()
    return usual if len(usual) < 70 or os.name == "nt" else "/tmp"


def fill_cache(folder: Path, write: Callable[[Path], None], is_whole: Callable[[Path], bool]) -> None:
    """Fills a cache folder that appears complete or not at all; a full or read-only disk is no error.

    Args:
        folder: Path. Named after everything that decides the content, so that it never has to change.
        write: function that writes the content into the folder it is given.
        is_whole: function that says whether `folder` can be read; a damaged one is replaced.
    """
    with contextlib.suppress(OSError):
        folder.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".unfinished-"))
        try:
            write(unfinished)
            if not is_whole(folder):
                shutil.rmtree(folder, ignore_errors=True)
            unfinished.rename(folder)  # fails where another process was faster: then its copy is as good
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)


def file_digest(path: Path | str) -> str:
    """Hashes a file's content; the answer is remembered by path, size and modification time.

    Args:
        path: Path of an existing file.

    Returns:
        str. SHA-256 as 64 hexadecimal digits.
    """
    path = Path(path).resolve()
    stat = path.stat()
    stamp = [str(path), stat.st_size, stat.st_mtime_ns]
    memory = cache_root() / "digests" / f"{hashlib.sha256(str(path).encode()).hexdigest()[:24]}.json"
    try:
        known = json.loads(memory.read_text())
        if known["stamp"] == stamp:
            return known["sha256"]
    except (OSError, ValueError, KeyError, TypeError):
        pass  # nothing remembered, or not readable: hash again
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    with contextlib.suppress(OSError):  # a full or read-only disk is no error: next time it is hashed again
        memory.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(memory, json.dumps({"stamp": stamp, "sha256": digest}))
    return digest
