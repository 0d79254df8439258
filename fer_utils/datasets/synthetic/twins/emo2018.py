"""A twin of EMO2018: clips of people who watch films, each with the line that the annotation tool writes beside it."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np

from fer_utils.datasets.synthetic.dynamics import Sequence, sample_sequence
from fer_utils.datasets.synthetic.imaging import Conditions, sample_imaging
from fer_utils.datasets.synthetic.motion import sway
from fer_utils.datasets.synthetic.people import draw_person, random_stream
from fer_utils.datasets.synthetic.twins.files import write_bytes, write_text
from fer_utils.datasets.synthetic.twins.ground_truth import truth_row
from fer_utils.datasets.synthetic.twins.recording import another_take, film
from fer_utils.datasets.synthetic.twins.twin import Twin
from fer_utils.datasets.synthetic.twins.video import encode_mp4

EMOTIONS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
MARKS = ("wrong emotion", "limb", "low occlusion", "heavy occlusion", "other")  # in the order of the line
SHARES = (0.06, 0.03, 0.04, 0.02, 0.01)  # of the clips beyond the first of a person and emotion
COVERED = {"limb": "hand", "low occlusion": "hair", "heavy occlusion": "scarf"}  # what is drawn before the face
DARK = 0.25  # exposure of a clip that is odd otherwise
FPS = 10
SIZE = (192, 256)  # height, width
ROOM = Conditions(pose=0.15, light=0.3, quality=0.85, color=True)
DISTANCE = 0.85  # the face has about 150 pixels
BLINK = 43  # the action unit of closed eyes, which is no part of an expression
AT_REST = 0.1  # of the strongest change; nobody sees less
PLAN, PLACE, FILM = 1_000_000, 1_000_001, 1_000_002  # numbers of the random streams, far from those of people


@dataclass(frozen=True)
class Extent:
    """What a preset writes.

    Attributes:
        people: int.
        takes: int. Clips of each person and emotion.
        frames: int. Length of a clip.
    """

    people: int
    takes: int
    frames: int


EXTENTS = {
    "tiny": Extent(3, 2, 5),
    "small": Extent(12, 2, 8),
    "quick": Extent(12, 2, 60),
    "full": Extent(108, 32, 60),
}


@dataclass(frozen=True)
class Clip:
    """One film.

    Attributes:
        person: int. Number of the person, from 0.
        number: int. Of the clip among those of the person, from 0, in random order.
        emotion: str. What the film that is watched should evoke; the name of the folder.
        shown: str. What is shown; the same but for a mark "wrong emotion".
        mark: str. One of `MARKS`, or "".
        part: str. "Train", "Val" or "Test".
        frames: int. Length.
    """

    person: int
    number: int
    emotion: str
    shown: str
    mark: str
    part: str
    frames: int

    @property
    def subject(self) -> str:
        """Name of the person's folder."""
        return f"P{self.person + 1:03d}"

    @property
    def file(self) -> str:
        """Place of the clip."""
        return f"{self.part}/{self.subject}/{self.emotion}/{self.subject}_{self.number + 1:03d}.mp4"


