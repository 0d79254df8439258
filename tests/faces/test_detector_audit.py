import dlib
import numpy as np
import pandas as pd
import pytest

from fer_utils.datasets.synthetic.pose_survey import pose_survey
from fer_utils.errors import DatasetLayoutError
from fer_utils.faces.detection import Detection, overlap
from fer_utils.faces.detector_audit import audit_detector, audit_table, audit_words, box_around, landmark_error


@pytest.fixture(scope="module")
def survey():
    return pose_survey(6, poses="frontal")


def truths(count, **columns):
    """Rows as an audit makes them, all of them found, with columns that a test sets."""
    rows = pd.DataFrame({"found": [True] * count, "error": np.nan, "skin_group": np.arange(count) % 6})
    return rows.assign(**columns)


class Exact:
    """A predictor that finds the true landmarks, moved by some pixels."""

    def __init__(self, survey, by):
        rows = survey.rows
        self.answers = {survey.images[i].tobytes(): rows["landmarks"][i] for i in rows["image"]}
        self.by = by

    def __call__(self, pixels, box):
        points = [dlib.point(*(int(v) for v in np.round(p + self.by))) for p in self.answers[pixels.tobytes()]]
        return dlib.full_object_detection(box, points)


def test_faces_from_the_front_are_found(survey):
    audited = audit_detector(survey)
    assert audited["found"].all()
    assert audited["error"].isna().all() and audited["predicted"].isna().all()  # nobody predicted landmarks


def test_a_picture_without_its_face_is_missed(survey):
    empty = type(survey)("empty", survey.rows, np.full_like(survey.images, 128), "none", synthetic=True)
    assert not audit_detector(empty)["found"].any()


def test_a_box_somewhere_else_is_not_the_face():
    landmarks = np.array([[10.0, 10.0], [60.0, 60.0]])
    assert overlap(Detection(10, 10, 60, 60, 1.0), box_around(landmarks)) == 1
    assert overlap(Detection(80, 80, 121, 121, 1.0), box_around(landmarks)) == 0
    assert overlap(Detection(10, 10, 60, 35, 1.0), box_around(landmarks)) == pytest.approx(0.5)


def test_the_landmark_error_is_a_share_of_the_distance_between_the_outer_corners_of_the_eyes(survey):
    truth = survey.rows["landmarks"][0]
    distance = np.linalg.norm(truth[36] - truth[45])
    assert landmark_error(truth, truth) == 0
    assert landmark_error(truth + np.array([3, 4]), truth) == pytest.approx(5 / distance)
    audited = audit_detector(survey, Exact(survey, (6, 8)))
    assert audited["error"].to_numpy() == pytest.approx(np.full(6, 10 / distance), rel=0.25)
    assert audited["predicted"][0].shape == (68, 2)


def test_the_table_counts_each_group_and_its_interval_holds_its_share():
    audited = truths(120, glasses=np.where(np.arange(120) < 30, "round", ""), found=np.arange(120) % 10 > 0)
    table = audit_table(audited)
    assert table.loc[("all", ""), "faces"] == 120 and table.loc[("all", ""), "found"] == pytest.approx(0.9)
    assert table.loc["skin group", "faces"].sum() == table.loc["glasses", "faces"].sum() == 120
    assert ((table["found_low"] <= table["found"]) & (table["found"] <= table["found_high"])).all()
    smaller, larger = table.loc[("glasses", "round")], table.loc[("glasses", "none")]
    assert smaller.found_high - smaller.found_low > larger.found_high - larger.found_low


def test_the_interval_is_wilsons_even_where_all_are_found():
    """Wilson 1927: 10 of 10 leaves 72.2 % to 100 %."""
    row = audit_table(truths(10)).loc[("all", "")]
    assert row["found"] == row["found_high"] == 1
    assert row["found_low"] == pytest.approx(0.722, abs=0.001)


def test_poses_fall_into_groups_by_how_far_a_head_turns_to_either_side():
    table = audit_table(truths(6, yaw=[-35, -20, -5, 0, 14.9, 15], pitch=[-20, -8, 0, 7, 8, 20], roll=0.0))
    assert table.loc["yaw", "faces"].to_dict() == {"up to 15°": 3, "15° to 25°": 2, "25° and more": 1}
    assert table.loc["pitch", "faces"].to_dict() == {"chin down": 1, "level": 3, "chin up": 2}
    assert "roll" not in table.index.get_level_values(0)  # one group alone compares nothing


def test_errors_have_intervals_and_missed_faces_none():
    errors = np.random.default_rng(0).normal(0.05, 0.01, 60)
    errors[:10] = np.nan
    table = audit_table(truths(60, error=errors, found=~np.isnan(errors)))
    row = table.loc[("all", "")]
    assert row["error"] == pytest.approx(np.nanmean(errors))
    assert row["error_low"] < row["error"] < row["error_high"]
    assert table.equals(audit_table(truths(60, error=errors, found=~np.isnan(errors))))


def test_words_are_percent_and_empty_where_nothing_was_measured():
    words = audit_words(audit_table(truths(120, found=np.arange(120) % 10 > 0)))
    assert words.loc[("all", "")].to_dict() == {
        "faces": "120", "found % [95 %]": "90.0 [83.3, 94.2]", "landmark error % [95 %]": ""
    }  # fmt: skip


def test_faces_without_known_landmarks_cannot_be_audited(faces):
    with pytest.raises(DatasetLayoutError, match="no column 'landmarks'"):
        audit_detector(faces(subjects=1))


def test_an_audit_can_be_summed_up_by_columns_of_ones_own():
    audited = truths(4, circumstance=["dark", "dark", "bright", "bright"], turned=["no", "yes", "no", "yes"])
    audited.loc[1, "found"] = False
    table = audit_table(audited, by=("circumstance", "turned"))
    assert table.index.tolist() == [("dark", "no"), ("dark", "yes"), ("bright", "no"), ("bright", "yes")]
    assert table["found"].tolist() == [1, 0, 1, 1] and (table["faces"] == 1).all()
    alone = audit_table(audited.assign(turned="no"), by=("circumstance", "turned"))
    assert len(alone) == 2  # a condition with one group is a row, since it was asked for
