"""The folders of CK+: where pictures, labels, landmarks and FACS codes lie, and which sequences there are."""

import re
from dataclasses import dataclass
from pathlib import Path

from fer_utils.datasets.layout import below, checked_root, entries, named, walk
from fer_utils.datasets.problems import Problems
from fer_utils.datasets.stills import UNEXPECTED, UNREADABLE, tell_stranger
from fer_utils.errors import DatasetLayoutError

PARTS = {  # names of folders, in lower case: those of the archives and those in them
    "images": ("cohn-kanade-images", "extended-cohn-kanade-images"),
    "labels": ("emotion", "emotion_labels"),
    "landmarks": ("landmarks",),
    "facs": ("facs", "facs_labels"),
}
SUBJECT = re.compile(r"S\d{3}", re.IGNORECASE)
NUMBER = re.compile(r"\d{3}")
FRAME = re.compile(r"(S\d{3})_(\d{3})_(\d{8})\.PNG", re.IGNORECASE)
LABEL = re.compile(r"(S\d{3})_(\d{3})_(\d{8})_EMOTION\.TXT", re.IGNORECASE)
EXPECTED = (
    "CK+ unpacks to cohn-kanade-images/S005/001/*.png and Emotion/S005/001/*_emotion.txt; name the folder above both."
)


@dataclass(frozen=True)
class Sequence:
    """One recording.

    Attributes:
        subject: str. Such as "S005".
        number: str. Such as "001".
        folder: Path. Where its pictures lie.
        frames: dict. Frame number -> Path; not empty.
    """

    subject: str
    number: str
    folder: Path
    frames: dict[int, Path]

    @property
    def name(self) -> str:
        """Subject and number, such as "S005/001"."""
        return f"{self.subject}/{self.number}"

    def label_files(self, labels: Path) -> list[Path]:
        """Lists what lies in the sequence's folder of labels."""
        subject = named(labels, self.subject)
        folder = subject and subject.is_dir() and named(subject, self.number)
        return [path for path in entries(folder) if path.is_file()] if folder and folder.is_dir() else []

    def labelled_frame(self, label_file: str) -> int | None:
        """Reads from a label's file name which frame is the last; None where it is of another sequence."""
        match = LABEL.fullmatch(label_file)
        ours = match is not None and f"{match[1]}/{match[2]}".upper() == self.name
        return int(match[3]) if ours else None


def find_parts(root: Path | str) -> dict[str, Path | None]:
    """Finds the four folders, however deep the archives nest.

    Args:
        root: Path. The folder into which they were unpacked.

    Returns:
        dict. "images", "labels", "landmarks" and "facs" -> Path of the folder that holds S005 and so on; None for
        landmarks or FACS codes that are not there.

    Raises:
        DatasetLayoutError: no pictures or no labels, or two copies of a part.
    """
    root = checked_root(root, "ckplus")
    found = {part: [] for part in PARTS}
    for folder, inside in walk(root):
        part = next((part for part, names in PARTS.items() if folder.name.lower() in names), None)
        if part and any(SUBJECT.fullmatch(path.name) and path.is_dir() for path in inside):
            found[part].append(folder)
    for part, places in found.items():
        if len(places) > 1:
            where = ", ".join(f"'{below(place, root)}'" for place in places)
            raise DatasetLayoutError(f"ckplus: {len(places)} folders in {root} hold {part}: {where}. Remove the copy.")
        if not places and part in ("images", "labels"):
            here = [path.name for path in entries(root)][:5]
            raise DatasetLayoutError(
                f"ckplus: no folder '{PARTS[part][0]}' with S005 in it in {root}; found {here}. {EXPECTED}"
            )
    return {part: places[0] if places else None for part, places in found.items()}


def list_sequences(images: Path, root: Path, problems: Problems) -> list[Sequence]:
    """Lists all recordings; what does not belong to one is told by name.

    Args:
        images: Path. The folder that holds S005 and so on.
        root: Path. The dataset's folder, below which files are named.
        problems: `Problems`.

    Returns:
        list of `Sequence` in the order of their names.
    """
    sequences = {}
    for subject in entries(images):
        if not (SUBJECT.fullmatch(subject.name) and subject.is_dir()):
            tell_stranger(subject, root, problems, "folders such as S005")
            continue
        for folder in entries(subject):
            if not (NUMBER.fullmatch(folder.name) and folder.is_dir()):
                problems.add(UNEXPECTED, below(folder, root), "expected folders such as 001")
                continue
            sequence = _sequence(subject.name.upper(), folder, root, problems)
            if sequence is None:
                problems.add("sequences without pictures (left out)", below(folder, root))
            elif sequence.name in sequences:
                detail = f"beside {below(sequences[sequence.name].folder, root)}"
                problems.add("second copies of a sequence (left out)", below(folder, root), detail)
            else:
                sequences[sequence.name] = sequence
    return [sequences[name] for name in sorted(sequences)]


def text_file(folder: Path, sequence: str, name: str) -> Path | None:
    """Finds a landmark or FACS file; None where it is not there.

    Args:
        folder: Path. The folder that holds S005 and so on.
        sequence: str. Such as "S005/001".
        name: str. File name.

    Returns:
        Path, or None.
    """
    path = folder / sequence / name
    return path if path.is_file() else None


def all_files(folder: Path) -> list[Path]:
    """Lists the files of all sequences in a folder that holds S005 and so on, and whatever else lies there."""
    return [path for _, found in walk(folder, depth=2) for path in found if path.is_file()]


def _sequence(subject: str, folder: Path, root: Path, problems: Problems) -> Sequence | None:
    """Lists the frames in a folder whose names say that they belong there."""
    frames = {}
    for path in entries(folder):
        match = FRAME.fullmatch(path.name)
        if match is None or match[1].upper() != subject or match[2] != folder.name:
            detail = f"expected {subject}_{folder.name}_<eight digits>.png"
            problems.add(UNEXPECTED, below(path, root), detail)
        elif int(match[3]) in frames:
            problems.add("second copies of a picture (left out)", below(path, root))
        elif not path.is_file():
            problems.add(UNREADABLE, below(path, root), "no file, or a link that leads nowhere")
        else:
            frames[int(match[3])] = path
    return Sequence(subject, folder.name, folder, frames) if frames else None
