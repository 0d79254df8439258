from dataclasses import replace

import numpy as np
import pytest

from fer_utils.datasets import load_dataset
from fer_utils.errors import ParameterError
from fer_utils.faces import frontal_view
from fer_utils.faces.frontal_view import frontalized, open_two_views
from fer_utils.protocol import Protocol

FEW = {"preset": "tiny", "subjects": 4, "images_per_emotion": 1}


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))
    monkeypatch.setenv("FERBENCH_MODELS", str(tmp_path_factory.getbasetemp()))  # no predictor here


@pytest.fixture
def views():
    return open_two_views("synthetic", size=64, **FEW)


def test_drawn_faces_are_turned_by_their_true_landmarks_without_a_predictor(views):
    faces, frontal = views
    assert faces.pixels().shape == frontal.pixels().shape == (28, 64, 64, 3)
    assert list(faces.rows["sample_id"]) == list(frontal.rows["sample_id"])
    assert not np.array_equal(faces.pixels(), frontal.pixels())
    eyes = np.stack(frontal.rows["landmarks"])[:, [36, 45]]
    tilt = np.degrees(np.arctan2(*np.diff(eyes, axis=1)[:, 0, ::-1].T))
    assert np.abs(tilt).max() < 6  # eyes are level


def test_one_protocol_divides_both_views_alike(views):
    faces, frontal = views
    protocol = Protocol.for_table(faces, "six", "leave-one-subject-out", folds=1)
    divided, turned = protocol.split(faces), protocol.split(frontal)
    assert np.array_equal(divided.folds[0].test, turned.folds[0].test)
    assert np.array_equal(divided.y, turned.y)


def test_soft_symmetry_shows_another_picture_only_where_a_head_is_turned(views):
    faces, frontal = views
    soft = frontalized(faces, "soft")
    change = np.abs(soft.pixels().astype(int) - frontal.pixels()).mean(axis=(1, 2, 3))
    yaw = np.abs(faces.rows["yaw"].to_numpy())
    assert change[yaw > 4].mean() > change[yaw <= 1].mean()


def test_scenes_are_opened_once_for_each_view(monkeypatch):
    asked, drawn = [], load_dataset("synthetic", **FEW)

    def opened(*given, **options):
        asked.append((given, options))
        found = np.arange(28) % 7 != len(asked)  # another face is missed in each view
        return replace(drawn, rows=drawn.rows.assign(detected=found))

    monkeypatch.setattr(frontal_view, "open_faces", opened)
    for table in open_two_views("sase_fe", "twin", 96, "soft", frames=2):
        assert table.rows["detected"].sum() == 20
    assert [options.get("view", "box") for _, options in asked] == ["box", "frontal-soft"]
    assert all(given[:2] == ("sase_fe", "twin") and options["frames"] == 2 for given, options in asked)


def test_faces_without_landmarks_and_unknown_symmetries_are_refused():
    with pytest.raises(ParameterError, match="Did you mean 'soft'"):
        open_two_views("synthetic", size=64, symmetry="sofft", **FEW)
    plain = load_dataset("synthetic", **FEW)
    blind = type(plain)(plain.name, plain.rows.drop(columns="landmarks"), plain.images, plain.fingerprint)
    with pytest.raises(ParameterError, match="no column 'landmarks'"):
        frontalized(blind)
