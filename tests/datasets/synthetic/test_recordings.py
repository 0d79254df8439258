import numpy as np
import pytest
from scipy.stats import chi2_contingency, kruskal
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from fer_utils.datasets.emotions import EMOTIONS, SEVEN
from fer_utils.datasets.synthetic import ACTION_UNITS, Conditions, SyntheticFaces
from fer_utils.datasets.synthetic.recordings import Plan, Recording, draw_subject
from fer_utils.evaluation.intervals import bootstrap, percentile_interval
from fer_utils.evaluation.metrics import uar

CHANCE = 1 / 7
POSE_AND_LIGHT = ("yaw", "pitch", "roll", "light_x", "light_y")


@pytest.fixture(scope="module")
def moving(common_cache):
    """Sequences of three people, felt and acted, outside the laboratory."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FERBENCH_CACHE", str(common_cache))
        options = {"subjects": 3, "images_per_emotion": 1, "frames": 15, "fps": 10, "genuine": "both"}
        return SyntheticFaces(emotions=["happiness", "surprise"], conditions="wild", **options).load()


def uar_interval(features, faces):
    """Unweighted average recall of a linear classifier on people it has not seen, with its interval by subject."""
    model = make_pipeline(StandardScaler(), RidgeClassifier(alpha=1000))
    y = np.array([SEVEN.index(label) for label in faces.label])
    predicted = cross_val_predict(model, features, y, groups=faces.subject, cv=GroupKFold(6))
    cells, subjects = 8 * y + predicted, np.unique(faces.subject, return_inverse=True)[1]
    confusion = np.bincount(cells, minlength=56).reshape(7, 8)
    resampled = bootstrap(cells, subjects, np.zeros(len(cells), dtype=int), 7)
    return percentile_interval(float(uar(confusion)), uar(resampled))


def background(width, size=48):
    outside = np.ones((size, size), bool)
    outside[width:-width, width:-width] = False
    return outside


def corners(width, size=48):
    outside = np.zeros((size, size), bool)
    outside[:width, :width] = outside[:width, -width:] = True
    return outside


@pytest.mark.parametrize("region", [background(2), corners(6)], ids=["edge", "corners"])
def test_whoever_sees_the_background_alone_guesses_the_emotion(drawn, region):
    """Only a gross leak shows with so few people; tests/benchmarks/test_synthetic_shortcuts.py asks many."""
    assert uar_interval(drawn.images[:, region].astype(float), drawn).low <= CHANCE + 0.02


def test_the_face_says_much_of_the_emotion(drawn):
    assert uar_interval(drawn.images.reshape(len(drawn), -1).astype(float), drawn).low > 0.3


def test_circumstances_say_nothing_of_the_emotion(drawn):
    for measure in POSE_AND_LIGHT:
        groups = [drawn.rows.loc[drawn.label == emotion, measure] for emotion in SEVEN]
        assert kruskal(*groups).pvalue > 0.05 / len(POSE_AND_LIGHT), measure


@pytest.mark.parametrize("trait", ["skin_group", "glasses"])
def test_skin_and_glasses_are_independent_of_the_emotion(drawn, trait):
    counts = drawn.rows.groupby([trait, "label"]).size().unstack(fill_value=0)
    assert chi2_contingency(counts).pvalue > 0.05


def test_skin_groups_are_balanced(drawn):
    counts = drawn.rows.groupby(["skin_group", "label"]).size()
    assert len(counts) == 6 * 7 and counts.nunique() == 1


def test_neither_a_name_nor_a_place_in_the_table_tells_the_emotion(drawn):
    names = drawn.rows["sample_id"] + drawn.rows["sequence"]
    assert not any(names.str.contains(emotion[:4], case=False).any() for emotion in EMOTIONS)
    assert drawn.rows["sample_id"].is_monotonic_increasing and list(drawn.rows["image"]) == list(range(len(drawn)))
    place = drawn.rows.groupby("subject").cumcount()
    counts = drawn.rows.groupby([place, "label"]).size().unstack(fill_value=0)
    assert chi2_contingency(counts).pvalue > 0.05
    orders = drawn.rows.groupby("subject")["label"].agg(tuple)
    assert orders.nunique() == 36, "every person has an order of their own"


def test_no_two_pictures_are_identical(drawn, moving):
    assert len(set(drawn.image_digests())) == len(drawn)
    assert len(set(moving.image_digests())) == len(moving)


def test_action_units_are_those_of_the_emotion(drawn):
    mean = drawn.rows.groupby("label")[["au_4", "au_9", "au_12", "au_15", "au_20", "au_26"]].mean()
    strongest = {"au_4": "anger", "au_9": "disgust", "au_12": "happiness", "au_15": "sadness", "au_20": "fear"}
    assert mean.idxmax()[list(strongest)].to_dict() == strongest
    assert mean.to_numpy().min() >= 0 and drawn.rows["au_12"].max() <= 5


def test_every_action_unit_is_known_on_both_sides(drawn):
    for unit in ACTION_UNITS:
        sides = drawn.rows[[f"au_{unit}_right", f"au_{unit}_left"]]
        assert np.array_equal(drawn.rows[f"au_{unit}"], sides.max(axis=1))
        assert sides.min().min() >= 0 and sides.max().max() <= 5


def test_a_picture_is_the_one_that_its_truth_describes(moving):
    pose = moving.rows[["yaw", "pitch", "roll"]].abs()
    assert np.all(pose.max() <= [35, 20, 15]) and np.all(pose.std() > 0)
    points = np.stack(moving.rows["landmarks"])
    assert points.shape == (len(moving), 68, 2) and points.min() > -10 and points.max() < 58
    eyes = points[:, 45] - points[:, 36]
    tilt = np.rad2deg(np.arctan2(eyes[:, 1], eyes[:, 0]))
    assert np.corrcoef(tilt, moving.rows["roll"])[0, 1] > 0.9
    assert set(moving.rows["occluded"]) <= {"", "hand", "scarf", "hair"}


def test_a_sequence_has_one_apex_one_light_and_the_label_of_its_emotion_while_the_head_sways(moving):
    assert len(moving) == 3 * 2 * 2 * 15 and moving.rows["sequence"].nunique() == 12
    for _, rows in moving.rows.groupby("sequence"):
        assert list(rows["frame"]) == list(range(15)) and rows["apex"].sum() == 1
        assert (rows[["label", "genuine", "subject", "light_x", "light_y", "occluded"]].nunique() == 1).all()
        assert 0 < np.abs(np.diff(rows[["yaw", "pitch", "roll"]], axis=0)).max() < 4  # degrees from frame to frame
        unit = "au_12" if rows["label"].iloc[0] == "happiness" else "au_1"
        rise = rows[unit].to_numpy()
        assert rise[rows["apex"]].item() > rise[0] + 0.5


def test_every_person_shows_every_emotion_once_felt_and_once_acted(moving):
    recordings = moving.rows.drop_duplicates("sequence")
    assert set(recordings.groupby(["subject", "label", "genuine"]).size()) == {1}
    assert len(recordings.groupby(["subject", "label", "genuine"])) == 3 * 2 * 2


def test_a_still_image_is_an_apex(drawn):
    assert drawn.rows["apex"].all() and drawn.rows["genuine"].all()
    assert set(drawn.rows["frame"]) == {0} and drawn.rows["sequence"].is_unique


def test_a_person_is_drawn_the_same_whoever_was_drawn_before():
    recordings = tuple(Recording(emotion, 0) for emotion in SEVEN)
    plan = Plan(recordings, size=48, frames=1, fps=25.0, conditions=Conditions(), seed=0)
    forward = [draw_subject(plan, subject) for subject in (0, 1, 2)]
    backward = [draw_subject(plan, subject) for subject in (2, 1, 0)][::-1]
    for one, other in zip(forward, backward, strict=True):
        assert np.array_equal(one.images, other.images) and np.array_equal(one.landmarks, other.landmarks)
        assert one.columns["sample_id"].tolist() == other.columns["sample_id"].tolist()
