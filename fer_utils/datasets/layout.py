"""Finds the right level in a folder that was unzipped by somebody else."""

import hashlib
import os
from collections import deque
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from fer_utils.errors import DatasetLayoutError, nearest
from fer_utils.paths import file_digests

DEPTH = 4  # levels below the named folder that are searched
LITTER = ("__macosx", "thumbs.db", "desktop.ini")  # what operating systems leave in folders, in lower case


def entries(folder: Path | str) -> list[Path]:
    """Lists a folder, sorted by name, without hidden files and what operating systems leave there.

    Args:
        folder: Path.

    Returns:
        list of Path.
    """
    with os.scandir(folder) as found:
        names = [entry.name for entry in found if entry.name[0] != "." and entry.name.lower() not in LITTER]
    return [Path(folder, name) for name in sorted(names)]


def folders(folder: Path | str) -> list[Path]:
    """Lists the folders in a folder, sorted by name."""
    return [path for path in entries(folder) if path.is_dir()]


def walk(root: Path | str, depth: int = DEPTH) -> Iterator[tuple[Path, list[Path]]]:
    """Goes through a folder and those below it, each real folder once, so that links cannot lead in circles.

    Args:
        root: Path.
        depth: int. How many levels below `root`.

    Yields:
        A folder and its entries, sorted; nearer to the root first. A folder that is also linked to from elsewhere below
        `root` is met under its own name, which may be its label.
    """
    waiting, later, seen, real = deque([(Path(root), 0)]), deque(), set(), os.path.realpath(root)
    while waiting or later:
        folder, level = (waiting or later).popleft()
        try:
            stat = folder.stat()
            found = entries(folder)
        except OSError:  # a link that leads nowhere or to itself, or a folder that may not be read
            continue
        if (stat.st_dev, stat.st_ino) in seen:
            continue
        seen.add((stat.st_dev, stat.st_ino))
        yield folder, found
        if level < depth:
            for path in found:
                if path.is_dir():
                    inward = path.is_symlink() and Path(os.path.realpath(path)).is_relative_to(real)
                    (later if inward else waiting).append((path, level + 1))


def named(folder: Path | str, name: str) -> Path | None:
    """Finds an entry of a folder whatever the letter case; an exact match goes first.

    Args:
        folder: Path.
        name: str. May hold the wildcards of `fnmatch`.

    Returns:
        Path, or None.
    """
    found = entries(folder)
    exact = [path for path in found if path.name == name]
    return next(iter(exact + [path for path in found if _alike(path, name)]), None)


def find_level(
    root: Path | str, markers: Sequence[str], depth: int = DEPTH, what: str = "", hint: str = "", least: int = 0
) -> Path:
    """Finds the folder in which the named entries lie.

    Args:
        root: Path. The folder that the user named.
        markers: sequence of str. Names of entries, in any letter case; may hold the wildcards of `fnmatch`.
        depth: int. How many levels below `root` are searched.
        what: str. Name of the dataset, for the message.
        hint: str. What the owners distribute, for the message.
        least: int. How many of the markers must be there, as partial copies lack some; 0 for all.

    Returns:
        Path. The one folder that is nearest to the root.

    Raises:
        DatasetLayoutError: there is none, or there are several on the same level; says what was found.
    """
    root = checked_root(root, what)
    levels, names = [], []
    for folder, found in walk(root, depth):
        distance = len(folder.parts) - len(root.parts)
        if levels and distance > len(levels[0].parts) - len(root.parts):
            break
        names += [path.name for path in found]
        there = sum(any(_alike(path, marker) for path in found) for marker in markers)
        if there >= (least or len(markers)):
            levels.append(folder)
    if len(levels) == 1:
        return levels[0]
    wanted = (" or " if least else " and ").join(f"'{marker}'" for marker in markers)
    start = f"{what}: " if what else ""
    if levels:
        places = ", ".join(f"'{folder.relative_to(root)}'" for folder in levels[:5])
        raise DatasetLayoutError(
            f"{start}{len(levels)} folders in {root} hold {wanted}: {places}. One copy is expected: name one of them, "
            "or remove the other."
        )
    here = sorted(path.name for path in entries(root))
    raise DatasetLayoutError(
        f"{start}no {wanted} in {root} or up to {depth} levels below it; found {here[:5]}"
        f"{f' and {len(here) - 5} more' if len(here) > 5 else ''}.{nearest(markers[0], set(names))}"
        + (f" {hint}" if hint else "")
    )


def checked_root(root: Path | str, what: str = "") -> Path:
    """Checks that a folder is there.

    Args:
        root: Path. As the user gave it.
        what: str. Name of the dataset, for the message.

    Returns:
        Path.

    Raises:
        DatasetLayoutError: nothing is there, or a file.
    """
    start = f"{what}: " if what else ""
    if not str(root):  # an empty path would be the working directory
        raise DatasetLayoutError(f"{start}no folder is named. Name it with --data {what or 'NAME'}=PATH.")
    path = Path(root)
    if not path.exists():
        raise DatasetLayoutError(
            f"{start}no folder '{root}'. Name the one into which the archives were unpacked, with "
            f"--data {what or 'NAME'}=PATH."
        )
    if not path.is_dir():
        raise DatasetLayoutError(f"{start}'{root}' is a file. Unpack it, and name the folder.")
    return path


def _alike(path: Path, name: str) -> bool:
    return fnmatchcase(path.name.lower(), name.lower())


def below(path: Path | str, root: Path | str) -> str:
    """Names a file below the dataset's folder, the same on every platform; in full where it lies elsewhere."""
    path = Path(path)
    return (path.relative_to(root) if path.is_relative_to(root) else path).as_posix()


def tree_digest(folders_read: Sequence[Path], root: Path | str, depth: int = 6) -> str:
    """Hashes the names and contents of all files in some folders; contents are remembered by size and time.

    Args:
        folders_read: sequence of Path. Folders that a loader reads.
        root: Path. The folder above them all; its own name and place do not matter.
        depth: int. How many levels below each folder.

    Returns:
        str. 64 hexadecimal digits.
    """
    files = [path for top in folders_read for _, found in walk(top, depth) for path in found if path.is_file()]
    names = [below(path, root).encode("utf-8", "surrogateescape") for path in files]
    order = sorted(range(len(files)), key=names.__getitem__)
    digest = hashlib.sha256()
    for i, content in zip(order, file_digests([files[i] for i in order]), strict=True):
        digest.update(names[i] + b"\0" + content.encode() + b"\n")
    return digest.hexdigest()
