"""Oulu-CASIA NIR&VIS: six posed expressions of 80 people, from neutral to apex, under three lights, by two cameras."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from fer_utils.datasets.about import About
from fer_utils.datasets.counts import Count
from fer_utils.datasets.face_table import FaceTable
from fer_utils.datasets.image_store import checked_size
from fer_utils.datasets.layout import below, checked_root, entries, folders, named, tree_digest, walk
from fer_utils.datasets.picture_file import KINDS
from fer_utils.datasets.problems import Problems
from fer_utils.datasets.stills import UNEXPECTED, class_counts, keep_readable, still_table, tell_stranger
from fer_utils.errors import DatasetLayoutError, ParameterError, nearest

EMOTIONS = {
    "Anger": "anger",
    "Disgust": "disgust",
    "Fear": "fear",
    "Happiness": "happiness",
    "Sadness": "sadness",
    "Surprise": "surprise",
}
SUBJECTS = 80
SIZE = (240, 320)  # height and width of the original pictures
OPTIONS = {
    "pictures": ("OriginalImg", "Preprocess Img"),
    "spectrum": ("VL", "NI"),
    "light": ("Strong", "Weak", "Dark"),
    "frames": ("apex", "all"),
}
PERSON = re.compile("[Pp][0-9]{3}")  # anything else may be a copy, and would make two people of one
APEX = 3  # frames at the end of a sequence
HINT = "Oulu-CASIA unpacks to OriginalImg/VL/Strong/P001/Anger/000.jpeg, and Preprocess Img/... likewise."


@dataclass(frozen=True)
class OuluCasia:
    """Oulu-CASIA: 480 sequences of 80 people for each camera and light; six classes, the first frames are neutral.

    Attributes:
        path: str. The folder into which the archives were unpacked, at any of a few levels.
        pictures: str. "OriginalImg" (320 x 240 pixels), or "Preprocess Img" (cropped by the owners).
        spectrum: str. "VL" (visible light) or "NI" (near infrared).
        light: str. "Strong", "Weak" or "Dark".
        frames: str. "apex": the last three frames of each sequence; "all": every frame, with the label of the sequence.
        neutral: bool. The first frame of each sequence is a sample of class neutral.
        size: int, (height, width), or None for the pixels of the files.
        color: bool. RGB instead of gray; near infrared has no color.

    Reference: Zhao et al. 2011, "Facial expression recognition from near-infrared videos".
    """

    path: str = ""
    pictures: str = "OriginalImg"
    spectrum: str = "VL"
    light: str = "Strong"
    frames: str = "apex"
    neutral: bool = True
    size: int | tuple[int, int] | None = None
    color: bool = False

    name: ClassVar[str] = "oulu_casia"
    needs_path: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="Oulu-CASIA NIR&VIS facial expression database",
        owner="University of Oulu and the Chinese Academy of Sciences",
        obtain="Sign the owners' license agreement, and unpack the archives into one folder.",
        license="For research, by signed agreement; not to be passed on. The terms of the owners decide.",
        citation="G. Zhao, X. Huang, M. Taini, S. Z. Li, M. Pietikainen: Facial expression recognition from "
        "near-infrared videos. Image and Vision Computing 29, 2011.",
        layout="OriginalImg/VL/Strong/P001/Anger/000.jpeg   320 x 240 pixels, neutral to apex\n"
        "also Preprocess Img; NI; Dark, Weak; Disgust, Fear, Happiness, Sadness, Surprise",
        counts="80 subjects with 6 sequences each: 480 for each camera and light.",
        traps="Archives unpack into folders of their own name. There is no neutral class: first frames stand for it. "
        "Frames of a sequence are nearly equal: divide by subject. Papers differ in which frames they use.",
    )

    def __post_init__(self):
        object.__setattr__(self, "size", checked_size(self.size))
        for option, known in OPTIONS.items():
            value = getattr(self, option)
            if value not in known:
                raise ParameterError(
                    f"oulu_casia: {option}={value!r}; expected {' or '.join(known)}.{nearest(value, known)}"
                )
        for option in ("neutral", "color"):
            if not isinstance(getattr(self, option), bool):
                raise ParameterError(f"oulu_casia: {option}={getattr(self, option)!r}; expected True or False.")

    def digest(self) -> str:
        """Returns a hash of the names and contents of the pictures of this camera and light."""
        level = self._level()
        return tree_digest([level], level)

    def load(self) -> FaceTable:
        """Lists the pictures; they are read when they are used.

        Returns:
            `FaceTable`; `subject` such as "P001", `sequence` such as "P001/Anger", `frame` as in the file's name, and
            `apex` (bool), the last frame of a sequence.

        Raises:
            DatasetLayoutError: the folder is missing, or holds nothing of this camera and light.
        """
        root, problems, samples, sequences = Path(self.path), Problems(), [], {}
        for person in _inside(self._level(), root, problems, "folders of people, such as P001"):
            if not PERSON.fullmatch(person.name):
                problems.add(UNEXPECTED, below(person, root), "expected folders of people, such as P001")
                continue
            found = {}
            for folder in _inside(person, root, problems, f"one of {', '.join(EMOTIONS)}"):
                name = next((name for name in EMOTIONS if name.lower() == folder.name.lower()), None)
                if name is None or name in found:
                    problems.add(UNEXPECTED, below(folder, root), f"expected {', '.join(EMOTIONS)}, each once")
                    continue
                found[name] = _numbered(folder, root, problems)
            for name in EMOTIONS:
                if found.get(name):
                    sequences[person.name, name] = found[name]
                else:
                    problems.add("sequences that are missing or empty", f"{person.name}/{name}")
        first = min((numbered[0][0] for numbered in sequences.values()), default=0)
        for (person, name), numbered in sequences.items():
            samples += self._frames(person, name, numbered, first, problems)
        samples = keep_readable(samples, root, problems)
        if self.pictures == "OriginalImg":
            _tell_sizes(samples, root, problems)
        counts = [
            Count("subjects", len({person for person, _ in sequences}), SUBJECTS),
            *class_counts([EMOTIONS[name] for _, name in sequences], dict.fromkeys(EMOTIONS.values(), SUBJECTS)),
        ]
        return still_table(self.name, samples, root, problems, counts, self.size, self.color)

    def _frames(
        self, person: str, name: str, numbered: list[tuple[int, Path]], first: int, problems: Problems
    ) -> list[dict]:
        """Chooses frames of a sequence; one that begins later than `first` has lost its neutral frame."""
        numbers, sequence = [number for number, _ in numbered], f"{person}/{name}"
        missing = sorted(set(range(numbers[0], numbers[-1])) - set(numbers))
        if missing:
            detail = f"frames {', '.join(map(str, missing[:10]))}"
            problems.add("sequences with missing frames", sequence, detail)
        last = numbers[-1]
        # The first frame shows no emotion, however short the sequence is.
        apex = [n for n in numbers if n > last - APEX and n != first]
        chosen = dict.fromkeys(numbers if self.frames == "all" else apex, EMOTIONS[name])
        if self.neutral:
            if numbers[0] == first:
                chosen[first] = "neutral"
            else:
                detail = f"the first of its frames has the number {numbers[0]}, not {first}"
                problems.add("sequences without a neutral first frame", sequence, detail)
        samples = []
        for number, path in numbered:
            if number in chosen:
                known = {"sample_id": f"{sequence}/{number:03d}", "subject": person, "sequence": sequence}
                known |= {"frame": number, "label": chosen[number], "split": np.nan, "apex": number == last}
                samples.append(known | {"path": path})
        return samples

    def _level(self) -> Path:
        """Finds the folder of people; archives may nest, and may hold one camera each."""
        root, levels, others = checked_root(self.path, self.name), [], set()
        start = root.parent if _same(root.name, self.pictures) else root
        for folder, _ in [(root, None)] if start != root else walk(root):
            if levels and len(folder.parts) > len(levels[0].parts) - 2:
                break
            if any(_same(folder.name, known) for known in OPTIONS["pictures"]):
                for camera in folders(folder):
                    for light in folders(camera):
                        others.add(f"{folder.name}/{camera.name}/{light.name}")
            if _same(folder.name, self.pictures):
                camera = named(folder, self.spectrum)
                light = camera and named(camera, self.light)
                levels += [light] if light and light.is_dir() else []
        if len(levels) == 1:
            return levels[0]
        wanted = f"'{self.pictures}/{self.spectrum}/{self.light}'"
        if levels:
            raise DatasetLayoutError(
                f"oulu_casia: {wanted} is there {len(levels)} times, in {' and in '.join(str(p) for p in levels[:3])}. "
                "One copy is expected: name one of them, or remove the other."
            )
        here = ", ".join(sorted(others)) or str([path.name for path in entries(root)][:5])
        raise DatasetLayoutError(f"oulu_casia: no {wanted} in {root} or up to 4 levels below it; found {here}. {HINT}")


def _same(name: str, other: str) -> bool:
    """Compares names of folders whatever their letter case, spaces and underscores."""
    return name.lower().replace("_", "").replace(" ", "") == other.lower().replace(" ", "")


def _inside(folder: Path, root: Path, problems: Problems, expected: str) -> list[Path]:
    """Lists the folders in a folder and tells of everything else."""
    found = entries(folder)
    for path in found:
        if not path.is_dir():
            tell_stranger(path, root, problems, expected)
    return [path for path in found if path.is_dir()]


def _numbered(folder: Path, root: Path, problems: Problems) -> list[tuple[int, Path]]:
    """Lists the pictures of a sequence by the numbers in their names."""
    numbered = {}
    for path in entries(folder):
        if not path.stem.isdecimal():
            tell_stranger(path, root, problems, "names such as 000.jpeg")
        elif path.suffix.lower() not in KINDS:
            problems.add(UNEXPECTED, below(path, root), "expected names such as 000.jpeg")
        elif int(path.stem) in numbered:
            problems.add("second copies of a picture (left out)", below(path, root))
        else:
            numbered[int(path.stem)] = path
    return sorted(numbered.items())


def _tell_sizes(samples: list[dict], root: Path, problems: Problems) -> None:
    for sample in samples:
        if (sample["height"], sample["width"]) != SIZE:
            found = f"{sample['width']} x {sample['height']} pixels, not {SIZE[1]} x {SIZE[0]}"
            problems.add("pictures of another size", below(sample["path"], root), found)
