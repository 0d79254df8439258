"""The embedded dataset: drawn faces of drawn people, so that every notebook runs where there is no real data."""

import hashlib
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import ClassVar

import numpy as np
import pandas as pd

from fer_utils.datasets.emotions import EMOTIONS, SEVEN
from fer_utils.datasets.face_table import FaceTable
from fer_utils.datasets.synthetic.cache import read_cache, write_cache
from fer_utils.datasets.synthetic.drawing import check_size, render_face
from fer_utils.datasets.synthetic.expression import ACTION_UNITS, sample_action_units, sample_style
from fer_utils.datasets.synthetic.identity import SKIN_GROUPS, Identity, sample_identity
from fer_utils.datasets.synthetic.imaging import sample_imaging
from fer_utils.errors import ParameterError, nearest
from fer_utils.paths import cache_root


@dataclass(frozen=True)
class SyntheticFaces:
    """Drawn faces with known identity, action units and landmarks.

    Every image has random streams of its own, spawned from (seed, subject, emotion, take): more subjects, more images
    or fewer emotions leave the other images as they were. Nothing but the face's movement depends on the emotion.

    Attributes:
        subjects: int. Number of people.
        images_per_emotion: int. Images of each person and emotion.
        size: int. Width and height in pixels.
        emotions: tuple of str. Which emotions are drawn.
        seed: int. Another seed gives other people.
    """

    subjects: int = 40
    images_per_emotion: int = 3
    size: int = 48
    emotions: tuple[str, ...] = SEVEN
    seed: int = 0

    name: ClassVar[str] = "synthetic"
    needs_path: ClassVar[bool] = False

    def __post_init__(self):
        for field, least in (("subjects", 1), ("images_per_emotion", 1), ("seed", 0)):
            value = getattr(self, field)
            if not isinstance(value, int | np.integer) or isinstance(value, bool) or value < least:
                raise ParameterError(f"synthetic: {field}={value!r}; expected a whole number of at least {least}.")
            object.__setattr__(self, field, int(value))
        check_size(self.size)
        object.__setattr__(self, "size", int(self.size))
        if isinstance(self.emotions, str) or not len(self.emotions):
            raise ParameterError(f"synthetic: emotions={self.emotions!r}; expected a list such as {list(SEVEN)}.")
        object.__setattr__(self, "emotions", tuple(self.emotions))  # notebooks and the command line give lists
        for emotion in self.emotions:
            if emotion not in EMOTIONS:
                raise ParameterError(
                    f"synthetic: unknown emotion {emotion!r}; known are {list(EMOTIONS)}.{nearest(emotion, EMOTIONS)}"
                )
        if len(set(self.emotions)) < len(self.emotions):
            raise ParameterError(f"synthetic: emotions={list(self.emotions)} names an emotion twice.")

    def digest(self) -> str:
        """Hashes the options and the source that draws, without drawing.

        Returns:
            str. 16 hexadecimal digits; it changes with the options and with how faces are drawn.
        """
        return hashlib.sha256(f"{sorted(asdict(self).items())} {_source_digest()}".encode()).hexdigest()[:16]

    def identity(self, subject: int) -> Identity:
        """Returns who the given subject (0, 1, ...) is, so that `draw_face` can draw the person at any size."""
        return sample_identity(self._random(subject), subject % SKIN_GROUPS)

    def load(self) -> FaceTable:
        """Draws all faces, or reads them from the cache where they were drawn before.

        Returns:
            `FaceTable` with uint8 images (subjects * emotions * images_per_emotion, size, size), gray. Its rows also
            hold `skin_group` (0-5), `roll` (degrees), `au_1`, `au_2`, ... (intensity 0-5 of the stronger side) and
            `landmarks` (float array (68, 2), pixels).
        """
        folder = cache_root() / "synthetic" / self.digest()
        drawn = read_cache(folder)
        if drawn is None:
            drawn = self._draw()
            write_cache(folder, *drawn)
        rows, images, landmarks = drawn
        rows = rows.assign(landmarks=list(landmarks))
        return FaceTable(
            name=self.name,
            rows=rows,
            images=images,
            fingerprint=FaceTable.content_fingerprint(rows, images),
            synthetic=True,
            notes=(
                f"Synthetic: drawn faces of {self.subjects} drawn people (seed {self.seed}). Scores on them show that "
                "code works and how models differ; they say nothing about real faces.",
            ),
        )

    def _draw(self) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
        """Draws the rows without landmarks, the images (n, size, size) and the landmarks (n, 68, 2)."""
        rows, images, points = [], [], []
        for subject in range(self.subjects):
            identity = self.identity(subject)
            style = sample_style(self._random(subject, stream=1))
            for emotion in self.emotions:
                for take in range(self.images_per_emotion):
                    rng = self._random(subject, EMOTIONS.index(emotion) + 1, take + 1)
                    units = sample_action_units(emotion, style, rng)
                    imaging = sample_imaging(rng)
                    image, landmarks = render_face(identity, units, self.size, imaging)
                    images.append(image)
                    points.append(landmarks)
                    person, sequence = f"S{subject:03d}", f"S{subject:03d}-{emotion}-{take}"
                    row = {"sample_id": sequence, "subject": person, "sequence": sequence, "frame": 0}
                    row |= {"label": emotion, "split": np.nan, "image": len(rows)}
                    row |= {"skin_group": identity.skin_group, "roll": round(imaging.roll, 2)}
                    row |= {f"au_{unit}": round(max(units.get(unit, (0.0,))), 2) for unit in ACTION_UNITS}
                    rows.append(row)
        return pd.DataFrame(rows), np.stack(images), np.stack(points)

    def _random(self, subject: int, emotion: int = 0, take: int = 0, stream: int = 0) -> np.random.Generator:
        return np.random.default_rng(np.random.SeedSequence((self.seed, subject, emotion, take, stream)))


@lru_cache(maxsize=1)
def _source_digest() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
