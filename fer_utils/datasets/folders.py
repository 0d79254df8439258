"""Pictures and films of one's own: one folder a class, or a csv that names each file."""

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from fer_utils.datasets.about import About
from fer_utils.datasets.class_names import emotion_of, suggestion
from fer_utils.datasets.clip_table import FILMS
from fer_utils.datasets.face_table import FaceTable
from fer_utils.datasets.folders_csv import read_samples
from fer_utils.datasets.folders_films import named_film, pictures_and_films
from fer_utils.datasets.frame_sampling import check_options
from fer_utils.datasets.image_store import checked_size
from fer_utils.datasets.layout import below, checked_root, entries, walk
from fer_utils.datasets.picture_file import KINDS
from fer_utils.datasets.problems import Problems
from fer_utils.datasets.stills import UNEXPECTED, tell_stranger
from fer_utils.datasets.video_headers import film_digests
from fer_utils.errors import DatasetLayoutError
from fer_utils.paths import file_digest, file_digests

DEPTH = 3  # levels below the named folder in which folders of classes are looked for
SPLITS = ("train", "training", "val", "valid", "validation", "dev", "test", "testing", "publictest", "privatetest")
FER2013_PART = re.compile(r"(Training|PublicTest|PrivateTest)_\d+")  # FER2013 as folders has its split in file names


@dataclass(frozen=True)
class Folders:
    """Pictures and films in `<class>/*` or `<split>/<class>/*`, or in a csv `path,label[,subject][,sequence]...`.

    Attributes:
        path: str. The folder, or the csv.
        frames: int or "all". How many frames of a film, spread evenly, are rows of the table.
        size: int, (height, width), or None for the pixels of the files.
        color: bool. RGB instead of gray.
    """

    path: str = ""
    frames: int | str = 10
    size: int | tuple[int, int] | None = None
    color: bool = False

    name: ClassVar[str] = "folders"
    needs_path: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Pictures and films of your own",
        owner="you",
        obtain="Sort pictures and films into one folder a class, or write a csv.",
        license="What the people shown and the photographers allow.",
        citation="Your own.",
        layout="<class>/*, or <split>/<class>/*: pictures or films, the classes by their usual names, such as happy\n"
        "or a csv: path,label[,subject][,sequence][,frame][,split]   paths are relative to the csv\n"
        "frame of a film: the one frame that has the label, counted from 0; empty for the whole film",
        counts="Nobody published any.",
        traps="Folders do not say who is shown, so that no split can be vouched for. A csv with a column subject does.",
    )

    def __post_init__(self):
        check_options(self.name, self.frames, self.size, self.color)
        object.__setattr__(self, "size", checked_size(self.size))

    def digest(self) -> str:
        """Returns a hash of the names and contents of the files; of a film, of parts of it."""
        _, samples = self._samples(Problems())
        digest = hashlib.sha256(file_digest(self.path).encode() if Path(self.path).is_file() else b"")
        digest.update("\n".join(sample["sample_id"] for sample in samples).encode())
        there = [sample["path"] for sample in samples if sample["path"].is_file()]
        digest.update("".join(film_digests([path for path in there if named_film(path)])).encode())
        digest.update("".join(file_digests([path for path in there if not named_film(path)])).encode())
        return digest.hexdigest()

    def load(self) -> FaceTable:
        """Lists pictures and films; they are read when they are used.

        Returns:
            `FaceTable` with `sample_id` the path of the file, of a film with the number of the frame behind it. From
            folders: no subjects, each picture and film a sequence of its own, and `split` the folder above the class
            where its name says so or there are several.

        Raises:
            DatasetLayoutError: the folder or csv is missing, holds no class that is known, or a cell is wrong.
        """
        problems = Problems()
        root, samples = self._samples(problems)
        return pictures_and_films(self.name, samples, root, problems, self.frames, self.size, self.color)

    def _samples(self, problems: Problems) -> tuple[Path, list[dict]]:
        """Lists what the csv names, or what lies in the folders, and where names begin."""
        if Path(self.path).is_file():
            return Path(self.path).parent, read_samples(Path(self.path), problems)
        root = checked_root(self.path, self.name)
        return root, _list_samples(root, problems)


def _class_levels(root: Path) -> list[Path]:
    """Finds the folders that hold folders of classes: one, or one a split."""
    levels, passed = [], []
    for folder, found in walk(root, DEPTH):
        if levels and len(folder.parts) > len(levels[0].parts):
            break
        inside = [path.name for path in found if path.is_dir()]
        passed += inside
        if any(emotion_of(name) for name in inside):
            levels.append(folder)
    if not levels:
        raise DatasetLayoutError(
            f"folders: no folder in {root} or up to {DEPTH} levels below it is named like an emotion; found "
            f"{sorted(set(passed))[:5]}. Expected <class>/* or <split>/<class>/*. {suggestion((passed or [''])[0])}"
        )
    if len({level.parent for level in levels}) > 1:
        where = ", ".join(f"'{below(level, root)}'" for level in levels)
        raise DatasetLayoutError(
            f"folders: folders of classes lie in {where}, which are no splits of one dataset. Name one."
        )
    return levels


def _list_samples(root: Path, problems: Problems) -> list[dict]:
    """Lists the pictures and films of all classes and splits."""
    levels = _class_levels(root)
    are_splits = levels != [root] and (len(levels) > 1 or levels[0].name.lower() in SPLITS)
    if are_splits:
        for path in entries(levels[0].parent):
            if path not in levels:
                tell_stranger(path, root, problems, "folders of splits with folders of classes in them")
    samples = []
    for level in levels:
        real = {path.resolve() for path in entries(level) if path.is_dir() and not path.is_symlink()}
        for folder in entries(level):
            label = emotion_of(folder.name)
            if not folder.is_dir() or label is None:
                tell_stranger(folder, root, problems, f"folders named like emotions. {suggestion(folder.name)}")
            elif folder.is_symlink() and folder.resolve() in {*real, level.resolve(), *level.resolve().parents}:
                problems.add(UNEXPECTED, below(folder, root), "a link to another folder of the dataset")
            else:
                split = level.name if are_splits else np.nan
                samples += _files(folder, label, split, root, problems)
    return samples


def _files(folder: Path, label: str, split, root: Path, problems: Problems) -> list[dict]:
    """Lists the pictures and films of one class."""
    samples = []
    for path in entries(folder):
        name = below(path, root)
        if path.suffix.lower() not in (*KINDS, *FILMS):
            problems.add(UNEXPECTED, name, f"expected pictures or films: {', '.join((*KINDS, *FILMS))}")
            continue
        part = FER2013_PART.match(path.name)
        name = name.encode("utf-8", "backslashreplace").decode()  # ids are hashed and written to files
        known = {"sample_id": name, "subject": np.nan, "sequence": name, "label": label}
        frame = None if named_film(path) else 0  # of a film frames are chosen later
        samples.append(known | {"frame": frame, "split": part[1] if part else split, "path": path})
    return samples
