"""AFEW: clips of actors in feature films, and the faces that its owners cut out of them."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from fer_utils.datasets.about import About
from fer_utils.datasets.afew_faces import face_table, face_tops
from fer_utils.datasets.clip_table import NO_FILM, clip_table, films_digest, is_film
from fer_utils.datasets.counts import Count
from fer_utils.datasets.face_table import FaceTable
from fer_utils.datasets.frame_sampling import check_options
from fer_utils.datasets.layout import below, checked_root, tree_digest, walk
from fer_utils.datasets.problems import Problems
from fer_utils.datasets.video_headers import read_headers
from fer_utils.errors import DatasetLayoutError, ParameterError, nearest

EMOTIONS = {
    "angry": "anger",
    "disgust": "disgust",
    "fear": "fear",
    "happy": "happiness",
    "neutral": "neutral",
    "sad": "sadness",
    "surprise": "surprise",
}
PART = re.compile(r"(?:^|[^a-z])(train|val|test)", re.IGNORECASE)  # Train, Val_AFEW, AFEW_test
TRAIN, TRAIN_5, VAL = 773, 723, 383  # clips: AFEW 6 and later, AFEW 5, both
HINT = "AFEW unpacks to Train_AFEW/Angry/000123456.avi and Val_AFEW/..., with the folders Angry Disgust Fear Happy "
HINT += "Neutral Sad Surprise in each."


@dataclass(frozen=True)
class Afew:
    """AFEW: clips of feature films in two labeled parts, seven classes with neutral, people unknown.

    Attributes:
        path: str. The folder that holds Train and Val, on any of a few levels.
        pictures: str. "films", or "faces" for the owners' aligned faces (`AlignedFaces_LBPTOP_Points`), whose labels
            are those of the films of the same part: an id can be in both parts.
        frames: int or "all". How many frames of a film, or faces of it, spread evenly, are rows of the table.
        size: int or (height, width). Pixels to which pictures are resized; None keeps their own.
        color: bool. RGB instead of gray.

    Reference: Dhall et al. 2012, "Collecting large, richly annotated facial-expression databases from movies".
    """

    path: str = ""
    pictures: str = "films"
    frames: int | str = 10
    size: int | tuple[int, int] | None = None
    color: bool = False

    name: ClassVar[str] = "afew"
    needs_path: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="AFEW, Acted Facial Expressions in the Wild",
        owner="Abhinav Dhall, Roland Goecke, Simon Lucey and Tom Gedeon",
        obtain="Sign the owners' license agreement, and unpack the archives into one folder.",
        license="For research after a signed agreement. The terms of the owners decide.",
        citation="A. Dhall, R. Goecke, S. Lucey, T. Gedeon: Collecting large, richly annotated facial-expression "
        "databases from movies. IEEE MultiMedia 19, 2012.",
        layout="{Train,Val}[_AFEW]/{Angry,Disgust,Fear,Happy,Neutral,Sad,Surprise}/<nine digits>.avi\n"
        "AlignedFaces_LBPTOP_Points[_Val]/Faces/<id>/*.jpg",
        counts="773 training and 383 validation clips (AFEW 6 and later); 723, 383 and 539 test clips (AFEW 5).",
        traps="The folders of aligned faces do not say the class. An id can be in both parts. The labels of the test "
        "part are not distributed. Who is shown is not in the folders, so nobody can vouch for a split by people.",
    )

    def __post_init__(self):
        check_options(self.name, self.frames, self.size, self.color)
        if self.pictures not in ("films", "faces"):
            raise ParameterError(
                f"afew: pictures={self.pictures!r}. Expected films or faces."
                f"{nearest(self.pictures, ('films', 'faces'))}"
            )

    def digest(self) -> str:
        """Returns a hash of what would be read: names and parts of films, for faces also the pictures."""
        root, problems = checked_root(self.path, self.name), Problems()
        films = [path for _, path in sorted(_films(root, problems).items())]
        if self.pictures == "films":
            return films_digest(root, films)
        return films_digest(root, films) + tree_digest(sorted(face_tops(root).values()), root)

    def load(self) -> FaceTable:
        """Lists films or faces; pictures stay in their files.

        Returns:
            `FaceTable`; a sequence is a film, `split` is Train or Val, and subjects are unknown.

        Raises:
            DatasetLayoutError: the folder is missing or holds nothing of AFEW.
        """
        root, problems = checked_root(self.path, self.name), Problems()
        films = _films(root, problems)
        if not films:
            raise DatasetLayoutError(f"afew: no labeled film in {root}. {HINT} Problems: {len(problems.found)}.")
        labels = {key: EMOTIONS[path.parent.name.lower()] for key, path in films.items()}
        counts = _counts([part for part, _ in films])
        if self.pictures == "faces":
            return face_table(self.name, root, labels, self.frames, problems, counts, self.size, self.color)
        clips = read_headers(list(films.values()), problems, root)
        found = [
            {
                "clip": clips[path],
                "subject": float("nan"),
                "sequence": f"{part}/{number}",
                "label": labels[part, number],
                "split": part,
            }
            for (part, number), path in films.items()
            if path in clips
        ]
        return clip_table(self.name, found, self.frames, problems, counts, self.size, self.color)


def part_of(path: Path, root: Path) -> str | None:
    """Reads the part from the nearest folder whose name says one; the named folder itself may be a part."""
    folder = path
    while True:
        if found := PART.search(folder.name):
            return found[1].title()
        if folder == root:
            return None
        folder = folder.parent


def _films(root: Path, problems: Problems) -> dict[tuple[str, str], Path]:
    """Finds films in folders of classes; (part, id) -> path."""
    found, twice, tops = {}, set(), {}
    for folder, inside in walk(root):
        films = [path for path in inside if is_film(path)]
        part, labeled = part_of(folder, root), folder.name.lower() in EMOTIONS
        if films and not (part in ("Train", "Val") and labeled):
            for path in films:
                problems.add("films without a label (left out)", below(path, root), expected=part == "Test")
            continue
        if films and tops.setdefault(part, folder.parent) != folder.parent:
            raise DatasetLayoutError(
                f"afew: the part {part} lies in {tops[part]} and in {folder.parent}. One copy is expected: remove the "
                "other."
            )
        for path in inside if part in ("Train", "Val") and labeled else ():
            if path not in films:
                problems.add(NO_FILM, below(path, root))
        for path in films:
            first = found.setdefault((part, path.stem), path)
            if first != path:
                twice.add((part, path.stem))
                problems.add("films that stand there twice (left out)", below(path, root), below(first, root))
    return {key: path for key, path in found.items() if key not in twice}


def _counts(parts: list[str]) -> list[Count]:
    train = parts.count("Train")
    published = TRAIN_5 if train == TRAIN_5 else TRAIN
    return [Count("Train films", train, published), Count("Val films", parts.count("Val"), VAL)]
