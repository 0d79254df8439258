"""A twin of Oulu-CASIA: each expression under three lights, seen by a camera for visible light and one for infrared."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from fer_utils.datasets.synthetic.dynamics import sample_sequence
from fer_utils.datasets.synthetic.imaging import Conditions, sample_imaging
from fer_utils.datasets.synthetic.motion import sway
from fer_utils.datasets.synthetic.people import draw_person, random_stream
from fer_utils.datasets.synthetic.twins.files import write_jpeg
from fer_utils.datasets.synthetic.twins.ground_truth import truth_row
from fer_utils.datasets.synthetic.twins.oulu_casia_cameras import LIGHTS, SIZE, expose, in_infrared, upright
from fer_utils.datasets.synthetic.twins.recording import another_take, film
from fer_utils.datasets.synthetic.twins.twin import Twin

EMOTIONS = {
    "Anger": "anger",
    "Disgust": "disgust",
    "Fear": "fear",
    "Happiness": "happiness",
    "Sadness": "sadness",
    "Surprise": "surprise",
}
FPS = 25.0
ROOM = Conditions(pose=0.12, light=0.35, quality=0.8)
DISTANCE = 0.72  # the face has more than half of the picture's height
ORIGINAL, PREPROCESSED = "OriginalImg", "Preprocess Img"
PLAN, PLACE, FILM = 1_000_000, 1_000_001, 1_000_002  # numbers of the random streams, far from those of people


@dataclass(frozen=True)
class Extent:
    """What a preset writes.

    Attributes:
        people: int.
        cameras: tuple of str.
        lights: tuple of str.
        folders: tuple of str.
        lengths: (int, int). Shortest and longest sequence in frames.
    """

    people: int
    cameras: tuple[str, ...]
    lights: tuple[str, ...]
    folders: tuple[str, ...]
    lengths: tuple[int, int]


EXTENTS = {
    "tiny": Extent(2, ("VL",), ("Strong",), (ORIGINAL,), (4, 4)),
    "small": Extent(80, ("VL",), ("Strong",), (ORIGINAL,), (20, 24)),
    "quick": Extent(10, ("VL",), LIGHTS, (ORIGINAL,), (10, 20)),
    "full": Extent(80, ("NI", "VL"), LIGHTS, (ORIGINAL, PREPROCESSED), (10, 30)),
}


@dataclass(frozen=True)
class Scene:
    """One expression of one person under one light.

    Attributes:
        person: int. Number of the person, from 0.
        emotion: str. Folder, a key of `EMOTIONS`.
        light: str. One of `LIGHTS`.
        frames: int. Length.
    """

    person: int
    emotion: str
    light: str
    frames: int


class OuluCasiaTwin(Twin):
    """Twin of Oulu-CASIA NIR&VIS (Zhao et al. 2011): 80 people, six posed expressions, three lights, two cameras."""

    name: ClassVar[str] = "oulu_casia"
    original: ClassVar[str] = "Oulu-CASIA"
    sizes: ClassVar[dict[str, float]] = {"tiny": 1, "small": 130, "quick": 45, "full": 1700}
    alike: ClassVar[tuple[str, ...]] = (
        "{OriginalImg,Preprocess Img}/{NI,VL}/{Dark,Strong,Weak}/<subject>/{Anger,Disgust,Fear,Happiness,Sadness,"
        "Surprise}/*.jpeg of 320 x 240 pixels; each sequence goes from neutral to the apex.",
        "Preset full: 80 people, 480 sequences for each camera and light. Preset quick: 10 people, OriginalImg/VL "
        "under three lights; small and tiny: 80 and 2 people, OriginalImg/VL/Strong.",
        "The lights differ: visible light (VL, color) is well exposed in Strong, dark and noisy in Weak, almost black "
        "in Dark. Near infrared (NI, gray) has a lamp of its own: there all three are bright; skin is pale whatever "
        "its color, lips and beards are faint.",
        "An expression is shown anew for each light; both cameras see the same one.",
    )
    unlike: ClassVar[tuple[str, ...]] = (
        "Preprocess Img holds the face, turned upright and enlarged so that the eyes always lie at the same place; how "
        "the original was prepared, and to which size, we do not claim to know.",
        "How much darker each light is was chosen by us, not measured.",
        "Between two lights of one camera only exposure and noise differ, and the expression, which is shown anew; "
        "both cameras stand at the same place.",
        "Sequences of preset tiny have 4 frames, of small 20 to 24, of quick 10 to 20, of full 10 to 30.",
    )

    def items(self) -> list[Scene]:
        """Returns one item an expression and light; it is drawn once for each camera."""
        extent = EXTENTS[self.preset]
        shortest, longest = extent.lengths
        scenes = []
        for person in range(extent.people):
            for number, emotion in enumerate(EMOTIONS):
                for light in extent.lights:
                    rng = random_stream(self.seed, PLAN, person, number, LIGHTS.index(light))
                    scenes.append(Scene(person, emotion, light, int(rng.integers(shortest, longest + 1))))
        return scenes

    def draw(self, item: Scene, folder: Path) -> list[dict]:
        """Draws one expression under one light, by each camera."""
        extent = EXTENTS[self.preset]
        person = draw_person(self.seed, item.person)
        number, light = list(EMOTIONS).index(item.emotion), LIGHTS.index(item.light)
        rng = random_stream(self.seed, FILM, item.person, number, light)
        frames = sample_sequence(
            EMOTIONS[item.emotion], person.style, rng, item.frames, FPS, genuine=False, ends="apex"
        ).frames
        place = sample_imaging(random_stream(self.seed, PLACE, item.person), ROOM)
        first = another_take(place, rng, ROOM, number * len(LIGHTS) + light)
        first = replace(first, scale=DISTANCE * first.scale)
        imagings = sway(first, item.frames, FPS, rng)
        rows = []
        for camera in extent.cameras:
            identity = person.identity if camera == "VL" else in_infrared(person.identity)
            exposed = [expose(imaging, camera, item.light) for imaging in imagings]
            for frame, (image, points) in enumerate(film(identity, frames, SIZE, exposed)):
                below = f"{camera}/{item.light}/P{item.person + 1:03d}/{item.emotion}/{frame:03d}.jpeg"
                for top in extent.folders:
                    shown, moved = (image, points) if top == ORIGINAL else upright(image, points)
                    write_jpeg(folder / top / below, shown)
                    known = {
                        "file": f"{top}/{below}",
                        "subject": f"P{item.person + 1:03d}",
                        "frame": frame,
                        "camera": camera,
                        "lighting": item.light,
                        "emotion": EMOTIONS[item.emotion],
                        "genuine": False,
                    }
                    rows.append(truth_row(known, person, frames[frame], exposed[frame], moved))
        return rows

    def counts(self) -> dict[str, int]:
        """Counts people, sequences and pictures."""
        extent, scenes = EXTENTS[self.preset], self.items()
        views = len(extent.cameras) * len(extent.folders)
        return {
            "people": extent.people,
            "sequences for each camera and light": extent.people * len(EMOTIONS),
            "sequences": views * len(scenes),
            "pictures": views * sum(scene.frames for scene in scenes),
        }
