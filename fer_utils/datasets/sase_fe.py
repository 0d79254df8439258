"""SASE-FE: films of felt expressions, and of expressions that are acted over another felt emotion."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from fer_utils.datasets.about import About
from fer_utils.datasets.clip_table import NO_FILM, clip_table, films_digest, is_film
from fer_utils.datasets.counts import Count
from fer_utils.datasets.face_table import FaceTable
from fer_utils.datasets.frame_sampling import check_options
from fer_utils.datasets.layout import below, entries, find_level, folders, named
from fer_utils.datasets.problems import Problems
from fer_utils.datasets.video_headers import film_digests, read_headers
from fer_utils.errors import ParameterError

FOLDER = "FakeTrue_DB"
SUBJECTS = 50  # the paper states 643 films, but 12 of each of 50 people are 600; which the others are is not said
EMOTIONS = {  # the letters in names of films
    "H": "happiness",
    "S": "sadness",
    "D": "disgust",
    "A": "anger",
    "C": "contempt",
    "SUR": "surprise",
}
GENUINE = ("N2H", "N2S", "N2D", "N2A", "N2C", "N2SUR")  # from neutral to what is felt and shown
ACTED = ("S2N2H", "H2N2S", "H2N2D", "H2N2A", "H2N2C", "D2N2SUR")  # felt first, then neutral, then shown
CLIPS = (*GENUINE, *ACTED)
HINT = f"SASE-FE unpacks to {FOLDER}/<subject>/N2H.MP4, twelve films a person."


@dataclass(frozen=True)
class SaseFe:
    """SASE-FE: 50 people, six emotions, each felt and acted; films of 3-4 seconds at 100 frames a second.

    The label is the emotion that is shown. The column `genuine` says whether it is felt, `felt` what is felt, and
    `class12` names the twelve classes, such as "genuine happiness" and "acted happiness".

    Attributes:
        path: str. The folder that holds `FakeTrue_DB`, at any of a few levels, or that folder itself.
        frames: int or "all". How many frames of a film, spread evenly, are rows of the table.
        part: (start, stop) in 0-1. The part of each film in which they are chosen; Zennou (2023) has 0.5 to 0.8, around
            the apex.
        size: int or (height, width). Pixels to which frames are resized; None keeps those of the films.
        color: bool. RGB instead of gray.

    Reference: Ofodile et al. 2017, arXiv:1707.04061; Kulkarni et al. 2018, IEEE Transactions on Affective Computing.
    """

    path: str = ""
    frames: int | str = 10
    part: tuple[float, float] = (0.0, 1.0)
    size: int | tuple[int, int] | None = None
    color: bool = False

    name: ClassVar[str] = "sase_fe"
    needs_path: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="SASE-FE, felt and acted facial expressions",
        owner="iCV Research Group, University of Tartu",
        obtain="Ask the owners for it, and unpack it into a folder.",
        license="For research, on request. The terms of the owners decide.",
        citation="I. Ofodile, K. Kulkarni, C. A. Corneanu et al.: Automatic recognition of deceptive facial "
        "expressions of emotion. arXiv:1707.04061, 2017.",
        layout="FakeTrue_DB/<subject>/<clip>.MP4   twelve films a person, 100 frames a second, 3 to 4 seconds\n"
        "felt: N2H N2S N2D N2A N2C N2Sur; acted over another felt emotion: S2N2H H2N2S H2N2D H2N2A H2N2C D2N2Sur",
        counts="50 subjects with 12 films each; the paper states 643 films, and which are the other 43 is not said.",
        traps="The last letters name the emotion that is shown, the first ones of three what is felt. The letter case "
        "of the names varies. The percentages in the paper fit 54 people better than 50.",
    )

    def __post_init__(self):
        check_options(self.name, self.frames, self.size, self.color)
        start, stop = self.part if len(self.part) == 2 else (0, 0)
        if not 0 <= start < stop <= 1:
            raise ParameterError(
                f"{self.name}: part={self.part!r}; expected (start, stop) with 0 <= start < stop <= 1."
            )

    def digest(self) -> str:
        """Returns a hash of the films' names, sizes and parts: which data a run would read."""
        root = self._root()
        return films_digest(root, [path for folder in folders(root) for path in entries(folder) if is_film(path)])

    def load(self) -> FaceTable:
        """Reads names and headers; frames stay in the films.

        Returns:
            `FaceTable`; a row is a frame, a sequence is a film.

        Raises:
            DatasetLayoutError: the folder is missing or holds no film of SASE-FE.
        """
        root, problems = Path(self.path), Problems()
        found = {}  # (subject, clip) -> path
        people = folders(self._root())
        for folder in people:
            found |= _films_of(folder, root, problems)
        found = _without_copies(found, root, problems)
        clips = read_headers(list(found.values()), problems, root)
        films = []
        for (subject, clip), path in found.items():
            if path in clips:
                first = int(self.part[0] * clips[path].frames)
                last = max(first, math.ceil(self.part[1] * clips[path].frames) - 1)
                film = {"clip": clips[path], "first": first, "last": last, "subject": subject}
                films.append({**film, "sequence": f"{subject}/{clip}", **_meaning(clip)})
        counts = [
            Count("subjects", len({film["subject"] for film in films}), SUBJECTS),
            Count("films", len(films), len(CLIPS) * max(SUBJECTS, len({film["subject"] for film in films}))),
        ]
        return clip_table(self.name, films, self.frames, problems, counts, self.size, self.color)

    def _root(self) -> Path:
        root = Path(self.path)
        if not self.path or root.name.lower() != FOLDER.lower() or not root.is_dir():
            root = named(find_level(self.path, [FOLDER], what=self.name, hint=HINT), FOLDER)
        while (inside := folders(root)) and len(inside) == 1 and inside[0].name.lower() == FOLDER.lower():
            root = inside[0]  # unpacked into a folder of the same name
        return root


