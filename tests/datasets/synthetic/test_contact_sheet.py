from itertools import groupby

import numpy as np
from PIL import Image

from fer_utils.datasets.synthetic import PROTOTYPES, draw_person
from fer_utils.datasets.synthetic.contact_sheet import (
    PEOPLE,
    contact_sheet,
    contact_sheet_figure,
    phase_of,
    sequence_strip,
    write_contact_sheet,
)


def test_the_sheet_shows_all_skin_groups_with_all_emotions_in_color():
    sheet = contact_sheet(size=48)
    assert sheet.dtype == np.uint8
    assert sheet.shape == (6 * 48, 8 * 48, 3)
    assert [draw_person(0, subject).identity.skin_group for subject in PEOPLE] == list(range(6))
    assert len({draw_person(0, subject).identity.hair_style for subject in PEOPLE}) >= 4


def test_a_face_does_not_depend_on_who_else_is_on_the_sheet():
    alone = contact_sheet(subjects=[3], emotions=["fear"], size=48)
    column = list(PROTOTYPES).index("fear")
    assert np.array_equal(alone, contact_sheet(subjects=[1, 3], size=48)[48:, 48 * column : 48 * (column + 1)])


def test_a_strip_goes_from_rest_over_the_apex_to_rest():
    strip = sequence_strip(frames=8, size=48)
    assert strip.image.shape == (48, 8 * 48, 3)
    assert strip.phases[0] == "neutral" and strip.phases[-1] == "neutral"
    assert [phase for phase, _ in groupby(strip.phases)] == ["neutral", "onset", "apex", "offset", "neutral"]
    assert np.all(np.diff(strip.seconds) > 0)
    assert strip.titles[0].startswith("neutral\n")


def test_the_phases_follow_each_other_whatever_is_shown():
    for subject in range(6):
        for genuine in (True, False):
            course = sequence_strip(subject, "surprise", frames=4, size=48, genuine=genuine).course
            phases = [phase_of(course, frame) for frame in range(len(course))]
            assert [phase for phase, _ in groupby(phases)] == ["neutral", "onset", "apex", "offset", "neutral"]
            assert phases.index("apex") == course.apex


def test_felt_and_acted_strips_of_one_person_reach_the_same_apex():
    felt, acted = (
        sequence_strip(2, "surprise", frames=6, size=48, genuine=genuine).course for genuine in (True, False)
    )
    one, other = felt.frames[felt.apex], acted.frames[acted.apex]
    assert all(np.allclose(one.get(unit, 0), other.get(unit, 0), atol=0.02) for unit in {*one, *other} - {43})


def test_the_picture_of_the_readme_names_every_emotion_and_is_small_and_always_the_same(tmp_path):
    figure, words = contact_sheet_figure(size=48)
    labels = [text.get_text() for axes in figure.axes for text in axes.get_xticklabels()]
    assert labels[:8] == list(PROTOTYPES)
    assert all(emotion in words for emotion in PROTOTYPES)
    first, second = (write_contact_sheet(tmp_path / name / "sheet.png", size=48) for name in ("a", "b"))
    assert first.read_bytes() == second.read_bytes()
    with Image.open(first) as image:
        assert image.mode == "P" and image.width > 8 * 48
