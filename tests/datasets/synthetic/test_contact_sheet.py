import numpy as np
import pytest
from PIL import Image

from fer_utils.datasets.synthetic import PROTOTYPES, draw_person
from fer_utils.datasets.synthetic.contact_sheet import (
    contact_sheet,
    contact_sheet_figure,
    smiling_person,
    varied_people,
    write_contact_sheet,
)
from fer_utils.datasets.synthetic.sequence_strip import blinks, sample_course, sequence_strip
from fer_utils.errors import ParameterError


def test_the_sheet_shows_all_skin_groups_with_all_emotions_in_color():
    sheet = contact_sheet(size=48)
    assert sheet.dtype == np.uint8
    assert sheet.shape == (6 * 48, 8 * 48, 3)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_people_on_the_sheet_have_all_skins_and_different_hair(seed):
    shown = [draw_person(seed, subject).identity for subject in varied_people(seed)]
    assert [identity.skin_group for identity in shown] == list(range(6))
    assert len({identity.hair_style for identity in shown}) >= 5


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_smile_below_the_sheet_is_a_clear_one_with_open_eyes(seed):
    course = sample_course(smiling_person(seed), "happiness", seed)
    assert min(np.mean(course.frames[course.apex][unit]) for unit in (6, 12, 25)) > 2.5
    assert not blinks(course)


def test_a_face_does_not_depend_on_who_else_is_on_the_sheet():
    alone = contact_sheet(subjects=[3], emotions=["fear"], size=48)
    column = list(PROTOTYPES).index("fear")
    assert np.array_equal(alone, contact_sheet(subjects=[1, 3], size=48)[48:, 48 * column : 48 * (column + 1)])


@pytest.mark.parametrize(
    "draw", [lambda name: contact_sheet(emotions=[name], size=48), lambda name: sequence_strip(0, name)]
)
def test_an_unknown_emotion_is_refused_with_the_nearest_name(draw):
    with pytest.raises(ParameterError, match="fear"):
        draw("feer")


def test_the_picture_of_the_readme_names_every_emotion_and_is_small_and_always_the_same(tmp_path):
    figure, words = contact_sheet_figure(size=48)
    labels = [text.get_text() for axes in figure.axes for text in axes.get_xticklabels()]
    assert labels[:8] == list(PROTOTYPES)
    assert all(emotion in words for emotion in PROTOTYPES)
    first, second = (write_contact_sheet(tmp_path / name / "sheet.png", size=48) for name in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()
    with Image.open(first) as image:
        assert image.mode == "P" and image.width > 8 * 48
