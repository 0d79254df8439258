import numpy as np
import pytest

from fer_utils.datasets.synthetic import Identity, Imaging, draw_person, landmarks_of
from fer_utils.errors import ParameterError
from fer_utils.faces.head_pose import estimate_pose, project
from fer_utils.faces.reference_head import reference_head


@pytest.mark.parametrize(("yaw", "pitch", "roll"), [(0, 0, 0), (30, 0, 0), (-22, 8, -10), (10, -15, 14), (-30, 12, 5)])
def test_the_pose_of_the_average_head_is_found(yaw, pitch, roll):
    pose = estimate_pose(landmarks_of(Identity(), {}, (480, 640), Imaging(yaw=yaw, pitch=pitch, roll=roll)))
    assert [pose.yaw, pose.pitch, pose.roll] == pytest.approx([yaw, pitch, roll], abs=3)


def test_people_differ_from_the_average_and_their_poses_are_found_nevertheless():
    off = []
    for number in range(40):
        imaging = Imaging(yaw=-30 + 1.5 * number, pitch=5)
        pose = estimate_pose(landmarks_of(draw_person(0, number).identity, {25: 3, 26: 4}, 224, imaging))
        off.append([pose.yaw - imaging.yaw, pose.pitch - 5, pose.roll])
    assert np.abs(off).mean(axis=0).max() < 3  # degrees


@pytest.mark.parametrize("scale", [0.05, 20])
def test_cutting_and_scaling_a_picture_changes_no_pose(scale):
    landmarks = landmarks_of(Identity(), {12: 4}, (480, 640), Imaging(yaw=20, pitch=-6, roll=8))
    whole, part = estimate_pose(landmarks), estimate_pose(scale * landmarks + (300, -50))
    assert [part.yaw, part.pitch, part.roll] == pytest.approx([whole.yaw, whole.pitch, whole.roll], abs=1e-3)
    assert part.unit == pytest.approx(scale * whole.unit, rel=1e-3)


def test_a_picture_may_be_upside_down():
    landmarks = landmarks_of(Identity(), {}, 224, Imaging(yaw=20))
    pose = estimate_pose(223 - landmarks)
    assert pose.yaw == pytest.approx(20, abs=2)
    assert abs(pose.roll) == pytest.approx(180, abs=2)


def test_the_camera_sees_the_reference_where_the_face_is():
    landmarks = landmarks_of(Identity(), {}, 224, Imaging(yaw=15, roll=-10))
    pose = estimate_pose(landmarks)
    off = np.linalg.norm(project(reference_head().landmarks, pose.camera) - landmarks, axis=1)
    assert off[17:].mean() < 0.04 * pose.unit  # but for the jaw, of which one sees the edge


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda points: points[::-1], "No head that looks"),
        (lambda points: points * [-1, 1] + [224, 0], "left and right exchanged"),
        (lambda points: 0.001 * points, "of no face"),
        (lambda points: points[:5], "expected finite numbers (68, 2)"),
        (lambda points: np.where(points > 100, np.nan, points), "expected finite numbers (68, 2)"),
    ],
)
def test_what_no_head_can_have_is_refused(change, words):
    with pytest.raises(ParameterError) as told:
        estimate_pose(change(landmarks_of(Identity(), {}, 224, Imaging())))
    assert words in str(told.value)


def test_random_points_are_no_face():
    for seed in range(20):
        with pytest.raises(ParameterError):
            estimate_pose(np.random.default_rng(seed).uniform(0, 400, (68, 2)))
