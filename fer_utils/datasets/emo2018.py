"""EMO2018: six-second clips, each with the line that an annotator wrote beside it."""

import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import ClassVar

from fer_utils.datasets.about import About
from fer_utils.datasets.class_names import emotion_of
from fer_utils.datasets.clip_table import FILMS, NO_FILM, clip_table, films_digest, is_film
from fer_utils.datasets.counts import Count
from fer_utils.datasets.emo2018_annotation import Annotation, read_annotation
from fer_utils.datasets.face_table import FaceTable
from fer_utils.datasets.frame_sampling import check_options
from fer_utils.datasets.layout import below, checked_root, walk
from fer_utils.datasets.problems import Problems
from fer_utils.datasets.video_headers import read_headers
from fer_utils.errors import DatasetLayoutError, ParameterError

CLIPS, SUBJECTS = 24_192, 108
PARTS = {"Train": 16_934, "Val": 2_419, "Test": 4_839}  # clips
PART = {"train": "Train", "training": "Train", "val": "Val", "valid": "Val", "validation": "Val", "test": "Test"}
PERSON = re.compile(r"(?:s|p|sub|subject|participant|person|id)?[ _-]?[0-9]{1,3}", re.IGNORECASE)
DEPTH = 6  # levels of folders that are searched for clips


@dataclass(frozen=True)
class Emo2018:
    """EMO2018: 24,192 clips of 108 people who watch films, seven classes with neutral.

    The dataset is not public and its folders are not described. The label is the nearest folder above a clip that has
    the name of an emotion; `split` a folder such as train, val or test; `subject` a folder such as 17, P017 or
    subject_17, and unknown where there is none. `start`, `end`, `peak` and the five flags are those of `Annotation`.

    Attributes:
        path: str. The folder that holds all clips, on any of a few levels.
        frames: int or "all". How many frames of an expression, spread evenly from its start to its end, are rows.
        flagged: bool. Keep also clips whose expected emotion is not shown, whose face is covered to more than 60 %, or
            that are marked as odd otherwise.
        size: int or (height, width). Pixels to which frames are resized; None keeps those of the clips.
        color: bool. RGB instead of gray.

    Reference: Adebayo 2021, "Facial emotion recognition based on deep learning", University of Tartu.
    """

    path: str = ""
    frames: int | str = 10
    flagged: bool = False
    size: int | tuple[int, int] | None = None
    color: bool = False

    name: ClassVar[str] = "emo2018"
    needs_path: ClassVar[bool] = True
    about: ClassVar[About] = About(
        title="EMO2018",
        owner="iCV Research Group, University of Tartu",
        obtain="Not public; ask the owners. Clips of one's own can be annotated in the same way.",
        license="The terms of the owners decide.",
        citation="O. Adebayo: Facial emotion recognition based on deep learning on the EMO2018 dataset. University of "
        "Tartu, 2021.",
        layout="<emotion>/<clip>.mp4 with <clip>.txt beside it, also below folders of parts and people\n"
        "<clip>.txt: start end peak non-correlating abnormal-limb low-occlusion heavy-occlusion other\n"
        "between tabs, frame numbers from 0, then 0 or 1, such as 3 89 43 1 0 0 0 0",
        counts="24,192 clips of 6 seconds, 108 participants, 16,934 / 2,419 / 4,839 for training, validation and test.",
        traps="Whether the owners' parts share people is not said. A caption in the thesis names contempt where the "
        "text has neutral.",
    )

    def __post_init__(self):
        check_options(self.name, self.frames, self.size, self.color)
        if not isinstance(self.flagged, bool):
            raise ParameterError(f"emo2018: flagged={self.flagged!r}; expected True or False.")

    def digest(self) -> str:
        """Returns a hash of names, sizes and parts of clips and of the lines beside them."""
        root = checked_root(self.path, self.name)
        clips = _find(root, Problems())
        return films_digest(root, clips + [line for clip in clips if (line := _line(clip)).is_file()])

    def load(self) -> FaceTable:
        """Reads lines and headers; frames stay in the clips.

        Returns:
            `FaceTable`; a row is a frame, a sequence is a clip.

        Raises:
            DatasetLayoutError: the folder is missing or holds no annotated clip.
        """
        root, problems = checked_root(self.path, self.name), Problems()
        paths = _find(root, problems)
        films = []
        for path, clip in read_headers(paths, problems, root).items():
            file, place = below(path, root), _place(path, root)
            if place["label"] is None:
                problems.add("clips without a label (left out)", file, "no folder above it has the name of an emotion")
                continue
            annotation = _annotation(path, clip.frames, root, problems)
            if annotation is None or (not self.flagged and _left_out(annotation, file, problems)):
                continue
            marks = asdict(annotation) | {"first": annotation.start, "last": annotation.end}
            films.append({"clip": clip, "sequence": file, **place, **marks})
        return clip_table(self.name, films, self.frames, problems, _counts(paths, root), self.size, self.color)


def _find(root: Path, problems: Problems) -> list[Path]:
    """Lists the clips, and tells of what lies where clips lie and is neither a clip nor the line of one."""
    clips = []
    for folder, found in walk(root, DEPTH):
        here = [path for path in found if is_film(path)]
        clips += here
        if not here and _place(folder / "clip", root)["label"] is None:
            continue
        known = {*here, *(_line(clip) for clip in here)}
        for path in found:
            is_folder = path.is_dir() and path.suffix.lower() not in FILMS
            if path not in known and not is_folder:
                kind = "annotations without a clip" if path.suffix.lower() == ".txt" else NO_FILM
                problems.add(kind, below(path, root))
    return clips


def _line(clip: Path) -> Path:
    return clip.with_suffix(".txt")


def _place(path: Path, root: Path) -> dict:
    """Reads label, part and person from the folders above a clip, the nearest first."""
    place = {"subject": float("nan"), "label": None, "split": float("nan")}
    for folder in reversed(path.relative_to(root).parts[:-1]):
        if place["label"] is None and (emotion := emotion_of(folder)) and emotion != "contempt":
            place["label"] = emotion
        elif folder.lower() in PART:
            place["split"] = PART[folder.lower()]
        elif PERSON.fullmatch(folder):
            place["subject"] = folder
    return place


def _annotation(path: Path, frames: int, root: Path, problems: Problems) -> Annotation | None:
    line = _line(path)
    if not line.is_file():
        problems.add("clips without an annotation (left out)", below(path, root), f"expected {line.name} beside it")
        return None
    try:
        return read_annotation(line, frames)
    except DatasetLayoutError as error:
        detail = str(error).removeprefix(f"{line}: ")
        problems.add("annotations that cannot be read (clips left out)", below(line, root), detail)
        return None


def _left_out(annotation: Annotation, file: str, problems: Problems) -> bool:
    """Leaves out what its annotator doubted; that is so in a complete copy too."""
    for flag in ("non_correlating", "heavy_occlusion", "other"):
        if getattr(annotation, flag):
            problems.add(f"clips marked {flag} (left out; flagged=True keeps them)", file, expected=True)
            return True
    return False


def _counts(paths: list[Path], root: Path) -> list[Count]:
    """Compares with the published numbers, before anything is left out."""
    places = [_place(path, root) for path in paths]
    people = {place["subject"] for place in places if isinstance(place["subject"], str)}
    parts = [place["split"] for place in places]
    counts = [Count("clips", len(paths), CLIPS)]
    counts += [Count("subjects", len(people), SUBJECTS)] if people else []
    found = [part for part in PARTS if part in parts]
    return counts + [Count(f"{part} clips", parts.count(part), PARTS[part]) for part in (PARTS if found else ())]
