"""CK+ in its original layout: posed sequences from neutral to apex, labels for some, landmarks and FACS codes."""

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np

from fer_utils.datasets.about import About
from fer_utils.datasets.ckplus_files import read_facs, read_label, read_landmarks
from fer_utils.datasets.ckplus_layout import Sequence, all_files, find_parts, list_sequences, text_file
from fer_utils.datasets.counts import Count
from fer_utils.datasets.face_table import FaceTable
from fer_utils.datasets.image_store import checked_size
from fer_utils.datasets.layout import below, tree_digest
from fer_utils.datasets.problems import Problem, Problems
from fer_utils.datasets.stills import class_counts, keep_readable, still_table
from fer_utils.errors import DatasetLayoutError, ParameterError, nearest

COUNTS = {"anger": 45, "contempt": 18, "disgust": 59, "fear": 25, "happiness": 69, "sadness": 28, "surprise": 83}
SEQUENCES, SUBJECTS, LABELLED_SUBJECTS = 593, 123, 118
FRAMES = ("apex", "all")
APEX = 3  # frames at the end of a sequence
FIRST = (0, 1)  # numbers of a first frame; a sequence that begins later has lost its neutral frames


@dataclass(frozen=True)
class CkPlus:
    """CK+: 327 labelled sequences of 118 people, seven classes with contempt; the first frames are neutral.

    Attributes:
        path: str. The folder into which the archives were unpacked, at any depth.
        frames: str. "apex": the last three frames of each labelled sequence; "all": every frame of it, with the label
            of the sequence.
        neutral: bool. The first frame of each labelled sequence is a sample of class neutral.
        size: int, (height, width), or None for the pixels of the files: 640 x 490 and 640 x 480.
        color: bool. RGB instead of gray; most sequences have no color.

    Reference: Lucey et al. 2010, "The Extended Cohn-Kanade Dataset (CK+)".
    """

    path: str = ""
    frames: str = "apex"
    neutral: bool = True
    size: int | tuple[int, int] | None = None
    color: bool = False

    name: ClassVar[str] = "ckplus"
    needs_path: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="CK+, the Extended Cohn-Kanade dataset",
        owner="Jeffrey Cohn, University of Pittsburgh",
        obtain="Request it at https://www.jeffcohn.net/resources/, sign the agreement, and unpack the archives into "
        "one folder.",
        license="For research, by signed agreement; not to be passed on. The terms of the owner decide.",
        citation="P. Lucey, J. Cohn, T. Kanade, J. Saragih, Z. Ambadar, I. Matthews: The Extended Cohn-Kanade Dataset "
        "(CK+). CVPR Workshops, 2010.",
        layout="cohn-kanade-images/S005/001/S005_001_00000011.png    neutral to apex\n"
        "Emotion/S005/001/S005_001_00000011_emotion.txt       of the last frame: 0 neutral\n"
        "    1 anger 2 contempt 3 disgust 4 fear 5 happy 6 sadness 7 surprise; or no file\n"
        "Landmarks/S005/001/S005_001_00000011_landmarks.txt   68 rows 'x y' (optional)\n"
        "FACS/S005/001/S005_001_00000011_facs.txt             rows 'unit intensity' (optional)",
        counts="593 sequences of 123 subjects; 327 labelled ones of 118: "
        + ", ".join(f"{emotion} {number}" for emotion, number in COUNTS.items()),
        traps="266 sequences have no label: they are told by name and left out. Frames of a sequence are nearly equal: "
        "divide by subject. Papers count frames, sequences or hand-picked pictures, and seldom say which.",
    )

    def __post_init__(self):
        object.__setattr__(self, "size", checked_size(self.size))
        if self.frames not in FRAMES:
            raise ParameterError(
                f"ckplus: frames={self.frames!r}; expected {' or '.join(FRAMES)}.{nearest(self.frames, FRAMES)}"
            )
        for option in ("neutral", "color"):
            if not isinstance(getattr(self, option), bool):
                raise ParameterError(f"ckplus: {option}={getattr(self, option)!r}; expected True or False.")

    def digest(self) -> str:
        """Returns a hash of the names and contents of pictures, labels, landmarks and FACS codes."""
        parts = find_parts(self.path)
        return tree_digest([folder for folder in parts.values() if folder], Path(self.path))

    def load(self) -> FaceTable:
        """Reads the labels and lists the pictures, which are read when they are used.

        Returns:
            `FaceTable`; `subject` such as "S005", `sequence` such as "S005/001", `frame` as in the file's name, and

            - `apex` (bool): the last frame of a sequence;
            - `landmarks`: float32 array (68, 2) in pixels of the (resized) picture, or None without such a file;
            - `action_units`: of last frames, the units that FACS coders saw, such as "1 2 5"; otherwise NaN;
            - `au_1` ...: intensity 1 (A) to 5 (E) of each unit in last frames, 0 where it is not shown; NaN in other
              frames, and where it was coded without an intensity.

        Raises:
            DatasetLayoutError: the folder is missing, or pictures or labels are not in it.
        """
        root, parts, problems = Path(self.path), find_parts(self.path), Problems()
        sequences = list_sequences(parts["images"], root, problems)
        samples = []
        for sequence in sequences:
            label = _label(sequence, parts["labels"], root, problems)
            if label is not None:
                samples += self._frames(sequence, *label, root, problems)
        samples = keep_readable(samples, root, problems)
        _tell_lost_labels(sequences, parts["labels"], root, problems)
        for sample in samples:
            self._add_landmarks(sample, parts["landmarks"], root, problems)
        _add_action_units(samples, parts["facs"], root, problems)
        shown = {sample["sequence"]: sample["shown"] for sample in samples}
        counts = [
            Count("sequences", len(sequences), SEQUENCES),
            Count("subjects", len({sequence.subject for sequence in sequences}), SUBJECTS),
            Count("labelled sequences", len(shown), sum(COUNTS.values())),
            Count("subjects with labels", len({name.split("/")[0] for name in shown}), LABELLED_SUBJECTS),
            *class_counts(list(shown.values()), COUNTS),
        ]
        for sample in samples:
            del sample["shown"]
        return still_table(self.name, samples, root, problems, counts, self.size, self.color)

    def inspect(self) -> tuple[Problem, ...]:
        """Reads all landmarks and FACS codes, also those of sequences without a label, which `load` leaves alone.

        Returns:
            tuple of `Problem`.
        """
        root, parts, problems = Path(self.path), find_parts(self.path), Problems()
        stems = {
            f"{sequence.name}/{path.stem}".upper()
            for sequence in list_sequences(parts["images"], root, Problems())
            for path in sequence.frames.values()
        }
        for part, read, kind in (("landmarks", read_landmarks, "landmark"), ("facs", read_facs, "FACS")):
            for path in all_files(parts[part]) if parts[part] else []:
                stem = path.relative_to(parts[part]).as_posix().upper().removesuffix(f"_{part}.TXT".upper())
                if stem not in stems:
                    problems.add(f"{kind} files without a picture", below(path, root))
                    continue
                try:
                    read(path)
                except DatasetLayoutError as error:
                    problems.add(f"{kind} files that cannot be read", below(path, root), _reason(error, path))
        return problems.found

    def _frames(self, sequence: Sequence, label: str, last: int, root: Path, problems: Problems) -> list[dict]:
        """Chooses frames of a labelled sequence by their numbers, so that a missing apex is not replaced."""
        numbers = sorted(sequence.frames)
        missing = sorted(set(range(numbers[0], last + 1)) - set(numbers))
        if missing:
            detail = f"frames {', '.join(map(str, missing[:10]))} up to the labelled frame {last}"
            problems.add("sequences with missing frames", sequence.name, detail)
        if numbers[-1] > last:
            detail = f"frames after {last}, which the label names as the last"
            problems.add("sequences that go on after their apex (the rest is left out)", sequence.name, detail)
        chosen = {n: label for n in numbers if n <= last and (self.frames == "all" or n > last - APEX)}
        if self.neutral:
            if numbers[0] in FIRST and numbers[0] <= last - APEX:
                chosen[numbers[0]] = "neutral"
            else:
                detail = f"the first of its frames has the number {numbers[0]}, and {last} is the last"
                problems.add("sequences without a neutral first frame", sequence.name, detail)
        samples = []
        for number in sorted(chosen):
            path = sequence.frames[number]
            known = {"sample_id": f"{sequence.name.replace('/', '_')}_{number:08d}", "subject": sequence.subject}
            known |= {"sequence": sequence.name, "frame": number, "label": chosen[number], "split": np.nan}
            samples.append(known | {"apex": number == last, "shown": label, "path": path})
        return samples

    def _add_landmarks(self, sample: dict, folder: Path | None, root: Path, problems: Problems) -> None:
        sample["landmarks"] = None
        path = folder and text_file(folder, sample["sequence"], f"{sample['path'].stem}_landmarks.txt")
        if folder and path is None:
            problems.add("pictures without a landmark file", below(sample["path"], root))
        if path:
            try:
                points = read_landmarks(path)
            except DatasetLayoutError as error:
                problems.add("landmark files that cannot be read", below(path, root), _reason(error, path))
                return
            if self.size:  # as cv2.resize moves the centers of pixels
                scale = np.array([self.size[1] / sample["width"], self.size[0] / sample["height"]], np.float32)
                points = (points + 0.5) * scale - 0.5
            sample["landmarks"] = points


