"""JAFFE: 213 gray pictures of ten Japanese women."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from fer_utils.datasets.about import About
from fer_utils.datasets.counts import Count
from fer_utils.datasets.face_table import FaceTable
from fer_utils.datasets.image_store import checked_size
from fer_utils.datasets.layout import below, entries, find_level, tree_digest
from fer_utils.datasets.picture_file import KINDS
from fer_utils.datasets.problems import Problems
from fer_utils.datasets.stills import UNEXPECTED, class_counts, keep_readable, still_table, tell_stranger

LETTERS = {
    "AN": "anger",
    "DI": "disgust",
    "FE": "fear",
    "HA": "happiness",
    "NE": "neutral",
    "SA": "sadness",
    "SU": "surprise",
}
COUNTS = {"anger": 30, "disgust": 29, "fear": 32, "happiness": 31, "neutral": 30, "sadness": 31, "surprise": 30}
SUBJECTS = 10
SIDE = 256  # pixels
EXPECTED = f"names such as KA.AN1.39.tiff with {', '.join(LETTERS)}"
NAME = re.compile(r"([A-Z]{2})\.([A-Z]{2})(\d)\.(\d+)\.[A-Z]+", re.IGNORECASE)  # KA.AN1.39.tiff


@dataclass(frozen=True)
class Jaffe:
    """JAFFE: 213 gray faces of ten women, 256 x 256 pixels, seven classes with neutral.

    Attributes:
        path: str. The folder of the pictures, or one above it.
        size: int, (height, width), or None for the 256 x 256 pixels of the files.

    Reference: Lyons et al. 1998, "Coding facial expressions with Gabor wavelets".
    """

    path: str = ""
    size: int | tuple[int, int] | None = None

    name: ClassVar[str] = "jaffe"
    needs_path: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="JAFFE, the Japanese Female Facial Expression dataset",
        owner="Michael Lyons, Miyuki Kamachi and Jiro Gyoba",
        obtain="Request it at https://zenodo.org/records/3451524 and unpack it into a folder.",
        license="For non-commercial research; not to be passed on. The terms of the owners decide.",
        citation="M. Lyons, S. Akamatsu, M. Kamachi, J. Gyoba: Coding facial expressions with Gabor wavelets. "
        "Automatic Face and Gesture Recognition, 1998.",
        layout="KA.AN1.39.tiff   subject.emotion+take.number in one folder; AN DI FE HA NE SA SU",
        counts="213 pictures of 10 subjects: " + ", ".join(f"{emotion} {number}" for emotion, number in COUNTS.items()),
        traps="Some copies hold palette-mode pictures, whose stored numbers are no gray values: they are converted. "
        "Ten people are few: leave one subject out, and give intervals.",
    )

    def __post_init__(self):
        object.__setattr__(self, "size", checked_size(self.size))

    def digest(self) -> str:
        """Returns a hash of the names and contents of the pictures."""
        level = self._level()
        return tree_digest([level], level, depth=0)

    def load(self) -> FaceTable:
        """Lists the pictures; they are read when they are used.

        Returns:
            `FaceTable` of gray pictures; `subject` such as "KA", `take` 1 to 4, each picture a sequence of its own.

        Raises:
            DatasetLayoutError: the folder is missing, or no picture of JAFFE is in it or below it.
        """
        root, problems, samples, seen = Path(self.path), Problems(), [], {}
        for path in entries(self._level()):
            match = NAME.fullmatch(path.name)
            if match is None:
                tell_stranger(path, root, problems, EXPECTED)
                continue
            if match[2].upper() not in LETTERS or path.suffix.lower() not in KINDS:
                problems.add(UNEXPECTED, below(path, root), f"expected {EXPECTED}")
                continue
            subject, letters, take, number = (part.upper() for part in match.groups())
            sample_id = f"{subject}.{letters}{take}.{int(number)}"
            if sample_id in seen:
                problems.add("second copies of a picture (left out)", below(path, root), f"beside {seen[sample_id]}")
                continue
            seen[sample_id] = path.name
            known = {"sample_id": sample_id, "subject": subject, "sequence": sample_id, "frame": 0}
            samples.append(known | {"label": LETTERS[letters], "split": np.nan, "take": int(take), "path": path})
        samples = keep_readable(samples, root, problems)
        for sample in samples:
            if (sample["height"], sample["width"]) != (SIDE, SIDE):
                found = f"{sample['width']} x {sample['height']} pixels, not {SIDE} x {SIDE}"
                problems.add("pictures of another size", below(sample["path"], root), found)
        counts = [
            Count("pictures", len(samples), sum(COUNTS.values())),
            Count("subjects", len({sample["subject"] for sample in samples}), SUBJECTS),
            *class_counts([sample["label"] for sample in samples], COUNTS),
        ]
        return still_table(self.name, samples, root, problems, counts, self.size)

    def _level(self) -> Path:
        hint = "JAFFE is a folder of files such as KA.AN1.39.tiff."
        return find_level(self.path, ["[a-z][a-z].[a-z][a-z][0-9].*"], what=self.name, hint=hint)
