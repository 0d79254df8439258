import keras
import numpy as np
import pytest
from keras import layers

from fer_utils.datasets.synthetic import SyntheticFaces
from fer_utils.datasets.synthetic.people import draw_person
from fer_utils.errors import ParameterError
from fer_utils.training import identity
from fer_utils.training.identity import IDENTITY_SEED, DrawnTraining, train_on_emotion, train_on_identity

FEW = {"people": 6, "pictures": 3, "epochs": 8}


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def own_cache(cache, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(cache))


def small_body():
    """Learns in a second; the layers are named, as in all our bodies."""
    faces = keras.Input((48, 48, 1), name="faces")
    x = layers.Conv2D(16, 5, strides=3, activation="relu", name="first")(faces)
    return keras.Model(faces, layers.Conv2D(32, 3, strides=2, activation="relu", name="second")(x), name="small")


@pytest.fixture
def body():
    return small_body()


def test_people_are_told_apart_on_pictures_that_were_held_out(body):
    before = body.get_weights()
    found = train_on_identity(body, **FEW)
    assert (found.people, found.trained, found.tested) == (6, 102, 24)
    assert found.accuracy > 0.4  # chance is a sixth
    assert not np.allclose(before[0], body.get_weights()[0])


def test_the_same_body_is_trained_once(body, monkeypatch):
    first = train_on_identity(body, **FEW)
    monkeypatch.setattr(identity, "_train", None)
    again = small_body()
    assert train_on_identity(again, **FEW) == first
    for ours, theirs in zip(body.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_frozen_body_learns_as_well_and_stays_frozen(body):
    body.trainable = False
    before = body.get_weights()
    found = train_on_identity(body, **FEW)
    assert found.accuracy > 0.4
    assert not body.trainable_weights
    assert not np.allclose(before[2], body.get_weights()[2])


def test_nobody_of_these_people_is_in_the_faces_of_a_study():
    ours = {str(draw_person(IDENTITY_SEED, number).identity) for number in range(200)}
    for seed in range(5):
        assert not ours & {str(draw_person(seed, number).identity) for number in range(200)}
    assert SyntheticFaces().seed != IDENTITY_SEED


def test_expressions_are_asked_of_whole_people_that_were_held_out(body):
    found = train_on_emotion(body, people=12, pictures=1, epochs=1)
    assert (found.people, found.classes) == (12, 7)
    assert (found.trained, found.tested) == (10 * 7, 2 * 7)


def test_the_report_says_what_chance_is():
    said = str(DrawnTraining("identity", people=40, classes=40, trained=800, tested=200, correct=150, seconds=1.0))
    assert "who 40 drawn people are" in said
    assert "right on 75.0 % of 200 other pictures of them (chance 2.5 %)" in said
    said = str(DrawnTraining("emotion", people=40, classes=5, trained=800, tested=200, correct=150, seconds=1.0))
    assert "right on 75.0 % of 200 pictures of the others (chance 20.0 %)" in said


def test_an_impossible_training_is_refused(body):
    with pytest.raises(ParameterError, match="people=1, epochs=8"):
        train_on_identity(body, people=1, epochs=8)