def _label(sequence: Sequence, folder: Path, root: Path, problems: Problems) -> tuple[str, int] | None:
    """Reads the label of a sequence and the number of its last frame; None where it has none, which is told."""
    where = sequence.label_files(folder)
    if not where:
        problems.add("sequences without a label (left out)", sequence.name, expected=True)
        return None
    if len(where) > 1:
        detail = f"{len(where)} label files: {', '.join(path.name for path in where[:3])}"
        problems.add("sequences with several label files (left out)", sequence.name, detail)
        return None
    last = sequence.labelled_frame(where[0].name)
    if last is None:
        detail = f"expected {sequence.name.replace('/', '_')}_<last frame>_emotion.txt"
        problems.add("label files of another name (sequence left out)", below(where[0], root), detail)
        return None
    try:
        return read_label(where[0]), last
    except DatasetLayoutError as error:
        problems.add(
            "label files that hold no label (sequence left out)", below(where[0], root), _reason(error, where[0])
        )
        return None


def _tell_lost_labels(sequences: list[Sequence], folder: Path, root: Path, problems: Problems) -> None:
    """Tells of labels whose pictures are missing."""
    known = {sequence.name for sequence in sequences}
    for path in sorted(folder.glob("*/*/*_emotion.txt")):
        name = f"{path.parent.parent.name}/{path.parent.name}".upper()
        if name not in known:
            problems.add("labels without pictures", below(path, root))


def _add_action_units(samples: list[dict], folder: Path | None, root: Path, problems: Problems) -> None:
    if folder is None:
        return
    coded = {}
    for sample in samples:
        path = sample["apex"] and text_file(folder, sample["sequence"], f"{sample['path'].stem}_facs.txt")
        if path:
            try:
                coded[sample["sample_id"]] = read_facs(path)
            except DatasetLayoutError as error:
                problems.add("FACS files that cannot be read", below(path, root), _reason(error, path))
    units = sorted({unit for codes in coded.values() for unit in codes})
    for sample in samples:
        codes = coded.get(sample["sample_id"])
        sample["action_units"] = np.nan if codes is None else " ".join(map(str, sorted(codes)))
        for unit in units:
            sample[f"au_{unit}"] = np.nan if codes is None else codes.get(unit, 0.0)


def _reason(error: DatasetLayoutError, path: Path) -> str:
    return str(error).removeprefix(f"{path}: ")
