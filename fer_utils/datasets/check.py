"""Checks a copy of a dataset: what `load` sees, and every picture and film decoded once."""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from fer_utils.datasets import DATASETS, load_dataset, make_dataset
from fer_utils.datasets.clip_reader import film_fault
from fer_utils.datasets.clip_table import is_film
from fer_utils.datasets.counts import Count
from fer_utils.datasets.image_store import FileImages
from fer_utils.datasets.joined_images import JoinedImages
from fer_utils.datasets.layout import below, walk
from fer_utils.datasets.picture_file import KINDS, picture_fault
from fer_utils.datasets.problems import Problem, Problems
from fer_utils.datasets.stills import UNREADABLE
from fer_utils.datasets.video_store import VideoFrames
from fer_utils.errors import ParameterError
from fer_utils.paths import remembered_by_file

DEPTH = 8  # levels below the named folder in which pictures are decoded
CHUNK = 1000  # pictures from memory to memory: what was decoded before an interruption is not decoded again
VERDICTS = {
    "complete": "everything is as published",
    "partial copy": "usable; runs and reports say what is missing",
    "readable": "nobody published counts to compare with",
    "problems": "files are damaged, missing or doubled; see above",
}


@dataclass(frozen=True)
class Check:
    """The result of checking one copy.

    Attributes:
        dataset: str. Name.
        path: str. Where it lies.
        samples: int. Rows of the table with the default options.
        fingerprint: str. Of that table.
        counts: tuple of `Count`.
        problems: tuple of `Problem`.
        notes: tuple of str. Those of the table.
    """

    dataset: str
    path: str
    samples: int
    fingerprint: str
    counts: tuple[Count, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """One of `VERDICTS`."""
        verdicts = [count.verdict for count in self.counts]
        if "more" in verdicts or any(not problem.expected for problem in self.problems):
            return "problems"
        if not verdicts:
            return "readable"
        return "partial copy" if "fewer" in verdicts else "complete"

    def to_dict(self) -> dict:
        """Returns everything as plain types."""
        counts = [asdict(count) | {"verdict": count.verdict} for count in self.counts]
        return asdict(self) | {"counts": counts, "verdict": self.verdict}


def check_dataset(
    name: str, path: Path | str, progress: Callable[[int, int], None] = lambda done, total: None
) -> Check:
    """Reads a copy as `load_dataset` does, and then everything that loading leaves alone.

    Args:
        name: str. A key of `DATASETS` that needs a path.
        path: Path. Folder or file.
        progress: function that is told how many of how many pictures are decoded.

    Returns:
        `Check`.

    Raises:
        ParameterError: no dataset has this name, or it is drawn and has no files.
        DatasetLayoutError: the copy cannot be read at all.
    """
    dataset = make_dataset(name, str(path))
    if not DATASETS[name].needs_path:
        raise ParameterError(f"{name}: these faces are drawn; there are no files to check.")
    table = load_dataset(name, str(path))
    found = list(table.problems)
    if hasattr(dataset, "inspect"):
        found += dataset.inspect()
    pictures, films = _files_of(table.images)
    if pictures or films:
        root = Path(path) if Path(path).is_dir() else Path(path).parent
        if Path(path).is_dir():  # more than those of the table: sequences without a label have pictures, too
            pictures, films = _files(root, is_picture), _files(root, is_film) if films else []
        named, damaged = {problem.file for problem in found}, Problems()
        for picture, fault in _faults("picture decoded 1", pictures, picture_fault, progress):
            damaged.add(UNREADABLE, below(picture, root), fault)
        for film, fault in _faults("film decoded 1", films, film_fault, progress):
            damaged.add("films that are damaged", below(film, root), fault)
        found += [problem for problem in damaged.found if problem.file not in named]
    once = {(problem.kind, problem.file): problem for problem in reversed(found)}  # load and inspect see the same
    problems = tuple(reversed(once.values()))
    return Check(name, str(path), len(table), table.fingerprint, table.counts, problems, table.notes)


def is_picture(path: Path) -> bool:
    """Whether a file has the name of a picture, in any letter case."""
    return path.suffix.lower() in KINDS and path.is_file()


def _files_of(images) -> tuple[list[Path], list[Path]]:
    """Names the pictures and films that a table reads."""
    stores = images.stores if isinstance(images, JoinedImages) else [images]
    pictures = {path for store in stores if isinstance(store, FileImages) for path in store.paths}
    films = {Path(clip.path) for store in stores if isinstance(store, VideoFrames) for clip in store.clips}
    return sorted(pictures), sorted(films)


def _files(root: Path, is_wanted: Callable[[Path], bool]) -> list[Path]:
    """Lists the files below a folder that have the right name."""
    return [path for _, entries in walk(root, DEPTH) for path in entries if is_wanted(path)]


def _faults(
    kind: str, files: list[Path], fault_of: Callable[[Path], str], progress: Callable[[int, int], None]
) -> list[tuple[Path, str]]:
    """Decodes files; those that were whole and have not changed since are not decoded again."""
    faults = []
    for start in range(0, len(files), CHUNK):
        progress(start, len(files))
        chunk = files[start : start + CHUNK]
        answers = remembered_by_file(kind, chunk, fault_of)
        faults += [(path, fault) for path, fault in zip(chunk, answers, strict=True) if fault]
    return faults
