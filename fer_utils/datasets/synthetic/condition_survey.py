"""The same faces under several circumstances, all else equal: to see which of them a face detector cannot bear."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace

import numpy as np
import pandas as pd

from fer_utils.datasets.face_table import FaceTable
from fer_utils.datasets.synthetic.drawing import render_face
from fer_utils.datasets.synthetic.expression import PROTOTYPES, sample_action_units
from fer_utils.datasets.synthetic.identity import SKIN_GROUPS
from fer_utils.datasets.synthetic.imaging import LABORATORY, Imaging, sample_imaging
from fer_utils.datasets.synthetic.people import draw_person, random_stream
from fer_utils.datasets.synthetic.pose_survey import imaging_truth
from fer_utils.errors import ParameterError, nearest

SURVEY = 11  # what this random stream of a person is for; datasets, sheets and the survey of poses use others
FRONT = "from the front"


def condition_survey(
    people: int,
    conditions: Mapping[str, Mapping],
    yaws: Sequence[float] = (0.0,),
    size: int = 224,
    seed: int = 0,
) -> FaceTable:
    """Draws each person once in each condition and turned by each angle; only these differ between a person's pictures.

    Light, background and quality are those of a laboratory, pitch and roll are 0. Every second person turns to the
    left.

    Args:
        people: int. Number of people, at least 1; multiples of six have all skin groups equally often.
        conditions: mapping from a condition's name to what it changes: names of fields of `Imaging` and their values.
        yaws: sequence of float. Degrees by which heads turn, 0 to 35.
        size: int. Width and height in pixels.
        seed: int. Another seed gives other people.

    Returns:
        `FaceTable` of gray faces with the truth of `pose_survey`, and the columns `condition` and `turned` ("from the
        front" or "turned by 30°"). Pictures of one person are not independent of each other.

    Raises:
        ParameterError: for no people, or a condition that changes what `Imaging` does not have.
    """
    if isinstance(people, bool) or not isinstance(people, int | np.integer) or people < 1:
        raise ParameterError(f"people={people!r}: expected a whole number of at least 1.")
    known = [field.name for field in fields(Imaging)]
    for name, change in conditions.items():
        for option in change:
            if option not in known:
                raise ParameterError(
                    f"condition '{name}': '{option}' is nothing that a picture has; known are {known}."
                    f"{nearest(option, known)}"
                )
    rows, images = [], []
    for number in range(people):
        person, rng = draw_person(seed, number), random_stream(seed, number, SURVEY)
        emotion = list(PROTOTYPES)[number // SKIN_GROUPS % len(PROTOTYPES)]
        units = sample_action_units(emotion, person.style, rng)
        upright = replace(sample_imaging(rng, LABORATORY), pitch=0.0, roll=0.0)
        for yaw in yaws:
            turned = replace(upright, yaw=float(yaw) * (-1) ** number)
            for condition, change in conditions.items():
                seen = replace(turned, **change)
                image, landmarks = render_face(person.identity, units, size, seen)
                name = f"S{number:04d}-{len(rows):05d}"
                row = {"sample_id": name, "subject": f"S{number:04d}", "sequence": name, "frame": 0, "label": emotion}
                row |= {"split": np.nan, "image": len(images), "landmarks": landmarks, "condition": condition}
                row |= {"turned": f"turned by {yaw:g}°" if yaw else FRONT}
                rows.append(row | imaging_truth(person.identity, seen))
                images.append(image)
    table, block = pd.DataFrame(rows), np.stack(images)
    return FaceTable("condition survey", table, block, FaceTable.content_fingerprint(table, block), synthetic=True)
