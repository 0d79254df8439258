"""Where things lie on disk: runs, caches, real data; and how a file is written without ever being half there."""

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Sequence
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


def remembered_by_file(kind: str, files: Sequence[Path | str], compute: Callable[[Path], str]) -> list[str]:
    """Computes something from each file's content, or recalls it where size and modification time are as they were.

    Thousands of files share one memory (that of the folder above them all), so that recalling costs a `stat` a file.

    Args:
        kind: str. What is computed, with everything besides the file that decides the answer.
        files: sequence of Path. Existing files.
        compute: function that returns the answer for one of them.

    Returns:
        list of str, in the order of `files`.
    """
    if not files:
        return []
    names = [os.path.abspath(file) for file in files]  # noqa: PTH100  (links stay: resolving costs more than a stat)
    top = os.path.realpath(os.path.commonpath([os.path.dirname(name) for name in names]))  # noqa: PTH120
    memory = cache_root() / "digests" / f"{hashlib.sha256(f'{kind} {top}'.encode()).hexdigest()[:24]}-many.json"
    try:
        known = json.loads(memory.read_text())
        known = known if isinstance(known, dict) else {}
    except (OSError, ValueError):
        known = {}
    answers, fresh = [], False
    for name in names:
        stat = os.stat(name)  # noqa: PTH116  (a third of the time of Path.stat)
        stamp = [stat.st_size, stat.st_mtime_ns]
        entry = known.get(name)
        if not (isinstance(entry, list) and len(entry) == 3 and entry[:2] == stamp and isinstance(entry[2], str)):
            entry, fresh = [*stamp, compute(Path(name))], True
            known[name] = entry
        answers.append(entry[2])
    if fresh:
        with contextlib.suppress(OSError):  # a full or read-only disk is no error: next time it is computed again
            memory.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(memory, json.dumps(known))
    return answers


def file_digests(files: Sequence[Path | str]) -> list[str]:
    """Hashes the contents of many files; like `file_digest`, with one memory for all of them.

    Args:
        files: sequence of Path. Existing files.

    Returns:
        list of str. SHA-256 as 64 hexadecimal digits, in the order of `files`.
    """

    def digest(path: Path) -> str:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    return remembered_by_file("sha256", files, digest)
