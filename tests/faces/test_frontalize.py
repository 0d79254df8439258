from dataclasses import replace

import numpy as np
import pytest

from fer_utils.datasets.synthetic import Identity, Imaging, draw_face, draw_person, landmarks_of
from fer_utils.errors import ParameterError
from fer_utils.faces.align import align_eyes
from fer_utils.faces.detector_audit import landmark_error
from fer_utils.faces.frontalize import frontalize
from fer_utils.faces.reference_head import reference_head

SIZE = 480, 640
FRONT = np.r_[27:36, 36, 39, 42, 45, 48, 54]  # nose, corners of eyes and mouth: seen in every pose


def turned(yaw, units=None, identity=None, **imaging):
    imaging = Imaging(yaw=yaw, **imaging)
    identity = identity or Identity()
    return draw_face(identity, units, SIZE, imaging), landmarks_of(identity, units, SIZE, imaging)


def distance(landmarks, truth):
    """Mean distance after the best similarity, as a share of the distance between the outer corners of the eyes."""
    one, other = ((points - points.mean(axis=0)) @ [1, 1j] for points in (landmarks, truth))
    moved = (one.conj() @ other) / (one.conj() @ one) * one
    return landmark_error(np.column_stack([moved.real, moved.imag]) + truth.mean(axis=0), truth)


def test_landmarks_come_at_least_twice_as_near_to_the_frontal_view_as_by_alignment():
    """On 64 people with expressions, who turn by 15 to 30 degrees to both sides."""
    rng = np.random.default_rng(0)
    errors, blank = [], np.zeros(SIZE, np.uint8)
    for number in range(64):
        identity, units = draw_person(1, number).identity, {12: rng.uniform(0, 5), 4: rng.uniform(0, 5), 26: number % 4}
        imaging = Imaging(yaw=rng.uniform(15, 30) * (-1) ** number, pitch=rng.uniform(-8, 8), roll=rng.uniform(-8, 8))
        landmarks = landmarks_of(identity, units, SIZE, imaging)
        truth = landmarks_of(identity, units, SIZE, replace(imaging, yaw=0.0, pitch=0.0, roll=0.0))
        ways = (frontalize(blank, landmarks, symmetry=symmetry).landmarks for symmetry in ("none", "soft"))
        errors.append([distance(points, truth) for points in (align_eyes(blank, landmarks)[1], *ways)])
    aligned, frontalized, soft = np.mean(errors, axis=0)
    assert frontalized <= 0.5 * aligned and soft <= 0.5 * aligned


def test_the_picture_comes_nearer_to_the_frontal_view_too():
    def gap(pictures):
        one, other = (picture[110:290, 100:220].astype(float) for picture in pictures)  # brows to chin
        return np.abs((one - one.mean()) - (other - other.mean())).mean()

    face, front = turned(25), turned(0)
    aligned = gap([align_eyes(*pair, size=320)[0] for pair in (face, front)])
    frontalized = gap([frontalize(*pair).image for pair in (face, front)])
    assert frontalized < 0.7 * aligned


@pytest.mark.parametrize("yaw", [-25, 0, 18])
def test_landmarks_are_where_the_picture_shows_them(yaw):
    _, landmarks = turned(yaw, roll=5)
    for number in FRONT:
        spot = np.zeros(SIZE, np.uint8)
        x, y = np.round(landmarks[number]).astype(int)
        spot[y - 1 : y + 2, x - 1 : x + 2] = 255
        exact = landmarks.copy()
        frontal = frontalize(spot, exact)
        shown = np.argwhere(frontal.image > 60)
        nearest = np.linalg.norm(shown[:, ::-1] - frontal.landmarks[number], axis=1).min()
        assert nearest < 2.5, number  # pixels of 320; the nose may show the spot on its other side, too


def test_a_face_from_the_front_stays_as_it_is_but_for_its_place():
    face = turned(0)
    frontal = frontalize(*face, symmetry="soft")
    assert distance(frontal.landmarks, face[1]) < 0.01
    assert not frontal.hidden.any()


