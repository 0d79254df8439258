from dataclasses import replace

import cv2
import numpy as np
import pytest

from fer_utils.datasets.synthetic import WILD, Identity, Imaging, draw_face, landmarks_of, sample_imaging
from fer_utils.datasets.synthetic.imaging import OCCLUSIONS
from fer_utils.errors import ParameterError

PLAIN = Imaging()


def _changed(**imaging):
    """Where a picture of a smile differs from the plain one, bool (224, 224)."""
    smile = {6: 3, 12: 4, 25: 3}
    plain = draw_face(Identity(), smile, 224, PLAIN).astype(int)
    return np.abs(draw_face(Identity(), smile, 224, replace(PLAIN, **imaging)) - plain) > 12


def test_a_gray_picture_is_the_luminance_of_the_picture_in_color():
    color = draw_face(Identity(), {12: 4}, 96, replace(PLAIN, color=True))
    assert color.shape == (96, 96, 3)
    gray = draw_face(Identity(), {12: 4}, 96).astype(int)
    assert np.abs(cv2.cvtColor(color, cv2.COLOR_RGB2GRAY) - gray).mean() < 2


def test_skin_is_redder_than_blue_and_lips_redder_than_skin():
    face = draw_face(Identity(), {}, 224, replace(PLAIN, color=True)).astype(float)
    marks = landmarks_of(Identity(), {}, 224).round().astype(int)
    cheek, lip = (
        face[y - 2 : y + 3, x - 2 : x + 3].mean(axis=(0, 1)) for x, y in (marks[31] - (20, 0), marks[57] - (0, 3))
    )
    assert cheek[0] > cheek[1] > cheek[2]
    assert lip[0] / lip[1] > cheek[0] / cheek[1]


def test_pictures_need_not_be_square():
    wide = draw_face(Identity(), {}, (240, 320))
    assert wide.shape == (240, 320)
    square, offset = landmarks_of(Identity(), {}, 240), np.array([40, 0])
    assert np.allclose(landmarks_of(Identity(), {}, (240, 320)), square + offset)


def test_the_side_toward_the_light_is_brighter():
    face = draw_face(Identity(), {}, 224, Imaging(light=(1.0, 0.0), contrast=0.8)).astype(float)
    marks = landmarks_of(Identity()).round().astype(int)
    left, right = (face[y - 4 : y + 5, x - 4 : x + 5].mean() for x, y in (marks[31] - (20, 5), marks[35] + (20, -5)))
    assert right > left + 40


@pytest.mark.parametrize("kind", [kind for kind in OCCLUSIONS if kind])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_what_is_before_a_face_hides_part_of_it(kind, seed):
    changed = _changed(occlusion=kind, seed=seed) & ~_changed(seed=seed)
    marks = landmarks_of(Identity(), {6: 3, 12: 4, 25: 3}).round().astype(int)
    hull = cv2.fillConvexPoly(np.zeros((224, 224), np.uint8), cv2.convexHull(marks.astype(np.int32)), 1).astype(bool)
    assert 0.08 < changed[hull].mean() < 0.7
    eyes, mouth = changed[marks[36:48, 1], marks[36:48, 0]], changed[marks[48:, 1], marks[48:, 0]]
    if kind == "hair":
        assert 0.2 < eyes.mean() < 0.7 and mouth.mean() < 0.3  # one eye of two
    else:
        assert not eyes.any() and mouth.mean() > 0.2


def test_glasses_lie_around_the_eyes_and_turn_with_the_head():
    for yaw in (-20, 0, 20):
        imaging = Imaging(yaw=yaw)
        bare, worn = (draw_face(Identity(glasses=kind), {}, 224, imaging).astype(int) for kind in ("", "round"))
        where = np.argwhere(np.abs(worn - bare) > 60)[:, ::-1].mean(axis=0)
        assert np.linalg.norm(where - landmarks_of(Identity(), {}, 224, imaging)[36:48].mean(axis=0)) < 15


def test_frames_of_a_recording_differ_in_their_noise_alone():
    first, again, second = (
        draw_face(Identity(), {}, 96, Imaging(noise=4, frame=frame)).astype(int) for frame in (0, 0, 1)
    )
    assert np.array_equal(first, again)
    assert 3 < np.abs(second - first).mean() < 6  # the difference of two normal noises of deviation 4


def test_strong_compression_leaves_blocks_of_eight_pixels():
    def steps(face):
        """How much larger steps between blocks are than steps within them."""
        across = np.abs(np.diff(face.astype(float), axis=1)).mean(axis=0)
        return across[7::8].mean() / np.delete(across, np.s_[7::8]).mean()

    assert steps(draw_face(Identity(), {}, 224, Imaging(compression=10))) > 1.3 * steps(draw_face(Identity(), {}, 224))


def test_blur_takes_detail_away():
    sharp, soft = (
        cv2.Laplacian(draw_face(Identity(), {}, 96, Imaging(blur=blur)), cv2.CV_64F).var() for blur in (0, 0.8)
    )
    assert soft < 0.5 * sharp


def test_pictures_from_the_web_use_the_whole_range_of_circumstances():
    drawn = [sample_imaging(np.random.default_rng(number), WILD) for number in range(500)]
    assert 25 < max(abs(imaging.yaw) for imaging in drawn) <= 35  # nothing is drawn beyond
    assert {imaging.occlusion for imaging in drawn} == set(OCCLUSIONS)
    assert 0.04 < np.mean([imaging.occlusion != "" for imaging in drawn]) < 0.13
    assert 0.5 < np.mean([imaging.compression > 0 for imaging in drawn]) < 0.9


@pytest.mark.parametrize(
    ("imaging", "message"),
    [
        ({"yaw": 40}, "yaw=40.*-35 to 35 degrees"),
        ({"pitch": -21}, "pitch=-21.*-20 to 20"),
        ({"roll": float("nan")}, "roll=nan"),
        ({"occlusion": "scraf"}, "'scraf'.*Did you mean 'scarf'"),
    ],
)
def test_impossible_circumstances_are_refused(imaging, message):
    with pytest.raises(ParameterError, match=message):
        Imaging(**imaging)


@pytest.mark.parametrize("size", [10, 47, 1025, 96.0, True, (96,), (96, 20), "96", None])
def test_impossible_sizes_are_refused(size):
    with pytest.raises(ParameterError, match=r"size=.*48 to 1024"):
        draw_face(Identity(), {}, size)
