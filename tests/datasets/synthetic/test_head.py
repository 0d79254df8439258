import numpy as np
import pytest

from fer_utils.datasets.synthetic import Identity, Imaging, draw_face, landmarks_of
from fer_utils.datasets.synthetic.camera import Camera
from fer_utils.datasets.synthetic.expression import checked_action_units
from fer_utils.datasets.synthetic.geometry import build_geometry
from fer_utils.datasets.synthetic.head import Head, normals

# The landmark on the other side of the face, for each of the 68.
MIRRORED = [*range(16, -1, -1), *range(26, 16, -1), *range(27, 31), *range(35, 30, -1), 45, 44, 43, 42, 47, 46]
MIRRORED += [39, 38, 37, 36, 41, 40, *range(54, 47, -1), *range(59, 54, -1), *range(64, 59, -1), 67, 66, 65]


@pytest.fixture(scope="module")
def head():
    units = checked_action_units({})
    return Head(Identity(), build_geometry(Identity(), units), units)


def _affine_residual(before, after):
    """What no shear, turn or stretch of the plane explains, as a share of the distance between the eyes."""
    plane = np.column_stack([before, np.ones(len(before))])
    explained = plane @ np.linalg.lstsq(plane, after, rcond=None)[0]
    return np.linalg.norm(after - explained, axis=1).mean() / np.linalg.norm(before[36] - before[45])


def test_a_turned_head_is_a_projection_and_no_shear():
    frontal = landmarks_of(Identity())
    for turned in ({"yaw": 30}, {"pitch": 18}, {"pitch": -18}):
        assert _affine_residual(frontal, landmarks_of(Identity(), imaging=Imaging(**turned))) > 0.02
    assert _affine_residual(frontal, landmarks_of(Identity(), imaging=Imaging(roll=15))) < 0.003


def test_what_is_nearer_moves_further_when_the_head_turns():
    moved = landmarks_of(Identity(), imaging=Imaging(yaw=20)) - landmarks_of(Identity())
    tip, eyes, ears = moved[30, 0], moved[[39, 42], 0].mean(), moved[[0, 16], 0].mean()
    assert tip > eyes > ears


def test_turning_left_mirrors_turning_right():
    right, left = (landmarks_of(Identity(), size=200, imaging=Imaging(yaw=yaw)) for yaw in (25, -25))
    assert np.allclose((199 - left[:, 0])[MIRRORED], right[:, 0], atol=1e-6)
    assert np.allclose(left[MIRRORED, 1], right[:, 1], atol=1e-6)


def test_the_far_half_of_a_turned_face_is_narrower_and_a_lifted_chin_lifts_the_nose():
    turned = landmarks_of(Identity(), imaging=Imaging(yaw=25))
    assert turned[45, 0] - turned[30, 0] < 0.7 * (turned[30, 0] - turned[36, 0])
    above_lips = [
        np.subtract(*landmarks_of(Identity(), imaging=Imaging(pitch=pitch))[[51, 33], 1]) for pitch in (-15, 0, 15)
    ]
    assert above_lips[0] < above_lips[1] < above_lips[2]


def test_every_part_of_the_face_has_a_normal_that_points_out(head):
    vertices, texture = head.mesh(36)
    outward = normals(vertices)
    assert texture.shape == (*vertices.shape[:2], 2)
    seen = (np.abs(texture[..., 0]) < 0.8) & (np.abs(texture[..., 1] - 0.5) < 0.9)
    assert np.allclose(np.linalg.norm(outward[seen], axis=-1), 1, atol=1e-3)
    assert outward[seen][:, 2].min() > -0.35  # the underside of the nose looks down and a little back
    assert np.median(outward[seen][:, 2]) > 0.6


def test_the_tip_of_the_nose_stands_out_and_the_eyes_lie_back(head):
    points = head.lift(head.geometry.landmarks())
    assert points[30, 2] == points[17:, 2].max()
    assert points[36:48, 2].max() < points[30, 2] - 0.4


def test_the_jaw_line_of_a_turned_head_is_its_edge():
    """Where the background changes and the picture with it, there is no person."""
    bright, dark = (
        draw_face(Identity(), {}, 224, Imaging(yaw=30, background=level)).astype(int) for level in (0.2, 0.8)
    )
    person = np.abs(bright - dark) < 40
    marks = landmarks_of(Identity(), {}, 224, Imaging(yaw=30))
    apart = np.linalg.norm(marks[36] - marks[45])
    inside, outside = (np.rint(marks[10:15] + np.array([share * apart, 0])).astype(int) for share in (-0.08, 0.08))
    assert person[inside[:, 1], inside[:, 0]].all()
    assert not person[outside[:, 1], outside[:, 0]].any()


def test_the_contour_of_a_frontal_head_is_that_of_the_flat_face(head):
    contour = head.contour(Camera((224, 224), Imaging()))
    assert np.allclose(contour[:, :2], head.geometry.jaw, atol=0.03)
