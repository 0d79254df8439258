import cv2
import dlib
import numpy as np
import pytest
from pandas.testing import assert_frame_equal
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from fer_utils.datasets.emotions import SEVEN
from fer_utils.datasets.synthetic import PROTOTYPES, Identity, Imaging, SyntheticFaces, draw_face, landmarks_of
from fer_utils.errors import ParameterError


@pytest.fixture(autouse=True, scope="module")
def cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FERBENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def faces(cache):
    return SyntheticFaces(subjects=12, images_per_emotion=3, size=48).load()


def test_every_subject_shows_every_emotion_equally_often(faces):
    assert len(faces) == 12 * 7 * 3
    assert set(faces.rows.groupby(["subject", "label"]).size()) == {3}
    assert tuple(sorted(set(faces.label))) == SEVEN
    assert faces.images.shape == (252, 48, 48) and faces.images.dtype == np.uint8
    assert faces.synthetic and any("Synthetic" in note for note in faces.notes)


def test_the_same_seed_draws_the_same_bytes_and_another_seed_other_people(tmp_path, monkeypatch):
    first = SyntheticFaces(subjects=2).load()
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path))  # an empty cache: everything is drawn again
    assert np.array_equal(SyntheticFaces(subjects=2).load().images, first.images)
    other = SyntheticFaces(subjects=2, seed=1).load()
    assert other.fingerprint != first.fingerprint and not np.array_equal(other.images[0], first.images[0])


def test_cached_faces_are_those_that_were_drawn(tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path))
    drawn, cached = SyntheticFaces(subjects=2).load(), SyntheticFaces(subjects=2).load()
    assert isinstance(cached.images, np.memmap) and np.array_equal(cached.images, drawn.images)
    assert cached.fingerprint == drawn.fingerprint
    assert_frame_equal(cached.rows.drop(columns="landmarks"), drawn.rows.drop(columns="landmarks"))
    assert np.array_equal(np.stack(cached.rows["landmarks"]), np.stack(drawn.rows["landmarks"]))
    assert [folder.name for folder in (tmp_path / "synthetic").iterdir()] == [SyntheticFaces(subjects=2).digest()]


def test_a_damaged_or_impossible_cache_is_drawn_around(tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path))
    drawn = SyntheticFaces(subjects=1).load()
    (tmp_path / "synthetic" / SyntheticFaces(subjects=1).digest() / "images.npy").write_bytes(b"")
    assert SyntheticFaces(subjects=1).load().fingerprint == drawn.fingerprint
    assert isinstance(SyntheticFaces(subjects=1).load().images, np.memmap)  # and repaired
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "file"))
    assert SyntheticFaces(subjects=1).load().fingerprint == drawn.fingerprint


def test_an_image_does_not_depend_on_which_others_are_drawn(faces):
    fewer = SyntheticFaces(subjects=2, images_per_emotion=2, emotions=["surprise", "anger"]).load()
    for _, row in fewer.rows.iterrows():
        same = faces.rows.loc[faces.rows["sample_id"] == row["sample_id"], "image"].item()
        assert np.array_equal(faces.images[same], fewer.images[row["image"]])


def test_digest_follows_the_options():
    assert SyntheticFaces().digest() == SyntheticFaces(emotions=list(SEVEN)).digest()
    options = [{}, {"seed": 1}, {"size": 64}, {"subjects": 41}, {"images_per_emotion": 2}, {"emotions": SEVEN[:2]}]
    assert len({SyntheticFaces(**option).digest() for option in options}) == len(options)


def test_no_two_images_are_identical(faces):
    assert len(set(faces.image_digests())) == len(faces)


def test_dlib_finds_the_faces(faces):
    detector = dlib.get_frontal_face_detector()
    enlarged = [cv2.resize(image, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC) for image in faces.images[::6]]
    assert np.mean([len(detector(image)) > 0 for image in enlarged]) >= 0.95
    drawer = SyntheticFaces()
    large = [draw_face(drawer.identity(i), PROTOTYPES[e][0], 224) for i in range(4) for e in SEVEN]
    assert np.mean([len(detector(image)) == 1 for image in large]) >= 0.95


def test_landmarks_lie_in_the_box_that_dlib_finds():
    drawer, detector = SyntheticFaces(), dlib.get_frontal_face_detector()
    for subject in range(6):
        face = draw_face(drawer.identity(subject), {}, 224)
        box = detector(face)[0]
        center = landmarks_of(drawer.identity(subject), {}, 224)[17:].mean(axis=0)
        assert box.left() < center[0] < box.right() and box.top() < center[1] < box.bottom()


