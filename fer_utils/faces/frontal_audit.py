"""How near landmarks come to those of the same face from the front, by alignment and by frontalization."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from fer_utils.datasets.synthetic.drawing import landmarks_of, render_face
from fer_utils.datasets.synthetic.expression import PROTOTYPES, sample_action_units
from fer_utils.datasets.synthetic.imaging import LABORATORY, PITCH, ROLL, YAW, sample_imaging
from fer_utils.datasets.synthetic.people import draw_person, random_stream
from fer_utils.errors import ParameterError
from fer_utils.faces.align import align_eyes
from fer_utils.faces.detection import make_detector, overlap
from fer_utils.faces.detector_audit import OVERLAP, box_around, landmark_error
from fer_utils.faces.frontalize import frontalize
from fer_utils.faces.landmarks import find_landmarks

SURVEY = 12  # what this random stream of a person is for; the datasets and other surveys use others
NOT_FOUND = np.nan
WAYS = "aligned", "frontal", "frontal, soft symmetry"


def audit_frontalization(
    people: int, predictor=None, least_yaw: float = 15.0, most_yaw: float = 30.0, size: int = 224, seed: int = 0
) -> pd.DataFrame:
    """Turns drawn people away and back, each with an expression, and compares with how they look from the front.

    Args:
        people: int. Number of people, at least 1; each second one turns to the left.
        predictor: `dlib.shape_predictor` of 68 points; None to leave out the rows that need it.
        least_yaw: float. Degrees that each head turns at least, 0 to 35.
        most_yaw: float. Degrees that heads turn at most. They are lifted and tilted by up to half of what can be drawn.
        size: int. Width and height of the pictures in pixels.
        seed: int. Another seed gives other people.

    Returns:
        DataFrame, one row a person, kind of landmarks (`marks`: "true landmarks" or "dlib's landmarks") and `way`, one
        of `WAYS`: `subject`, `yaw`, `pitch`, `roll` (degrees), `found` (whether the detector found the face; True for
        true landmarks) and `error`, as `shape_error` measures it; NaN where the face was not found.
        `detector_audit.audit_table` sums it up by ("way", "marks").

    Raises:
        ParameterError: no people, or angles that cannot be drawn.
    """
    if isinstance(people, bool) or not isinstance(people, int | np.integer) or people < 1:
        raise ParameterError(f"people={people!r}: expected a whole number of at least 1.")
    if not 0 <= least_yaw <= most_yaw <= YAW:
        raise ParameterError(
            f"least_yaw={least_yaw}, most_yaw={most_yaw}: expected 0 <= least_yaw <= most_yaw <= {YAW:g} degrees."
        )
    detector, rows = make_detector("hog"), []
    for number in range(people):
        person, rng = draw_person(seed, number), random_stream(seed, number, SURVEY)
        units = sample_action_units(list(PROTOTYPES)[number % len(PROTOTYPES)], person.style, rng)
        yaw = float(rng.uniform(least_yaw, most_yaw)) * (-1) ** number
        pitch, roll = (float(rng.uniform(-limit, limit)) for limit in (PITCH / 2, ROLL / 2))
        upright = replace(sample_imaging(rng, LABORATORY), yaw=0.0, pitch=0.0, roll=0.0)
        turned = replace(upright, yaw=yaw, pitch=pitch, roll=roll)
        image, truth = render_face(person.identity, units, size, turned)
        front = landmarks_of(person.identity, units, size, upright)
        row = {"subject": f"S{number:04d}", "yaw": yaw, "pitch": pitch, "roll": roll}
        marks = {"true landmarks": truth}
        if predictor is not None:
            boxes = [box for box in detector(image) if overlap(box, box_around(truth)) >= OVERLAP]
            marks["dlib's landmarks"] = find_landmarks(image, boxes[:1], predictor)[0] if boxes else None
        for name, landmarks in marks.items():
            errors = [NOT_FOUND] * len(WAYS)
            if landmarks is not None:
                errors = [shape_error(points, front) for points in _each_way(image, landmarks)]
            for way, error in zip(WAYS, errors, strict=True):
                rows.append(row | {"marks": name, "way": way, "found": landmarks is not None, "error": error})
    return pd.DataFrame(rows)


def shape_error(landmarks: np.ndarray, truth: np.ndarray) -> float:
    """Returns the mean distance of landmarks after the best similarity: place, size and tilt do not count.

    Args:
        landmarks: float array (68, 2). Pixels of any picture.
        truth: float array (68, 2). Pixels.

    Returns:
        float. A share of the true distance between the outer corners of the eyes.
    """
    one, other = ((points - points.mean(axis=0)) @ [1, 1j] for points in (np.asarray(landmarks, float), truth))
    moved = (one.conj() @ other) / (one.conj() @ one) * one  # a product of complex numbers turns and scales
    return landmark_error(np.column_stack([moved.real, moved.imag]) + truth.mean(axis=0), truth)


def _each_way(image: np.ndarray, landmarks: np.ndarray) -> Iterator[np.ndarray]:
    """Yields the landmarks that each of `WAYS` gives."""
    yield align_eyes(image, landmarks)[1]
    for symmetry in ("none", "soft"):
        yield frontalize(image, landmarks, len(image), symmetry).landmarks
