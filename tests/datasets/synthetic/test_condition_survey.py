import numpy as np
import pytest

from fer_utils.datasets.synthetic.condition_survey import condition_survey
from fer_utils.errors import ParameterError

CONDITIONS = {"nothing": {}, "scarf": {"occlusion": "scarf"}, "darkness": {"exposure": 0.3}}


@pytest.fixture(scope="module")
def survey():
    return condition_survey(3, CONDITIONS, yaws=(0, 30), size=64)


def test_each_person_is_shown_once_in_each_condition_and_pose(survey):
    counts = survey.rows.groupby(["subject", "condition", "turned"]).size()
    assert len(counts) == 3 * 3 * 2 and (counts == 1).all()
    assert set(survey.rows["turned"]) == {"from the front", "turned by 30°"}


def test_nothing_but_the_condition_differs(survey):
    for _, rows in survey.rows.groupby(["subject", "turned"]):
        same = ["label", "yaw", "pitch", "roll", "light_x", "light_y", "contrast", "skin_group", "glasses"]
        assert (rows[same].nunique() == 1).all()
        assert np.ptp(np.stack(rows["landmarks"]), axis=0).max() == 0


def test_a_condition_changes_what_it_names(survey):
    rows = survey.rows.set_index("condition")
    assert (rows.loc["scarf", "occluded"] == "scarf").all() and (rows.loc["nothing", "occluded"] == "").all()
    brightness = {name: survey.images[rows.loc[name, "image"]].mean() for name in CONDITIONS}
    assert brightness["darkness"] < 0.7 * brightness["nothing"]


def test_every_second_person_turns_to_the_left(survey):
    turned = survey.rows[survey.rows["turned"] != "from the front"].drop_duplicates("subject")
    assert turned["yaw"].tolist() == [30, -30, 30]


def test_more_people_leave_the_first_as_they_are(survey):
    fewer = condition_survey(2, CONDITIONS, yaws=(0, 30), size=64)
    assert np.array_equal(fewer.images, survey.images[: len(fewer)])


def test_what_a_picture_does_not_have_is_refused():
    with pytest.raises(ParameterError, match=r"condition 'dark': 'exposur'.*Did you mean 'exposure'"):
        condition_survey(1, {"dark": {"exposur": 0.2}})
    with pytest.raises(ParameterError, match="people=0"):
        condition_survey(0, CONDITIONS)
