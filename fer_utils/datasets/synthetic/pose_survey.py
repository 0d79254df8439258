"""Faces in all poses that can be drawn, each of another person: to see where a face detector finds them."""

from dataclasses import replace

import numpy as np
import pandas as pd

from fer_utils.datasets.face_table import FaceTable
from fer_utils.datasets.synthetic.drawing import render_face
from fer_utils.datasets.synthetic.expression import PROTOTYPES, sample_action_units
from fer_utils.datasets.synthetic.imaging import PITCH, ROLL, YAW, Conditions, sample_imaging
from fer_utils.datasets.synthetic.people import draw_person, random_stream
from fer_utils.errors import ParameterError

SURVEY = 8  # what this random stream of a person is for; the datasets use others
POSES = ("uniform", "frontal", "sampled")


def pose_survey(
    faces: int,
    size: int = 224,
    poses: str = "uniform",
    conditions: Conditions | None = None,
    seed: int = 0,
    most_yaw: float = YAW,
) -> FaceTable:
    """Draws faces of as many people, so that pictures are independent of each other, with skin groups in turn.

    Args:
        faces: int. Number of people and pictures, at least 1.
        size: int. Width and height in pixels.
        poses: str. "uniform" (yaw, pitch and roll each evenly over what can be drawn), "frontal" (yaw and pitch 0) or
            "sampled" (as `conditions` say).
        conditions: `Conditions` of everything else; None for those of the embedded dataset.
        seed: int. Another seed gives other people.
        most_yaw: float. With "uniform", degrees that no head turns further than.

    Returns:
        `FaceTable` with one gray face a person. Its truth has the columns of `SyntheticFaces.load` for identity, pose,
        light, occlusion and landmarks, and `contrast`, the share of directed light.

    Raises:
        ParameterError: for no faces, or unknown poses.
    """
    if isinstance(faces, bool) or not isinstance(faces, int | np.integer) or faces < 1:
        raise ParameterError(f"faces={faces!r}: expected a whole number of at least 1.")
    if poses not in POSES:
        raise ParameterError(f"poses={poses!r}; known are {list(POSES)}.")
    rows, images = [], []
    for number in range(faces):
        person, rng = draw_person(seed, number), random_stream(seed, number, SURVEY)
        emotion = list(PROTOTYPES)[number % len(PROTOTYPES)]
        imaging = sample_imaging(rng, conditions)
        if poses == "frontal":
            imaging = replace(imaging, yaw=0.0, pitch=0.0)
        if poses == "uniform":
            yaw, pitch, roll = (float(rng.uniform(-limit, limit)) for limit in (most_yaw, PITCH, ROLL))
            imaging = replace(imaging, yaw=yaw, pitch=pitch, roll=roll)
        units = sample_action_units(emotion, person.style, rng)
        image, landmarks = render_face(person.identity, units, size, imaging)
        name = f"S{number:04d}"
        row = {"sample_id": name, "subject": name, "sequence": name, "frame": 0, "label": emotion, "split": np.nan}
        row |= {"image": number, "skin_group": person.identity.skin_group, "glasses": person.identity.glasses}
        row |= {"hair_style": person.identity.hair_style, "beard": person.identity.beard}
        row |= {"yaw": imaging.yaw, "pitch": imaging.pitch, "roll": imaging.roll, "occluded": imaging.occlusion}
        row |= {"light_x": imaging.light[0], "light_y": imaging.light[1], "contrast": imaging.contrast}
        rows.append(row | {"landmarks": landmarks})
        images.append(image)
    table, block = pd.DataFrame(rows), np.stack(images)
    return FaceTable("pose survey", table, block, FaceTable.content_fingerprint(table, block), synthetic=True)