class Emo2018Twin(Twin):
    """Twin of EMO2018 (Adebayo 2021): 108 people, seven classes, 24,192 clips of six seconds."""

    name: ClassVar[str] = "emo2018"
    original: ClassVar[str] = "EMO2018"
    sizes: ClassVar[dict[str, float]] = {"tiny": 1, "small": 3, "quick": 12, "full": 1800}
    alike: ClassVar[tuple[str, ...]] = (
        "Folders anger disgust fear happiness sadness surprise neutral. Beside each clip a text of the same name with "
        "one line, numbers between tabs: start, end and peak, then 0 or 1 for an emotion that was not expected, an "
        "abnormal limb, low occlusion, heavy occlusion and anything else.",
        "Preset full: 24,192 clips of 6 seconds, 224 of each of 108 people; 16,934 for training, 2,419 for validation "
        "and 4,839 for testing.",
        "A clip goes from rest over the expression to rest. start is its first frame in which the face moves, end the "
        "last one before it is at rest again, peak the middle one of the strongest; frames are numbered from 0. A "
        "neutral clip is marked as a whole.",
    )
    unlike: ClassVar[tuple[str, ...]] = (
        "The original is not public. Folders of parts and of people above those of the emotions, the names of clips, "
        "10 frames a second and 256 x 192 pixels are our choice.",
        "Whether the original's parts share people is not said. Here clips are dealt at random, so that they do.",
        "How many clips are marked is our choice: none of the first of each person and emotion, 16 % of the others. "
        "How much of a face hair or a scarf covers was not measured. Limbs are a hand at the face; odd otherwise are "
        "clips that are too dark.",
        "start, end and peak are exact, where people would disagree. There is no sound, and no trigger beep.",
        "Clips of preset tiny have 5 frames, those of small 8.",
    )

    def items(self) -> list[Clip]:
        """Returns one item a clip."""
        extent = EXTENTS[self.preset]
        clips = []
        for person in range(extent.people):
            order = random_stream(self.seed, PLAN, person).permutation(len(EMOTIONS) * extent.takes)
            for place, number in enumerate(order.tolist()):
                emotion, take = EMOTIONS[place // extent.takes], place % extent.takes
                rng = random_stream(self.seed, PLAN, person, place)
                mark = _mark(rng) if take else ""
                others = [other for other in EMOTIONS if other != emotion]
                shown = others[rng.integers(len(others))] if mark == "wrong emotion" else emotion
                clips.append(Clip(person, number, emotion, shown, mark, "", extent.frames))
        parts = np.repeat(["Train", "Val", "Test"], _sizes(len(clips)))
        random_stream(self.seed, PLAN).shuffle(parts)
        return [replace(clip, part=part) for clip, part in zip(clips, parts.tolist(), strict=True)]

    def draw(self, item: Clip, folder: Path) -> list[dict]:
        """Draws one clip and writes its line."""
        person = draw_person(self.seed, item.person)
        rng = random_stream(self.seed, FILM, item.person, item.number)
        shown = sample_sequence(item.shown, person.style, rng, item.frames, FPS)
        place = sample_imaging(random_stream(self.seed, PLACE, item.person), ROOM)
        first = another_take(place, rng, ROOM, item.number)
        exposure = (DARK if item.mark == "other" else 1) * first.exposure
        covered = COVERED.get(item.mark, "")
        first = replace(first, scale=DISTANCE * first.scale, exposure=exposure, occlusion=covered)
        imagings = sway(first, item.frames, FPS, rng)
        marked = dict(zip(("start", "end", "peak"), _marked(shown), strict=True))
        pictures, rows = [], []
        for frame, (image, points) in enumerate(film(person.identity, shown.frames, SIZE, imagings)):
            pictures.append(image)
            known = {"file": item.file, "subject": item.subject, "frame": frame, "expected": item.emotion}
            known |= {"emotion": item.shown, "genuine": True, "mark": item.mark} | marked
            rows.append(truth_row(known, person, shown.frames[frame], imagings[frame], points))
        write_bytes(folder / item.file, encode_mp4(pictures, FPS))
        line = [*marked.values(), *(int(item.mark == mark) for mark in MARKS)]
        write_text((folder / item.file).with_suffix(".txt"), "\t".join(map(str, line)) + "\n")
        return rows

    def counts(self) -> dict[str, int]:
        """Counts people, clips, frames and marks."""
        clips = self.items()
        parts = {f"clips of part {part}": sum(clip.part == part for clip in clips) for part in ("Train", "Val", "Test")}
        marks = {f"clips marked {mark}": sum(clip.mark == mark for clip in clips) for mark in MARKS}
        frames = sum(clip.frames for clip in clips)
        return {"people": EXTENTS[self.preset].people, "clips": len(clips), "frames": frames} | parts | marks


def _mark(rng: np.random.Generator) -> str:
    """Draws what an annotator would mark, in most clips nothing."""
    return str(rng.choice([*MARKS, ""], p=[*SHARES, 1 - sum(SHARES)]))


def _sizes(clips: int) -> list[int]:
    """Divides clips into 70, 10 and 20 percent."""
    train, validation = round(0.7 * clips), round(0.1 * clips)
    return [train, validation, clips - train - validation]


def _marked(sequence: Sequence) -> tuple[int, int, int]:
    """Finds the frames that an annotator would mark: start, end and peak."""
    last = len(sequence) - 1
    if sequence.emotion == "neutral":
        return 0, last, last // 2
    first = sequence.frames[0]
    change = [_distance(units, first) for units in sequence.frames]
    moved = np.flatnonzero(np.array(change) > AT_REST * max(change))
    start, end = min(sequence.onset, sequence.apex), max(int(moved[-1]), sequence.apex)
    strongest = min(sequence.offset - 1, end)  # the last frame at the apex
    return start, end, (sequence.apex + strongest) // 2


def _distance(units: dict, others: dict) -> float:
    """Sums how far the action units of two frames lie apart, blinks aside."""
    return sum(
        float(np.abs(np.subtract(units.get(unit, (0, 0)), others.get(unit, (0, 0)))).sum())
        for unit in {*units, *others} - {BLINK}
    )
