"""CK+48: the last three frames of the labelled sequences of CK+, cut out to 48 x 48 pixels by others."""

import re
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from fer_utils.datasets.about import About
from fer_utils.datasets.counts import Count
from fer_utils.datasets.face_table import FaceTable
from fer_utils.datasets.image_store import checked_size
from fer_utils.datasets.layout import below, entries, find_level, tree_digest
from fer_utils.datasets.problems import Problems
from fer_utils.datasets.stills import UNEXPECTED, class_counts, keep_readable, still_table, tell_stranger

CLASSES = {
    "anger": "anger",
    "contempt": "contempt",
    "disgust": "disgust",
    "fear": "fear",
    "happy": "happiness",
    "sadness": "sadness",
    "surprise": "surprise",
}
COUNTS = {"anger": 135, "contempt": 54, "disgust": 177, "fear": 75, "happiness": 207, "sadness": 84, "surprise": 249}
SUBJECTS = 118
PICTURES = 3  # of each sequence
NAME = re.compile(r"(S\d{3})_(\d{3})_(\d{8})\.PNG", re.IGNORECASE)  # S010_004_00000017.png


@dataclass(frozen=True)
class CkPlus48:
    """CK+48: 981 gray pictures of 48 x 48 pixels, seven classes with contempt and without neutral.

    Attributes:
        path: str. The folder `CK+48`, or one above it.
        size: int, (height, width), or None for the 48 x 48 pixels of the files.

    Reference: Lucey et al. 2010, "The Extended Cohn-Kanade Dataset (CK+)".
    """

    path: str = ""
    size: int | tuple[int, int] | None = None

    name: ClassVar[str] = "ckplus48"
    needs_path: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="CK+48, faces cut out of the Extended Cohn-Kanade dataset",
        owner="cut out and passed on by others; CK+ itself: Jeffrey Cohn, University of Pittsburgh",
        obtain="It circulates as CK+48.zip. Ask for CK+ itself (`ferbench data info ckplus`) to have the right to use "
        "it.",
        license="That of CK+: for research, not to be passed on. The terms of the owners decide.",
        citation="P. Lucey, J. Cohn, T. Kanade, J. Saragih, Z. Ambadar, I. Matthews: The Extended Cohn-Kanade Dataset "
        "(CK+). CVPR Workshops, 2010.",
        layout="CK+48/<class>/S010_004_00000017.png   class: anger contempt disgust fear happy sadness surprise;\n"
        "name: subject_sequence_frame",
        counts="981 pictures, three of each of 327 sequences of 118 subjects: "
        + ", ".join(f"{emotion} {number}" for emotion, number in COUNTS.items()),
        traps="The three pictures of a sequence are nearly equal: divide by subject, never at random.",
    )

    def __post_init__(self):
        object.__setattr__(self, "size", checked_size(self.size))

    def digest(self) -> str:
        """Returns a hash of the names and contents of the pictures."""
        level = self._level()
        return tree_digest([path for path in entries(level) if path.name.lower() in CLASSES], level, depth=0)

    def load(self) -> FaceTable:
        """Lists the pictures; they are read when they are used.

        Returns:
            `FaceTable` of gray pictures; `subject` such as "S010", `sequence` such as "S010/004".

        Raises:
            DatasetLayoutError: the folder is missing, or the classes are not in it or below it.
        """
        level, root, problems = self._level(), Path(self.path), Problems()
        sequences = defaultdict(list)
        for folder in entries(level):
            label = CLASSES.get(folder.name.lower())
            if label is None or not folder.is_dir():
                tell_stranger(folder, root, problems, f"folders {', '.join(CLASSES)}")
                continue
            for path in entries(folder):
                match = NAME.fullmatch(path.name)
                if match is None:
                    detail = "expected names such as S010_004_00000017.png"
                    problems.add(UNEXPECTED, below(path, root), detail)
                    continue
                subject, number, frame = (part.upper() for part in match.groups())
                known = {"sample_id": f"{subject}_{number}_{frame}", "subject": subject}
                known |= {"sequence": f"{subject}/{number}", "frame": int(frame), "label": label, "split": np.nan}
                sequences[known["sequence"]].append(known | {"path": path})
        samples = [sample for sequence in sorted(sequences) for sample in _checked(sequences[sequence], root, problems)]
        samples = keep_readable(samples, root, problems)
        counts = [
            Count("pictures", len(samples), sum(COUNTS.values())),
            Count("sequences", len({sample["sequence"] for sample in samples}), sum(COUNTS.values()) // PICTURES),
            Count("subjects", len({sample["subject"] for sample in samples}), SUBJECTS),
            *class_counts([sample["label"] for sample in samples], COUNTS),
        ]
        return still_table(self.name, samples, root, problems, counts, self.size)

    def _level(self) -> Path:
        hint = "CK+48 unpacks to CK+48/anger/S010_004_00000017.png and so on."
        return find_level(self.path, list(CLASSES), what=self.name, hint=hint, least=2)


def _checked(samples: list[dict], root: Path, problems: Problems) -> list[dict]:
    """Leaves out a sequence that lies in two classes, and second copies; tells where pictures are missing."""
    labels = sorted({sample["label"] for sample in samples})
    if len(labels) > 1:
        for sample in samples:
            detail = f"the sequence is also in another of {', '.join(labels)}; it can have one label"
            problems.add("pictures of sequences with two labels (left out)", below(sample["path"], root), detail)
        return []
    kept = {}
    for sample in sorted(samples, key=lambda sample: sample["frame"]):
        if sample["sample_id"] in kept:
            problems.add("second copies of a picture (left out)", below(sample["path"], root))
        else:
            kept[sample["sample_id"]] = sample
    frames = [sample["frame"] for sample in kept.values()]
    if len(frames) != PICTURES or frames[-1] - frames[0] != PICTURES - 1:
        detail = f"frames {', '.join(map(str, frames))}; expected {PICTURES} neighboring ones"
        problems.add("sequences without their three pictures", samples[0]["sequence"], detail)
    return list(kept.values())
