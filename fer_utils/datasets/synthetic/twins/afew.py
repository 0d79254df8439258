"""A twin of AFEW: clips of actors, cut out of films, in folders of classes, and the faces that were cut out of them."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import numpy as np

from fer_utils.datasets.synthetic.dynamics import Sequence, sample_sequence
from fer_utils.datasets.synthetic.expression import ExpressiveStyle
from fer_utils.datasets.synthetic.imaging import WILD, sample_imaging
from fer_utils.datasets.synthetic.motion import sway
from fer_utils.datasets.synthetic.people import draw_person, random_stream
from fer_utils.datasets.synthetic.twins.files import write_bytes, write_jpeg
from fer_utils.datasets.synthetic.twins.ground_truth import truth_row
from fer_utils.datasets.synthetic.twins.recording import film
from fer_utils.datasets.synthetic.twins.twin import Twin
from fer_utils.datasets.synthetic.twins.upright import with_eyes_at
from fer_utils.datasets.synthetic.twins.video import encode_avi

SHOWN = {  # folder -> emotion
    "Angry": "anger",
    "Disgust": "disgust",
    "Fear": "fear",
    "Happy": "happiness",
    "Neutral": "neutral",
    "Sad": "sadness",
    "Surprise": "surprise",
}
PARTS = {  # folder of films -> folder of faces
    "Train_AFEW": "AlignedFaces_LBPTOP_Points",
    "Val_AFEW": "AlignedFaces_LBPTOP_Points_Val",
}
SIZE = (192, 256)  # height, width
MOVIES = replace(WILD, quality=0.75, color=True)  # by people who know how to film: sharp, but in any pose and light
DISTANCES = (0.6, 0.95)  # nearest the second: there the face has about 165 pixels
LONGER = 1.4  # the expression lasts longer than the clip, so that a clip may begin or end within it
FACE = (128, 128)
EYES = np.array([[40.0, 44.0], [88.0, 44.0]])  # where the cut-out faces have them, in pixels
TURNED = 25.0  # degrees; of heads that turn further no face is cut out, as where a detector fails
SHARED = 8  # every so many clips of the second part have the number of one in the first
NUMBERS = 15_000_000  # numbers are below this
# Numbers of the random streams, far from those of people. With this plan a split that draws a tenth of Train to choose
# on by a hash of the names, as ours does, has every class there, also in the small twin.
PLAN, FILM = 1_000_057, 1_000_001


@dataclass(frozen=True)
class Extent:
    """What a preset writes.

    Attributes:
        clips: clips of each class in both parts, in the order of `SHOWN`.
        actors: (int, int). People in the films of each part; nobody is in both.
        fps: int. Frames a second.
        seconds: (float, float). Shortest and longest clip.
    """

    clips: tuple[tuple[int, ...], tuple[int, ...]]
    actors: tuple[int, int]
    fps: int
    seconds: tuple[float, float]


EXTENTS = {
    "tiny": Extent(((2,) * 7, (1,) * 7), (4, 3), 25, (0.16, 0.2)),
    "small": Extent(((20,) * 7, (6,) * 7), (30, 12), 10, (0.3, 1.5)),
    "quick": Extent(((16,) * 7, (6,) * 7), (30, 12), 25, (0.3, 2.0)),
    "full": Extent(((130, 75, 80, 150, 145, 118, 75), (62, 40, 46, 64, 64, 60, 47)), (250, 80), 25, (0.3, 5.0)),
}


@dataclass(frozen=True)
class Clip:
    """One film.

    Attributes:
        part: str. A key of `PARTS`.
        kind: str. Folder of the class, a key of `SHOWN`.
        number: str. Nine digits, the name of the file.
        place: int. Of the clip in its part, from 0.
        actor: int. Number of the person.
        frames: int. Length.
    """

    part: str
    kind: str
    number: str
    place: int
    actor: int
    frames: int

    @property
    def file(self) -> str:
        """Place of the film."""
        return f"{self.part}/{self.kind}/{self.number}.avi"

    def face(self, frame: int) -> str:
        """Place of a face that was cut out of it."""
        return f"{PARTS[self.part]}/Faces/{self.number}/{frame:03d}.jpg"


class AfewTwin(Twin):
    """Twin of AFEW (Dhall et al. 2012): clips of films with actors, seven classes, two labeled parts."""

    name: ClassVar[str] = "afew"
    original: ClassVar[str] = "AFEW"
    sizes: ClassVar[dict[str, float]] = {"tiny": 1, "small": 10, "quick": 28, "full": 470}
    alike: ClassVar[tuple[str, ...]] = (
        "{Train,Val}_AFEW/{Angry,Disgust,Fear,Happy,Neutral,Sad,Surprise}/<nine digits>.avi at 25 frames a second.",
        "AlignedFaces_LBPTOP_Points[_Val]/Faces/<nine digits>/*.jpg: no folder says the class, a number can be in both "
        "parts with different classes, and not every frame or film has a face.",
        "Preset full: 773 clips in Train, 383 in Val, as in releases 6 and later.",
        "Films are not recorded in a laboratory: heads turn, light is hard, hands and hair cover faces, clips begin "
        "and end in the middle of an expression. Nothing in the folders says who is shown.",
    )
    unlike: ClassVar[tuple[str, ...]] = (
        "One actor is in a clip, alone; nobody acts in both parts. How many actors there are, how many clips a class "
        "has and how long clips are is our choice.",
        "The original's third part, whose labels are not distributed, is not drawn.",
        "Films have 256 x 192 pixels, coded as MPEG-4 part 2, and no sound; there are no cuts in them.",
        "Faces of 128 x 128 pixels are cut out with the eyes at one place, by the true landmarks, unless the head is "
        "turned by more than 25 degrees. How the original was prepared we do not claim to know.",
        "Expressions are acted as the generator has it; whether acting in films looks like that was not asked.",
        "Clips of preset tiny have 4 or 5 frames; those of small have 10 frames a second.",
    )

    def items(self) -> list[Clip]:
        """Returns one item a clip."""
        extent, clips, before = EXTENTS[self.preset], [], 0
        shortest, longest = (max(3, round(extent.fps * seconds)) for seconds in extent.seconds)
        for part, counts, actors in zip(PARTS, extent.clips, extent.actors, strict=True):
            rng = random_stream(self.seed, PLAN, before)
            kinds = np.repeat(list(SHOWN), counts).tolist()
            first = [clip for clip in clips if clip.place % SHARED == 0]  # their numbers are used once more
            numbers = rng.choice(NUMBERS, len(kinds), replace=False)
            for place, kind in enumerate(kinds):
                number = f"{numbers[place]:09d}"
                if first and place % SHARED == 0:
                    number = first[-1 - place // SHARED % len(first)].number
                actor, frames = before + int(rng.integers(actors)), int(rng.integers(shortest, longest + 1))
                clips.append(Clip(part, kind, number, place, actor, frames))
            before += actors
        return clips

    def draw(self, item: Clip, folder: Path) -> list[dict]:
        """Draws one clip, and cuts the faces out of it."""
        person, fps = draw_person(self.seed, item.actor), EXTENTS[self.preset].fps
        rng = random_stream(self.seed, FILM, list(PARTS).index(item.part), item.place)
        shown, start = _within(SHOWN[item.kind], person.style, rng, item.frames, fps)
        units = shown.frames[start : start + item.frames]
        place = sample_imaging(rng, MOVIES)
        nearer = float(rng.uniform(*DISTANCES))
        first = replace(place, scale=nearer * place.scale, compression=0)  # the film compresses
        imagings = sway(first, item.frames, fps, rng)
        pictures, rows = [], []
        for frame, (image, points) in enumerate(film(person.identity, units, SIZE, imagings)):
            pictures.append(image)
            seen = abs(imagings[frame].yaw) <= TURNED
            if seen:
                write_jpeg(folder / item.face(frame), with_eyes_at(EYES, FACE, image, points)[0])
            known = {
                "file": item.file,
                "subject": f"A{item.actor + 1:03d}",
                "frame": frame,
                "emotion": SHOWN[item.kind],
                "genuine": False,
                "face": item.face(frame) if seen else "",
                "apex": shown.apex - start,
            }
            rows.append(truth_row(known, person, units[frame], imagings[frame], points))
        write_bytes(folder / item.file, encode_avi(pictures, fps))
        return rows

    def counts(self) -> dict[str, int]:
        """Counts actors, clips and frames."""
        clips = self.items()
        parts = {f"clips of part {part}": sum(clip.part == part for clip in clips) for part in PARTS}
        frames = sum(clip.frames for clip in clips)
        return {"actors": sum(EXTENTS[self.preset].actors)} | parts | {"frames": frames}


def _within(
    emotion: str, style: ExpressiveStyle, rng: np.random.Generator, frames: int, fps: int
) -> tuple[Sequence, int]:
    """Draws an acted expression that lasts longer than a clip, and where the clip begins, so that it has the apex."""
    whole = max(frames, round(LONGER * frames))
    shown = sample_sequence(emotion, style, rng, whole, fps, genuine=False)
    earliest, latest = max(0, shown.apex - frames + 1), min(shown.apex, whole - frames)
    return shown, int(rng.integers(earliest, latest + 1))
