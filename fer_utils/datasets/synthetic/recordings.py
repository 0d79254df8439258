"""All recordings of one person of the embedded dataset: which there are, in which order, drawn with their truth.

Random streams belong to (seed, subject, emotion, take), so that no picture depends on which others are drawn.
"""

from dataclasses import dataclass

import numpy as np

from fer_utils.datasets.emotions import EMOTIONS
from fer_utils.datasets.synthetic.cache import DrawnFaces
from fer_utils.datasets.synthetic.drawing import render_face
from fer_utils.datasets.synthetic.dynamics import sample_sequence
from fer_utils.datasets.synthetic.expression import ACTION_UNITS, sample_action_units
from fer_utils.datasets.synthetic.identity import Identity
from fer_utils.datasets.synthetic.imaging import Conditions, Imaging, sample_imaging
from fer_utils.datasets.synthetic.motion import sway
from fer_utils.datasets.synthetic.people import draw_person, random_stream

ORDER, EXPRESSION, IMAGING, MOTION = 2, 3, 4, 5  # what streams of a person are for; 0 and 1 are those of `draw_person`


@dataclass(frozen=True)
class Recording:
    """One picture or sequence that is to be drawn.

    Attributes:
        emotion: str. What is shown.
        take: int. Which one of the person's recordings of this emotion.
        genuine: bool. Felt, or acted.
    """

    emotion: str
    take: int
    genuine: bool = True


@dataclass(frozen=True)
class Plan:
    """What decides the pictures of a person, besides the number of the person; fields as in `SyntheticFaces`."""

    recordings: tuple[Recording, ...]
    size: int
    frames: int
    fps: float
    conditions: Conditions
    seed: int


def draw_subject(plan: Plan, subject: int) -> DrawnFaces:
    """Draws all pictures of one person.

    Recordings stand in a random order that is the person's own, so that neither their numbers nor their places tell
    the emotion.

    Args:
        plan: `Plan`.
        subject: int. Number of the person, from 0.

    Returns:
        `DrawnFaces`, frame after frame and recording after recording. The column `image` counts within the person.
    """
    person = draw_person(plan.seed, subject)
    count = len(plan.recordings)
    digits = max(2, len(str(count - 1)))
    rows, images, landmarks = [], [], []
    for number, which in enumerate(random_stream(plan.seed, subject, ORDER).permutation(count)):
        recording = plan.recordings[which]
        place = (EMOTIONS.index(recording.emotion), recording.take, int(recording.genuine))
        units, apex = _expression(plan, recording, person.style, random_stream(plan.seed, subject, EXPRESSION, *place))
        imaging = sample_imaging(random_stream(plan.seed, subject, IMAGING, *place), plan.conditions)
        sequence = f"S{subject:03d}-{number:0{digits}d}"
        swaying = random_stream(plan.seed, subject, MOTION, *place)
        for frame, (shown, seen) in enumerate(zip(units, sway(imaging, len(units), plan.fps, swaying), strict=True)):
            image, points = render_face(person.identity, shown, plan.size, seen)
            row = {"sample_id": f"{sequence}-{frame:03d}", "subject": f"S{subject:03d}", "sequence": sequence}
            row |= {"frame": frame, "label": recording.emotion, "split": np.nan, "image": len(images)}
            row |= {"apex": frame == apex, "genuine": recording.genuine}
            rows.append(row | _truth(person.identity, seen, shown))
            images.append(image)
            landmarks.append(points)
    return DrawnFaces(_columns(rows), np.stack(images), np.stack(landmarks).astype(np.float32))


def _expression(plan: Plan, recording: Recording, style, rng: np.random.Generator) -> tuple[tuple, int]:
    """Draws the action units of every frame, and which frame is the apex."""
    if plan.frames == 1:
        return (sample_action_units(recording.emotion, style, rng),), 0
    course = sample_sequence(
        recording.emotion, style, rng, plan.frames, plan.fps, genuine=recording.genuine, ends="neutral"
    )
    return course.frames, course.apex


def _truth(identity: Identity, imaging: Imaging, units: dict) -> dict:
    """Says of one picture what is known because it was drawn."""
    row = {"skin_group": identity.skin_group, "glasses": identity.glasses}
    row |= {"yaw": imaging.yaw, "pitch": imaging.pitch, "roll": imaging.roll}
    row |= {"light_x": imaging.light[0], "light_y": imaging.light[1], "occluded": imaging.occlusion}
    sides = {unit: np.broadcast_to(units.get(unit, 0.0), 2) for unit in ACTION_UNITS}
    row |= {f"au_{unit}": max(pair) for unit, pair in sides.items()}
    for number, side in enumerate(("right", "left")):
        row |= {f"au_{unit}_{side}": pair[number] for unit, pair in sides.items()}
    return row


def _columns(rows: list[dict]) -> dict[str, np.ndarray]:
    """Turns rows into arrays of numbers, truth values or text, which are stored as they are."""
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    measured = [name for name, array in columns.items() if array.dtype == float and name != "split"]
    return columns | {name: columns[name].astype(np.float32) for name in measured}
