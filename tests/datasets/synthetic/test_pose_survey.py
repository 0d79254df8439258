import numpy as np
import pandas as pd
import pytest

from fer_utils.datasets.synthetic import Conditions
from fer_utils.datasets.synthetic.pose_survey import pose_survey
from fer_utils.errors import ParameterError


def test_each_face_is_of_another_person_and_no_skin_group_is_favored():
    rows = pose_survey(48, size=48).rows
    assert rows["subject"].is_unique
    assert set(rows["skin_group"].value_counts()) == {8}
    assert (pd.crosstab(rows["skin_group"], rows["label"]) == 1).all(axis=None)  # skin does not go with an emotion


def test_uniform_poses_use_the_whole_range_and_frontal_ones_none():
    uniform, frontal = (pose_survey(40, size=48, poses=poses).rows for poses in ("uniform", "frontal"))
    for angle, limit in (("yaw", 35), ("pitch", 20), ("roll", 15)):
        assert uniform[angle].abs().max() <= limit
        assert uniform[angle].max() > 0.7 * limit and uniform[angle].min() < -0.7 * limit
    assert (frontal[["yaw", "pitch"]] == 0).all(axis=None)
    assert pose_survey(40, size=48, most_yaw=15).rows["yaw"].abs().max() <= 15


def test_sampled_poses_and_occlusion_are_as_the_conditions_say():
    rows = pose_survey(20, size=48, poses="sampled", conditions=Conditions(pose=0, occluded=1)).rows
    assert (rows[["yaw", "pitch", "roll"]] == 0).all(axis=None)
    assert (rows["occluded"] != "").all()


def test_in_each_skin_a_person_differs_in_nothing_but_the_skin():
    survey = pose_survey(2, size=64, each_skin=True)
    for _, rows in survey.rows.groupby("subject"):
        assert list(rows["skin_group"]) == list(range(6))
        assert (rows[["yaw", "pitch", "roll", "light_x", "contrast", "glasses", "label"]].nunique() == 1).all()
        assert all(np.array_equal(points, rows["landmarks"].iloc[0]) for points in rows["landmarks"])
        brightness = [survey.images[row].mean() for row in rows["image"]]
        assert brightness == sorted(brightness, reverse=True)


def test_a_longer_exposure_makes_the_same_pictures_brighter():
    dark, bright = (pose_survey(3, size=48, exposure=exposure) for exposure in (0.7, 1.4))
    assert (bright.images.mean(axis=(1, 2)) > 1.3 * dark.images.mean(axis=(1, 2))).all()
    assert dark.rows["yaw"].equals(bright.rows["yaw"])


def test_the_same_survey_is_drawn_every_time():
    first, second = pose_survey(3, size=48), pose_survey(4, size=48)
    assert np.array_equal(first.images, second.images[:3])
    assert not np.array_equal(first.images, pose_survey(3, size=48, seed=1).images)


@pytest.mark.parametrize("faces", [0, -1, 2.5, True])
def test_a_survey_of_no_faces_is_refused(faces):
    with pytest.raises(ParameterError, match="at least 1"):
        pose_survey(faces)


def test_unknown_poses_are_refused_with_the_nearest_name():
    with pytest.raises(ParameterError, match="frontal"):
        pose_survey(1, poses="frontale")
