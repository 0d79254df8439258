import numpy as np
import pytest

from fer_utils.datasets.synthetic import Identity, Imaging, draw_face, landmarks_of
from fer_utils.errors import ParameterError
from fer_utils.faces.align import align_eyes, crop_box, crop_gray, eye_centers, warp_face


def photographed(size=(240, 320), **imaging):
    imaging = Imaging(**imaging)
    return draw_face(Identity(), {12: 3}, size, imaging), landmarks_of(Identity(), {12: 3}, size, imaging)


@pytest.mark.parametrize("roll", [-15, 0, 12])
@pytest.mark.parametrize("scale", [0.5, 1.1])
def test_eyes_are_level_and_at_a_constant_distance_however_the_head_is_held(roll, scale):
    image, landmarks = photographed(roll=roll, scale=scale, shift=(0.1, -0.05))
    face, moved = align_eyes(image, landmarks, size=200, eye_distance=0.4, eye_height=0.3)
    left, right = eye_centers(moved)
    assert face.shape == (200, 200) and face.dtype == np.uint8
    assert right - left == pytest.approx([80, 0], abs=1e-6)
    assert (left + right) / 2 == pytest.approx([99.5, 60], abs=1e-6)


def test_pictures_of_one_face_in_several_places_become_alike():
    one, other = (align_eyes(*photographed(roll=roll, shift=(x, 0.0)), size=128)[0] for roll, x in ((0, 0), (12, 0.1)))
    middle = np.s_[20:100, 30:98]
    assert np.abs(one[middle].astype(int) - other[middle]).mean() < 6  # gray levels of 255; light does not turn along


@pytest.mark.parametrize("size", [16, 31, 64, 300])
def test_landmarks_move_with_the_pixels_even_where_a_face_shrinks(size):
    image, landmarks = np.full((400, 500), 200, np.uint8), photographed(size=(400, 500))[1]
    image[218:239, 240:261] = 0
    landmarks[30] = 250, 228
    face, moved = align_eyes(image, landmarks, size=size)
    assert np.average(np.arange(size), weights=(200.0 - face).sum(axis=0)) == pytest.approx(moved[30][0], abs=0.05)
    assert np.average(np.arange(size), weights=(200.0 - face).sum(axis=1)) == pytest.approx(moved[30][1], abs=0.05)


def test_a_fine_pattern_becomes_gray_and_no_stripes():
    stripes = np.zeros((512, 512), np.uint8)
    stripes[:, ::2] = 200
    small = warp_face(stripes, np.array([[0.2, 0, 0], [0, 0.2, 0]]), 60)[:, 1:].astype(int)
    assert np.abs(small - 100).max() <= 20  # drawn without averaging, it would be 0 here and 200 there


def test_five_landmarks_serve_as_well_as_68():
    """dlib's five: corners of the eye on the right, outer one first, then on the left, and the base of the nose."""
    image, landmarks = photographed(roll=10)
    face, _ = align_eyes(image, landmarks[[45, 42, 36, 39, 33]], size=128)
    assert np.abs(face.astype(int) - align_eyes(image, landmarks, size=128)[0]).mean() < 4


def test_a_box_grows_by_a_quarter_about_its_center():
    image = np.zeros((300, 400), np.uint8)
    image[100:180, 150:230] = 255
    face, corners = crop_box(image, (150, 100, 230, 180), np.array([[149.5, 99.5], [229.5, 179.5]]), size=200)
    rows = np.flatnonzero(face[100] > 127)
    assert (rows[0], rows[-1]) == (20, 179)  # 80 of 100 pixels: 160 of 200
    assert corners == pytest.approx(np.array([[19.5, 19.5], [179.5, 179.5]]))
    assert np.array_equal(face, face.T)


def test_a_face_in_a_tall_box_is_not_stretched():
    _, moved = crop_box(np.zeros((300, 400), np.uint8), (100, 50, 150, 150), np.array([[0.0, 0], [10, 10]]))
    assert np.diff(moved, axis=0)[0] == pytest.approx([10 * 224 / 125] * 2)


def test_beyond_the_picture_the_edge_goes_on_or_it_is_black():
    image = np.full((100, 100, 3), 90, np.uint8)
    outside = (-40, -40, 60, 60)
    assert (crop_box(image, outside, size=64)[0] == 90).all()
    black = crop_box(image, outside, size=64, border="black")[0]
    assert black[0, 0].tolist() == [0, 0, 0] and black[-1, -1].tolist() == [90, 90, 90]
    with pytest.raises(ParameterError, match="Did you mean 'black'"):
        crop_box(image, outside, border="bleck")


def test_faces_for_mini_xception_are_gray_from_minus_one_to_one():
    image = np.zeros((100, 100, 3), np.uint8)
    image[:, 50:] = 255
    face = crop_gray(image, (0, 0, 100, 100))
    assert face.shape == (48, 48, 1) and face.dtype == np.float32
    assert face.min() == -1 and face.max() == 1
    assert crop_gray(image[..., 0], (0, 0, 100, 100)) == pytest.approx(face)


@pytest.mark.parametrize(
    ("landmarks", "words"),
    [(np.zeros((68, 2)), "of no face"), (np.zeros((67, 2)), "(68, 2)"), (np.full((68, 2), np.nan), "finite")],
)
def test_what_is_no_face_is_refused(landmarks, words):
    with pytest.raises(ParameterError) as told:
        align_eyes(np.zeros((64, 64), np.uint8), landmarks)
    assert words in str(told.value)


def test_a_box_without_area_and_a_picture_of_floats_are_refused():
    with pytest.raises(ParameterError, match="left < right"):
        crop_box(np.zeros((64, 64), np.uint8), (10, 10, 10, 20))
    with pytest.raises(ParameterError, match="float64"):
        crop_box(np.zeros((64, 64)), (10, 10, 20, 20))
