import numpy as np
import pytest

from fer_utils.datasets.synthetic import draw_person, landmarks_of
from fer_utils.errors import ParameterError
from fer_utils.faces.detector_audit import audit_table, landmark_error
from fer_utils.faces.frontal_audit import WAYS, audit_frontalization, shape_error


@pytest.fixture(scope="module")
def audited():
    return audit_frontalization(12, size=160)


@pytest.fixture(scope="module")
def face():
    return landmarks_of(draw_person(0, 0).identity)


def test_place_size_and_tilt_do_not_count(face):
    turn = np.array([[np.cos(0.3), -np.sin(0.3)], [np.sin(0.3), np.cos(0.3)]])
    assert shape_error(1.7 * face @ turn.T + (20, -5), face) == pytest.approx(0, abs=1e-9)


def test_another_shape_counts_but_never_more_than_as_it_stands(face):
    wider = face * (1.2, 1)
    assert 0.01 < shape_error(wider, face) <= landmark_error(wider, face)


def test_everybody_is_turned_back_in_each_way(audited):
    assert len(audited) == 12 * len(WAYS) and audited["error"].notna().all()
    assert set(audited["marks"]) == {"true landmarks"}
    assert audited["yaw"].abs().between(15, 30).all()
    assert (np.sign(audited.drop_duplicates("subject")["yaw"]) == [1, -1] * 6).all()


def test_a_head_that_is_turned_back_is_nearer_to_the_front_than_an_aligned_one(audited):
    table = audit_table(audited, by=("way", "marks"))["error"].droplevel(1)
    assert table["frontal"] < 0.6 * table["aligned"]
    assert table["frontal, soft symmetry"] < 0.6 * table["aligned"]


def test_a_face_that_the_detector_misses_keeps_its_row():
    class Predictor:
        """Stands where a predictor would; the faces are so small that none is ever asked for landmarks."""

    tiny = audit_frontalization(2, Predictor(), size=48)
    missed = tiny[tiny["marks"] == "dlib's landmarks"]
    assert len(missed) == 2 * len(WAYS) and not missed["found"].any() and missed["error"].isna().all()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"people": 0}, "people=0"),
        ({"most_yaw": 50}, "<= 35 degrees"),
        ({"least_yaw": 30, "most_yaw": 20}, "least_yaw"),
    ],
)
def test_impossible_surveys_are_refused(options, words):
    with pytest.raises(ParameterError, match=words):
        audit_frontalization(**{"people": 1, **options})
