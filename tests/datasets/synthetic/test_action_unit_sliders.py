import sys

import numpy as np
import pytest

from fer_utils.datasets.synthetic import ACTION_UNITS, PROTOTYPES, draw_face, draw_person
from fer_utils.datasets.synthetic.action_unit_sliders import ActionUnitSliders, face_rows

WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture
def someone():
    return draw_person(0, 3).identity


def find(box, kind):
    """All controls of a kind, however deep in boxes."""
    found = [box] if type(box).__name__ == kind else []
    return found + [control for child in getattr(box, "children", ()) for control in find(child, kind)]


def test_there_is_a_slider_for_each_unit_and_moving_one_moves_the_face(someone):
    sliders = ActionUnitSliders(someone, 48)
    (face,) = find(sliders.controls, "Image")
    named = {slider.description: slider for slider in find(sliders.controls, "FloatSlider")}
    assert list(named) == [f"AU {unit} {name}" for unit, name in ACTION_UNITS.items()]
    at_rest = bytes(face.value)
    named["AU 12 lip corner puller"].value = 4
    assert bytes(face.value) != at_rest and bytes(face.value).startswith(b"\x89PNG")
    assert find(sliders.controls, "HTML")[0].value == "both sides: lip corner puller 4"
    named["AU 12 lip corner puller"].value = 0
    assert face.value == at_rest


def test_choosing_an_emotion_sets_the_sliders_to_its_prototype(someone):
    sliders = ActionUnitSliders(someone, 48)
    emotions, side = (
        next(menu for menu in find(sliders.controls, "Dropdown") if menu.description == name)
        for name in ("Emotion", "Move")
    )
    for emotion, (prototype, *_) in PROTOTYPES.items():
        emotions.value = emotion
        moved = {slider.description: slider.value for slider in find(sliders.controls, "FloatSlider") if slider.value}
        assert list(moved) == [f"AU {unit} {name}" for unit, name in ACTION_UNITS.items() if unit in prototype]
        assert side.value == ("right side" if emotion == "contempt" else "both sides")


def test_one_side_alone_can_be_moved(someone):
    sliders = ActionUnitSliders(someone, 48)
    right, left = (sliders.draw({12: 4}, side) for side in ("right side", "left side"))
    assert np.array_equal(right, draw_face(someone, {12: (4, 0)}, 48))
    assert not np.array_equal(right, left)


def test_where_nobody_can_move_sliders_a_picture_stands_in_for_them(someone):
    shown = ActionUnitSliders(someone, 48)._repr_mimebundle_()
    assert WIDGET in shown
    assert shown["text/html"].count("<image") == 6
    assert "lip corner puller" in shown["text/html"]


def test_without_ipywidgets_a_picture_and_a_sentence_are_shown(someone, monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)  # as if it were not installed
    sliders = ActionUnitSliders(someone, 48)
    shown = sliders._repr_mimebundle_()
    assert sliders.controls is None and WIDGET not in shown
    assert shown["text/html"].count("<image") == 6
    assert "pip install ipywidgets" in shown["text/html"]


def test_every_unit_is_shown_beside_the_face_at_rest(someone):
    shown = face_rows(someone, 48)
    assert shown.svg.count("<image") == 1 + len(ACTION_UNITS)
    assert all(name in shown.alt for name in ACTION_UNITS.values())
