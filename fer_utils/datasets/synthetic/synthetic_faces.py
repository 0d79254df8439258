"""The embedded dataset: drawn faces of drawn people, so that every notebook runs where there is no real data."""

import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, fields, replace
from functools import partial
from typing import ClassVar

import numpy as np
import pandas as pd

from fer_utils.datasets.emotions import EMOTIONS, SEVEN
from fer_utils.datasets.face_table import FaceTable
from fer_utils.datasets.synthetic.cache import DrawnFaces, join, read_cache, write_cache
from fer_utils.datasets.synthetic.identity import Identity
from fer_utils.datasets.synthetic.people import draw_person
from fer_utils.datasets.synthetic.presets import CONDITIONS, PRESETS, named
from fer_utils.datasets.synthetic.recordings import Plan, Recording, draw_subject
from fer_utils.datasets.synthetic.source_digest import source_digest
from fer_utils.errors import ParameterError, nearest
from fer_utils.paths import cache_root
from fer_utils.processes import map_in_order, process_count

LIMITS = {  # field: least, most
    "subjects": (1, None),
    "images_per_emotion": (1, None),
    "size": (48, 320),
    "frames": (1, 1000),
    "seed": (0, None),
}
GENUINE = {"yes": (True,), "no": (False,), "both": (True, False)}


