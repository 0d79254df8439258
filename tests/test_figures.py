import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from fer_utils.figures import (
    Picture,
    confusion_picture,
    curves_over_time,
    face_grid,
    interval_plot,
    learning_curves,
    picture,
)


def test_a_picture_shows_its_description_and_no_markup_can_break_out():
    shown = Picture("<svg/>", 'Accuracy of "A" < <b>B</b>')._repr_html_()
    assert 'role="img"' in shown and "<svg/>" in shown and "<b>" not in shown
    assert 'aria-label="Accuracy of &quot;A&quot; &lt; &lt;b&gt;B&lt;/b&gt;"' in shown


def test_a_figure_stands_inside_html_with_its_text_as_text_and_is_the_same_every_time():
    def draw():
        figure = Figure(figsize=(3, 2))
        figure.add_subplot().set_title("Überraschung <b>")
        return picture(figure, "A title.").svg

    svg = draw()
    assert svg.startswith("<svg ") and "<?xml" not in svg and "max-width:100%" in svg
    assert "Überraschung" in svg and "<b>" not in svg
    assert svg == draw()


@pytest.mark.parametrize("channels", [1, 3])
def test_faces_are_shown_with_their_titles(channels):
    images = np.random.default_rng(0).integers(0, 256, (3, 8, 8, channels), dtype=np.uint8)
    shown = face_grid(images, ["fear", "neutral", "anger"], columns=2)
    assert shown.svg.count("<image") == 3
    assert shown.alt == "Faces: fear, neutral, anger."
    with pytest.raises(ValueError, match="shorter"):
        face_grid(images, ["fear", "neutral"])


def test_learning_curves_tell_the_best_epoch():
    history = pd.DataFrame({"epoch": [1, 2, 3], "loss": [3.0, 2, 1], "accuracy": [0.2, 0.4, 0.6]})
    history = history.assign(val_loss=[3.0, 2, 2.5], val_accuracy=[0.25, 0.5, 0.45])
    shown = learning_curves(history)
    assert "over 3 epochs" in shown.alt and "highest in epoch 2 (50.0%)" in shown.alt
    assert "training" in shown.svg and "validation" in shown.svg and "stroke-dasharray" in shown.svg


def test_a_confusion_matrix_prints_every_count_and_rate():
    shown = confusion_picture([[1234, 66], [30, 70]], ["happy", "sad"])
    words = re.findall(r"<text[^>]*>([^<]*)<", shown.svg)
    for cell in ("1,234", "95%", "66", "5%", "30", "70", "70%"):
        assert cell in words
    assert shown.alt.endswith("happy 95%, sad 70%.")


def test_undetected_faces_have_a_column_only_where_there_are_some():
    assert "not detected" not in confusion_picture([[4, 0, 0], [1, 3, 0]], ["a", "b"]).svg
    shown = confusion_picture([[2, 0, 2], [0, 0, 0]], ["a", "b"])
    assert "not detected" in shown.svg
    assert "a 50%, b 0%" in shown.alt  # undetected faces count as wrong; a class without items is no division by zero


def test_landmarks_lie_on_their_faces_and_do_not_stretch_the_picture():
    images = np.zeros((2, 8, 8), dtype=np.uint8)
    plain, dotted = (
        face_grid(images, ["a", "b"], columns=2, points=points) for points in (None, [[[2.0, 3.0], [50.0, 50.0]], None])
    )
    assert dotted.svg.count("<use") > plain.svg.count("<use")
    sizes = [re.findall(r'<image[^>]*width="([\d.]+)"', shown.svg) for shown in (plain, dotted)]
    assert sizes[0] == sizes[1]


def test_curves_of_several_recordings_share_a_scale_and_name_their_lines():
    seconds = [0.0, 0.5, 1.0]
    panels = {"felt": (seconds, {"AU 6": [0, 1, 2], "AU 12": [0, 2, 4]}), "acted": (seconds, {"AU 6": [0, 2, 2]})}
    shown = curves_over_time(panels, "Two smiles.", {"felt": [0.5]}, top=5)
    assert shown.alt == "Two smiles."
    for word in ("felt", "acted", "AU 6", "AU 12", "seconds", "intensity"):
        assert word in shown.svg
    assert "stroke-dasharray" in shown.svg  # lines differ in more than color


def test_a_curve_far_from_zero_can_fill_the_height():
    panels = {"mouth": ([0.0, 1.0], {"truth": [100.0, 104.0]})}
    assert ">0<" in curves_over_time(panels, "From 0.").svg
    assert ">102<" in curves_over_time(panels, "As low as the curve goes.", bottom=None).svg


def test_intervals_of_groups_stand_below_each_other():
    index = pd.MultiIndex.from_tuples([("all", ""), ("skin group", "1 of 6")])
    table = pd.DataFrame({"found": [0.9, 0.8], "found_low": [0.85, 0.7], "found_high": [0.95, 0.9]}, index=index)
    shown = interval_plot(table, "found", "faces found (%)", "Two groups.", 0.9)
    assert "skin group: 1 of 6" in shown.svg and ">all<" in shown.svg


def test_a_picture_in_plain_text_is_its_description_alone():
    assert repr(Picture("<svg/>", "A face.")) == "Picture(alt='A face.')"