@pytest.mark.parametrize("yaw", [-28, 20])
@pytest.mark.parametrize("color", [False, True])
def test_soft_symmetry_changes_only_the_hidden_side(yaw, color):
    face = turned(yaw, {12: (4, 1)}, color=color)
    plain, soft = frontalize(*face), frontalize(*face, symmetry="soft")
    visible, hidden = (np.s_[:, :160], np.s_[:, 160:])[:: 1 if yaw > 0 else -1]
    assert np.array_equal(plain.image[visible], soft.image[visible])
    assert not soft.hidden[visible].any()
    assert (plain.image[hidden] != soft.image[hidden]).any() and soft.hidden[hidden].max() == 1
    unchanged = soft.hidden == 0
    assert np.array_equal(plain.image[unchanged], soft.image[unchanged])
    assert not plain.hidden.any()


def test_more_is_hidden_the_further_a_head_turns():
    shares = [frontalize(*turned(yaw), symmetry="soft").hidden.mean() for yaw in (8, 16, 24, 32)]
    assert shares == sorted(shares) and shares[0] < 0.01 < 0.05 < shares[-1]


def test_the_hidden_cheek_is_the_mirrored_one():
    frontal = frontalize(*turned(30), symmetry="soft")
    plain = frontalize(*turned(30)).image
    replaced = frontal.hidden == 1
    assert replaced.sum() > 2000
    assert np.array_equal(frontal.image[replaced], plain[:, ::-1][replaced])


def test_eyes_keep_their_own_gaze():
    frontal = frontalize(*turned(30), symmetry="soft")
    for eye in (slice(36, 42), slice(42, 48)):
        column, row = np.round(frontal.landmarks[eye].mean(axis=0)).astype(int)
        assert not frontal.hidden[row - 5 : row + 6, column - 10 : column + 11].any()


def test_the_size_of_a_picture_makes_no_difference():
    """A large picture is averaged, not sampled here and there."""
    image, landmarks = turned(20)
    large = np.kron(image, np.ones((4, 4), np.uint8)), 4 * landmarks + 1.5  # each pixel becomes 16
    one, other = (frontalize(*face, size=128) for face in ((image, landmarks), large))
    assert one.landmarks == pytest.approx(other.landmarks, abs=0.01)
    assert np.abs(one.image.astype(int) - other.image).mean() < 1


def test_beyond_the_picture_the_edge_goes_on_or_it_is_black():
    image, landmarks = turned(15)
    close = image[:, int(landmarks[30, 0]) :], landmarks - (int(landmarks[30, 0]), 0)  # half of the face is cut off
    assert frontalize(*close).image[:, :100].min() > 0
    assert not frontalize(*close, border="black").image[200, :100].any()


@pytest.mark.parametrize("yaw", [50, -70, 85])
def test_a_profile_is_warped_without_complaint_however_little_of_it_is_seen(yaw):
    """Such heads cannot be drawn; these are the landmarks of the reference itself."""
    angle, reference = np.deg2rad(yaw), reference_head()
    turn = np.array([[np.cos(angle), 0, -np.sin(angle)], [0, 1, 0], [np.sin(angle), 0, np.cos(angle)]])
    landmarks = 80 * (reference.marked(turn) @ turn.T)[:, :2] + (320, 200)
    frontal = frontalize(np.full(SIZE, 90, np.uint8), landmarks, symmetry="soft")
    assert frontal.pose.yaw == pytest.approx(yaw, abs=6)
    assert np.isfinite(frontal.landmarks).all() and (frontal.image == 90).all()


@pytest.mark.parametrize(
    ("options", "words"),
    [({"symmetry": "sof"}, "Did you mean 'soft'"), ({"border": "bleck"}, "'black'"), ({"size": 5}, "32 to 1024")],
)
def test_unknown_options_are_refused(options, words):
    with pytest.raises(ParameterError, match=words):
        frontalize(*turned(0), **options)


def test_a_picture_of_floats_is_refused():
    image, landmarks = turned(0)
    with pytest.raises(ParameterError, match="float32"):
        frontalize(image.astype(np.float32), landmarks)
