"""Faces in all poses that can be drawn, each of another person: to see where a face detector finds them."""

from dataclasses import replace

import numpy as np
import pandas as pd

from fer_utils.datasets.face_table import FaceTable
from fer_utils.datasets.synthetic.drawing import render_face
from fer_utils.datasets.synthetic.expression import PROTOTYPES, sample_action_units
from fer_utils.datasets.synthetic.identity import SKIN_COLORS, SKIN_GROUPS, Identity
from fer_utils.datasets.synthetic.imaging import PITCH, ROLL, YAW, Conditions, Imaging, sample_imaging
from fer_utils.datasets.synthetic.people import draw_person, random_stream
from fer_utils.errors import ParameterError, nearest

SURVEY = 8  # what this random stream of a person is for; the datasets use others
POSES = ("uniform", "frontal", "sampled")


def pose_survey(
    faces: int,
    size: int = 224,
    poses: str = "uniform",
    conditions: Conditions | None = None,
    seed: int = 0,
    most_yaw: float = YAW,
    each_skin: bool = False,
    exposure: float | None = None,
) -> FaceTable:
    """Draws one face each of as many people, so that pictures are independent; skin groups are balanced.

    Args:
        faces: int. Number of people, at least 1.
        size: int. Width and height in pixels.
        poses: str. "uniform" (yaw, pitch and roll each evenly over what can be drawn), "frontal" (yaw and pitch 0) or
            "sampled" (as `conditions` say).
        conditions: `Conditions` of everything else; None for those of the embedded dataset.
        seed: int. Another seed gives other people.
        most_yaw: float. With "uniform", degrees that no head turns further than.
        each_skin: bool. Draws each person once in every skin group's average color, all else equal: features, hair,
            expression, pose and light. Pictures of one person are then not independent of each other.
        exposure: float. Factor on the luminance of all pictures, as of a camera that exposes longer; None for a random
            one around 1.

    Returns:
        `FaceTable` of gray faces. Its truth has the columns of `SyntheticFaces.load` for identity, pose, light,
        occlusion and landmarks, and `contrast`, the share of directed light.

    Raises:
        ParameterError: for no faces, or unknown poses.
    """
    if isinstance(faces, bool) or not isinstance(faces, int | np.integer) or faces < 1:
        raise ParameterError(f"faces={faces!r}: expected a whole number of at least 1.")
    if poses not in POSES:
        raise ParameterError(f"poses={poses!r}; known are {list(POSES)}.{nearest(poses, POSES)}")
    rows, images = [], []
    for number in range(faces):
        person, rng = draw_person(seed, number), random_stream(seed, number, SURVEY)
        emotion = list(PROTOTYPES)[number // SKIN_GROUPS % len(PROTOTYPES)]  # each group shows each as often
        imaging = sample_imaging(rng, conditions)
        if poses == "frontal":
            imaging = replace(imaging, yaw=0.0, pitch=0.0)
        if poses == "uniform":
            yaw, pitch, roll = (float(rng.uniform(-limit, limit)) for limit in (most_yaw, PITCH, ROLL))
            imaging = replace(imaging, yaw=yaw, pitch=pitch, roll=roll)
        if exposure is not None:
            imaging = replace(imaging, exposure=exposure)
        units = sample_action_units(emotion, person.style, rng)
        for identity in _in_each_skin(person.identity) if each_skin else [person.identity]:
            image, landmarks = render_face(identity, units, size, imaging)
            name = f"S{number:04d}" + (f"-{identity.skin_group}" if each_skin else "")
            row = {"sample_id": name, "subject": f"S{number:04d}", "sequence": name, "frame": 0, "label": emotion}
            row |= {"split": np.nan, "image": len(images), "landmarks": landmarks}
            rows.append(row | imaging_truth(identity, imaging))
            images.append(image)
    table, block = pd.DataFrame(rows), np.stack(images)
    return FaceTable("pose survey", table, block, FaceTable.content_fingerprint(table, block), synthetic=True)


def _in_each_skin(identity: Identity) -> list[Identity]:
    return [replace(identity, skin_group=group, skin=color) for group, color in enumerate(SKIN_COLORS)]


def imaging_truth(identity: Identity, imaging: Imaging) -> dict:
    """Says who is shown and how, as columns of a survey."""
    row = {"skin_group": identity.skin_group, "glasses": identity.glasses, "hair_style": identity.hair_style}
    row |= {"yaw": imaging.yaw, "pitch": imaging.pitch, "roll": imaging.roll, "occluded": imaging.occlusion}
    return row | {"light_x": imaging.light[0], "light_y": imaging.light[1], "contrast": imaging.contrast}