def test_landmarks_follow_the_muscles():
    person = Identity()
    rest = landmarks_of(person)
    assert rest.shape == (68, 2)
    assert np.all(np.diff(rest[:17, 0]) > 0)  # the jaw runs from the subject's right ear to the left one
    smile, fear, drop = (landmarks_of(person, units) for units in ({12: 4}, {5: 4}, {26: 4, 25: 4}))
    assert smile[54, 0] - smile[48, 0] > 1.1 * (rest[54, 0] - rest[48, 0])  # corners apart
    assert smile[48, 1] < rest[48, 1] and smile[54, 1] < rest[54, 1]  # and up
    assert fear[41, 1] - fear[37, 1] > rest[41, 1] - rest[37, 1]  # eye wider open
    assert drop[66, 1] - drop[62, 1] > 10 and drop[8, 1] > rest[8, 1]  # mouth open, chin down
    one_sided = landmarks_of(person, {12: (4, 0)})  # only the subject's right corner, on the left of the picture
    assert one_sided[48, 1] < rest[48, 1] - 5 and abs(one_sided[54, 1] - rest[54, 1]) < 1


def test_a_person_looks_more_like_herself_than_like_others():
    people = [SyntheticFaces().identity(subject) for subject in range(0, 48, 6)]  # one skin group
    drawn = np.array([[draw_face(p, PROTOTYPES[e][0], 48) for e in SEVEN] for p in people]).astype(float)
    within = np.abs(drawn - drawn.mean(axis=1, keepdims=True)).mean()
    between = np.abs(drawn - drawn.mean(axis=0, keepdims=True)).mean()
    assert between > 1.5 * within


def _uar(features, faces):
    model = make_pipeline(StandardScaler(), RidgeClassifier(alpha=1000))
    groups = GroupKFold(4).split(features, faces.label, faces.subject)
    predicted = cross_val_predict(model, features, faces.label, cv=list(groups))
    return np.mean([np.mean(predicted[faces.label == emotion] == emotion) for emotion in SEVEN])


def test_background_says_nothing_of_the_emotion_but_the_face_does(faces):
    corners = np.ones((48, 48), bool)
    corners[5:] = False
    corners[:, 5:-5] = False
    background = _uar(faces.images[:, corners].astype(float), faces)
    assert background < 1 / 7 + 3 * np.sqrt(1 / 7 * 6 / 7 / len(faces))
    assert _uar(faces.images.reshape(len(faces), -1).astype(float), faces) > 0.3


def test_skin_is_balanced_and_independent_of_the_emotion(faces):
    counts = faces.rows.groupby(["skin_group", "label"]).size()
    assert len(counts) == 6 * 7 and counts.nunique() == 1


def test_action_units_are_those_of_the_emotion(faces):
    mean = faces.rows.groupby("label")[["au_4", "au_9", "au_12", "au_15", "au_20", "au_26"]].mean()
    strongest = {"au_4": "anger", "au_9": "disgust", "au_12": "happiness", "au_15": "sadness", "au_20": "fear"}
    assert mean.idxmax()[list(strongest)].to_dict() == strongest
    assert mean.to_numpy().min() >= 0 and faces.rows["au_12"].max() <= 5


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"subjects": 0}, "subjects=0.*at least 1"),
        ({"images_per_emotion": 1.5}, "images_per_emotion=1.5.*whole number"),
        ({"size": 10}, "size=10.*48 to 1024"),
        ({"seed": -1}, "seed=-1"),
        ({"emotions": ["hapiness"]}, "'hapiness'.*Did you mean 'happiness'"),
        ({"emotions": []}, "expected a list"),
        ({"emotions": "anger"}, "expected a list"),
        ({"emotions": ["anger", "anger"]}, "twice"),
    ],
)
def test_impossible_options_are_refused(options, message):
    with pytest.raises(ParameterError, match=message):
        SyntheticFaces(**options)


@pytest.mark.parametrize(
    ("units", "message"), [({3: 2}, "unit 3 cannot"), ({12: 9}, "9.*0 to 5"), ({12: (1, 2, 3)}, "12")]
)
def test_impossible_action_units_are_refused(units, message):
    with pytest.raises(ParameterError, match=message):
        draw_face(Identity(), units)


def test_light_and_roll_change_the_picture_and_not_the_person():
    plain = draw_face(Identity(), {}, 96)
    assert not np.array_equal(plain, draw_face(Identity(), {}, 96, Imaging(light=(0.9, 0.0))))
    turned = landmarks_of(Identity(), {}, 96, Imaging(roll=10))
    eyes = turned[45] - turned[36]
    assert np.rad2deg(np.arctan2(eyes[1], eyes[0])) == pytest.approx(10, abs=0.01)