def _films_of(folder: Path, root: Path, problems: Problems) -> dict[tuple[str, str], Path]:
    """Finds the twelve films of a person, whatever the letter case of their names."""
    found = {}
    for path in entries(folder):
        clip, file = path.stem.upper(), below(path, root)
        if not is_film(path):
            problems.add(NO_FILM, file)
        elif clip not in CLIPS:
            problems.add("films whose name says no emotion", file, f"left out; expected {', '.join(CLIPS)}")
        elif (folder.name, clip) in found:
            problems.add("films that stand there twice", file, f"left out; {found[folder.name, clip].name} is read")
        else:
            found[folder.name, clip] = path
    for clip in CLIPS:
        if (folder.name, clip) not in found:
            problems.add("films that are missing", f"{below(folder, root)}/{clip}")
    return found


def _without_copies(found: dict[tuple[str, str], Path], root: Path, problems: Problems) -> dict[tuple[str, str], Path]:
    """Leaves out folders with a film of an earlier folder: copies, which would make two people of one."""
    owner, same = {}, {}  # content -> the first folder that has it; folder -> the earlier one of the same person
    for ((person, _), path), content in zip(found.items(), film_digests(list(found.values())), strict=True):
        if path.stat().st_size and owner.setdefault(content, person) != person:
            same.setdefault(person, owner[content])
    for (person, _), path in found.items():
        if person in same:
            detail = f"left out; folder {person} has films of folder {same[person]}"
            problems.add("films of a folder that is a copy", below(path, root), detail)
    return {key: path for key, path in found.items() if key[0] not in same}


def _meaning(clip: str) -> dict:
    """Reads the name of a film: the last part is shown, the first of three is felt."""
    parts = clip.split("2")
    shown, genuine = EMOTIONS[parts[-1]], clip in GENUINE
    return {
        "label": shown,
        "split": float("nan"),
        "genuine": genuine,
        "felt": shown if genuine else EMOTIONS[parts[0]],
        "class12": f"{'genuine' if genuine else 'acted'} {shown}",
    }