@dataclass(frozen=True)
class SyntheticFaces:
    """Drawn faces with known identity, action units, landmarks, pose and light.

    Every recording has random streams of its own, from (seed, subject, emotion, take): more subjects, more images or
    other emotions leave the other pictures as they were. Nothing but the face's movement depends on the emotion.

    Attributes:
        preset: str. "tiny" (for tests), "quick" or "full": what the fields hold that are not given.
        subjects: int. Number of people.
        images_per_emotion: int. Recordings of each person and emotion.
        size: int. Width and height in pixels, 48 to 320.
        emotions: tuple of str. Which emotions are drawn.
        frames: int. 1 for still images, which show the expression at its apex; 3 to 1000 for sequences from rest over
            the apex to rest.
        fps: float. Frames a second of a sequence. 50 frames at 25 a second leave most expressions their own pace;
            with fewer seconds they are hurried.
        genuine: str. "yes" for felt expressions, "no" for acted ones, "both" for one sequence of each. The two differ
            in time alone, so that stills are "yes".
        conditions: str. "studio", "laboratory" (easier) or "wild" (all poses, hard light, occlusion, compression).
        color: bool. Whether pictures have three channels (RGB).
        seed: int. Another seed gives other people.
    """

    preset: str = field(default="quick", compare=False)
    subjects: int | None = None
    images_per_emotion: int | None = None
    size: int | None = None
    emotions: tuple[str, ...] | None = None
    frames: int = 1
    fps: float = 25.0
    genuine: str = "yes"
    conditions: str = "studio"
    color: bool = False
    seed: int = 0

    name: ClassVar[str] = "synthetic"
    needs_path: ClassVar[bool] = False

    def __post_init__(self):
        for option, value in named("preset", self.preset, PRESETS).items():
            if getattr(self, option) is None:
                object.__setattr__(self, option, value)
        for option, (least, most) in LIMITS.items():
            object.__setattr__(self, option, _whole_number(option, getattr(self, option), least, most))
        object.__setattr__(self, "emotions", _checked_emotions(self.emotions))
        named("conditions", self.conditions, CONDITIONS)
        named("genuine", self.genuine, GENUINE)
        if self.frames == 2:
            raise ParameterError("synthetic: frames=2; expected 1 for still images, or 3 to 1000 for sequences.")
        if self.frames == 1 and self.genuine != "yes":
            raise ParameterError(
                f"synthetic: genuine='{self.genuine}' with frames=1; felt and acted expressions differ in time alone. "
                "Draw sequences, such as frames=50."
            )
        if isinstance(self.fps, bool) or not isinstance(self.fps, int | float) or not 0 < self.fps <= 1000:
            raise ParameterError(f"synthetic: fps={self.fps!r}; expected frames a second, such as 25.")
        object.__setattr__(self, "fps", float(self.fps))
        if not isinstance(self.color, bool):
            raise ParameterError(f"synthetic: color={self.color!r}; expected True or False.")

    def __len__(self) -> int:
        """Number of pictures."""
        return self.subjects * len(self._recordings()) * self.frames

    def digest(self) -> str:
        """Hashes the options and the source that draws, without drawing.

        Returns:
            str. 16 hexadecimal digits; it changes with the options and with how faces are drawn.
        """
        options = [(option.name, getattr(self, option.name)) for option in fields(self) if option.compare]
        described = f"{options} {CONDITIONS[self.conditions]} {source_digest()}"
        return hashlib.sha256(described.encode()).hexdigest()[:16]

    def identity(self, subject: int) -> Identity:
        """Returns who the given subject (0, 1, ...) is, so that `draw_face` can draw the person at any size."""
        return draw_person(self.seed, subject).identity

    def load(self) -> FaceTable:
        """Draws all faces, or opens them in the cache where they were drawn before.

        Returns:
            `FaceTable` with uint8 images (n, size, size), or (n, size, size, 3) in color. `label` is the emotion of
            the whole recording, in a sequence's first frames at rest, too. The numbers in `sample_id` and `sequence`
            and the order of the rows do not depend on the emotion. What is known of each picture:

            - `au_1` ... `au_43`: intensity 0-5 of the action units, on the stronger side; `au_1_right`, `au_1_left`
              ...: on the subject's right and left side;
            - `landmarks`: float32 array (68, 2), pixels, in the order of iBUG;
            - `yaw`, `pitch`, `roll`: degrees; `light_x`, `light_y`: where light comes from; signs as in `Imaging`;
            - `apex` (bool): the first frame at the apex, one a recording; `genuine` (bool): felt, or acted; `class12`:
              both, as SASE-FE's classes are named, such as "acted anger";
            - `occluded`: "hand", "scarf", "hair", or "" where nothing covers the face;
            - `skin_group`: 0 (lightest) to 5 (darkest); `glasses`: their kind, or "" for none.
        """
        folder = cache_root() / "synthetic" / self.digest()
        drawn = read_cache(folder)
        if drawn is None:
            write_cache(folder, self._parts(), len(self))
            drawn = read_cache(folder) or join(self._parts())
        rows = pd.DataFrame(drawn.columns)
        kinds = np.where(rows["genuine"], "genuine ", "acted ")
        return FaceTable(
            name=self.name,
            rows=rows.assign(landmarks=list(np.asarray(drawn.landmarks)), class12=kinds + rows["label"]),
            images=drawn.images,
            fingerprint=drawn.fingerprint,
            synthetic=True,
            notes=(
                f"Synthetic: drawn faces of {self.subjects} drawn people (seed {self.seed}). Scores on them show that "
                "code works and how models differ; they say nothing about real faces.",
            ),
        )

    def _recordings(self) -> tuple[Recording, ...]:
        """The recordings of each person."""
        return tuple(
            Recording(emotion, take, genuine)
            for emotion in self.emotions
            for take in range(self.images_per_emotion)
            for genuine in GENUINE[self.genuine]
        )

    def _parts(self) -> Iterator[DrawnFaces]:
        """Draws one person after the other, on several cores where that pays."""
        conditions = replace(CONDITIONS[self.conditions], color=self.color)
        plan = Plan(self._recordings(), self.size, self.frames, self.fps, conditions, self.seed)
        seconds = len(self) * (0.005 + 4e-7 * self.size**2)  # about the slowest that drawing may be on one core
        before = 0
        for part in map_in_order(partial(draw_subject, plan), range(self.subjects), process_count(seconds)):
            yield replace(part, columns=part.columns | {"image": part.columns["image"] + before})
            before += len(part)


def _whole_number(option: str, value, least: int, most: int | None) -> int:
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not least <= value <= (most or value):
        expected = f"{least} to {most}" if most else f"at least {least}"
        raise ParameterError(f"synthetic: {option}={value!r}; expected a whole number of {expected}.")
    return int(value)


def _checked_emotions(emotions) -> tuple[str, ...]:
    """Checks emotions, which notebooks and the command line give as a list, and puts them into our one order."""
    if isinstance(emotions, str) or not isinstance(emotions, Collection) or not len(emotions):
        raise ParameterError(f"synthetic: emotions={emotions!r}; expected a list such as {list(SEVEN)}.")
    for emotion in emotions:
        if emotion not in EMOTIONS:
            raise ParameterError(
                f"synthetic: unknown emotion {emotion!r}; known are {list(EMOTIONS)}.{nearest(emotion, EMOTIONS)}"
            )
    if len(set(emotions)) < len(emotions):
        raise ParameterError(f"synthetic: emotions={list(emotions)} names an emotion twice.")
    return tuple(emotion for emotion in EMOTIONS if emotion in emotions)
