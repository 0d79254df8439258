import numpy as np
import pytest

from fer_utils.errors import ParameterError
from fer_utils.faces.head_pose import project
from fer_utils.faces.reference_head import reference_head


def test_each_pixel_shows_the_point_of_the_head_that_the_camera_sees_there():
    reference = reference_head(96)
    v, u = np.mgrid[:96, :96]
    seen = project(reference.surface[:3].T.astype(float), reference.camera)
    assert seen == pytest.approx(np.column_stack([u.ravel(), v.ravel()]), abs=1e-3)


def test_the_landmarks_lie_on_the_surface():
    reference = reference_head(320)
    columns, rows = np.round(project(reference.landmarks, reference.camera)).astype(int).T
    off = np.abs(reference.depth[rows, columns] - reference.landmarks[:, 2])
    assert off[17:].max() < 0.06  # of the distance between the pupils: 4 mm
    assert off[:17].max() < 0.5  # the jaw line is the rim, where the head falls off


def test_the_head_is_symmetric_and_the_nose_stands_out():
    reference = reference_head(200)
    assert reference.depth == pytest.approx(reference.depth[:, ::-1], abs=1e-4)
    assert reference.landmarks[:, 2].argmin() == 30  # z grows away from the viewer: iBUG 31 is the tip of the nose
    assert reference.eyes == pytest.approx(reference.eyes[:, ::-1], abs=1e-4)


def test_the_reference_is_computed_once_and_cannot_be_changed():
    reference = reference_head(64)
    assert reference_head(64) is reference
    with pytest.raises(ValueError, match="read-only"):
        reference.surface[0, 0] = 1


def test_the_jaw_line_of_a_turned_head_is_its_edge():
    reference, angle = reference_head(), np.deg2rad(30)
    turned = np.array([[np.cos(angle), 0, -np.sin(angle)], [0, 1, 0], [np.sin(angle), 0, np.cos(angle)]])
    marked = reference.marked(turned)
    assert marked[17:] == pytest.approx(reference.landmarks[17:])
    seen, bone = (points @ turned.T for points in (marked, reference.landmarks))
    assert seen[11:15, 0].min() > bone[11:15, 0].min()
    assert (seen[12:15, 0] > bone[12:15, 0] + 0.02).all()  # the bone behind the cheek cannot be seen


@pytest.mark.parametrize("size", [0, 2000, 100.5, True])
def test_impossible_sizes_are_refused(size):
    with pytest.raises(ParameterError, match="32 to 1024"):
        reference_head(size)
