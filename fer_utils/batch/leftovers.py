"""What lies about and is of no use any more. Only what carries a mark of ours counts: everything else is somebody's."""

import re
import shutil
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from fer_utils.batch.history import IDENTITY, read_identity
from fer_utils.batch.keys import module_digests
from fer_utils.batch.lock import is_held, lock_path, take_lock
from fer_utils.batch.notebook import Notebook, find_notebooks
from fer_utils.runs import SCHEMA
from fer_utils.runs.record import read_run

DAY = 86400.0  # seconds
QUIET = 1.0  # days in which nothing may have changed in an unfinished run that is called a leftover
# What the project's caches are called, folder by folder. `models` is not among them: people put files there by hand.
CACHES = {
    "digests": r"[0-9a-f]{24}(-many)?\.json",
    "lint": r"[0-9a-f]{16}\.json",
    "synthetic": r"[0-9a-f]{16,64}",
    "fer2013": r"[0-9a-f]{24}-v\d+",
    "prepared": r"[0-9a-f]{16}(\.parts)?",
}


@dataclass(frozen=True)
class Leftover:
    """Something that may go.

    Args:
        kind: str. "superseded run", "unfinished run", "checkpoints", "temporary file", "lock" or "cache".
        path: Path of a file or folder.
        size: int. Bytes.
        why: str. Why nothing needs it.
    """

    kind: str
    path: Path
    size: int
    why: str


def run_leftovers(runs_root: Path, notebooks: Path, superseded: Collection[Path]) -> Iterator[Leftover]:
    """Finds leftovers below the runs folder.

    Args:
        runs_root: Path of all run records; it need not exist.
        notebooks: Path of the `notebooks` folder.
        superseded: collection of Path. Records that were repeated after a change, so that no report counts them.

    Yields:
        `Leftover`. Runs without `key.json` are not the runner's and never among them; nor is what runs just now, or
        what a run that stays needs.
    """
    folders = sorted(path.parent for path in Path(runs_root).glob(f"[!.]*/[!.]*/{IDENTITY}"))
    identities = {folder: read_identity(folder) for folder in folders if not folder.is_symlink()}
    ours = {folder: identity for folder, identity in identities.items() if identity}
    kept = [identity for folder, identity in ours.items() if folder not in superseded]
    needed = {str(run) for identity in kept for run in dict(identity["parts"].get("needs", {})).values()}
    current: dict[str, tuple] = {}
    for folder, identity in ours.items():
        if is_held(lock_path(folder)):
            continue
        state = read_run(folder).state
        if state == "unfinished":
            why = _why_over(folder, identity, notebooks, current, superseded)
            if why and time.time() - _last_change(folder) > QUIET * DAY:
                yield Leftover("unfinished run", folder, _size(folder), why)
            continue
        if folder in superseded and f"{folder.parent.name}/{folder.name}" not in needed:
            yield Leftover("superseded run", folder, _size(folder), "repeated after a change")
            continue
        if state == "ok" and (folder / "checkpoints").is_dir():
            yield Leftover("checkpoints", folder / "checkpoints", _size(folder / "checkpoints"), "the run is finished")
        for path in sorted(folder.glob("**/.*")):
            if path.is_file():
                yield Leftover("temporary file", path, _size(path), "its writer was killed")
    for path in sorted((Path(runs_root) / ".locks").glob("*")):
        if not is_held(path):
            yield Leftover("lock", path, _size(path), "its holder was killed")


def cache_leftovers(cache_root: Path, days: float) -> Iterator[Leftover]:
    """Finds caches that nobody used for some time; they are filled anew when they are needed.

    Args:
        cache_root: Path of the cache folder; it need not exist.
        days: float. How long ago the last use must be.

    Yields:
        `Leftover`. Only what has the name of a cache of this project.
    """
    for kind, pattern in CACHES.items():
        for path in sorted((Path(cache_root) / kind).glob("*")):
            named = re.fullmatch(rf"{pattern}|\.unfinished-\w+", path.name)
            age = (time.time() - _last_use(path)) / DAY
            if named and not path.is_symlink() and age > days:
                yield Leftover("cache", path, _size(path), f"not used for {age:.0f} days")


def remove(leftover: Leftover) -> bool:
    """Removes a leftover; a run is locked meanwhile.

    Args:
        leftover: `Leftover`.

    Returns:
        bool. False where it is in use by now, or could not be removed.
    """
    path, lock = leftover.path, None
    if leftover.kind in ("superseded run", "unfinished run", "lock"):
        lock = take_lock(path if leftover.kind == "lock" else lock_path(path))
        if lock is None:
            return False
    try:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        elif leftover.kind != "lock":  # a lock's file goes with its release
            path.unlink(missing_ok=True)
    finally:
        if lock is not None:
            lock.release()
    return not path.exists()


def _why_over(folder: Path, identity: dict, notebooks: Path, current: dict, superseded: Collection[Path]) -> str:
    """Why an unfinished run will never be continued; "" where it may be."""
    if folder in superseded:
        return "repeated after a change"
    name = folder.parent.name
    if name not in current:
        path = find_notebooks(notebooks).get(name)
        notebook = Notebook.read(path) if path else None
        current[name] = (SCHEMA, notebook.digest, module_digests(notebook.code)) if notebook else ()
    if not current[name]:
        return "its notebook is gone"
    parts = identity["parts"]
    same = (parts.get("schema"), parts.get("notebook"), parts.get("modules")) == current[name]
    return "" if same else "its notebook or code changed since"


def _files(path: Path) -> Iterator[Path]:
    yield path
    if path.is_dir():
        yield from path.glob("**/*")


def _size(path: Path) -> int:
    return sum(file.lstat().st_size for file in _files(path) if file.is_file() and not file.is_symlink())


def _last_change(path: Path) -> float:
    return max(file.lstat().st_mtime for file in _files(path))


def _last_use(path: Path) -> float:
    """When a file was last read, or anything changed: that a folder was read means only that somebody looked for it."""
    reads = [file.lstat().st_atime for file in _files(path) if not file.is_dir()]
    return max([_last_change(path), *reads])
