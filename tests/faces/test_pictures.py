import re

import numpy as np

from fer_utils.faces.detection import Detection
from fer_utils.faces.pictures import beside, frame_choices, marked_faces, point_panels, tracks_over_time
from fer_utils.faces.tracking import TrackedFace

GRAY = np.full((60, 80), 90, np.uint8)


def words(shown):
    return re.findall(r"<text[^>]*>([^<]*)<", shown.svg)


def test_pictures_of_different_size_stand_on_one_line():
    laid = beside([np.zeros((20, 10), np.uint8), np.full((40, 30), 255, np.uint8)], gray=100)
    assert laid.shape == (40, 40)
    assert (laid[:20, :10] == 100).all() and (laid[20:, :10] == 0).all() and (laid[:, 10:] == 255).all()


def test_every_box_is_drawn_with_its_words_even_where_two_have_the_same():
    boxes = [[("73", Detection(0, 0, 20, 20, 1.0)), ("73", Detection(30, 0, 50, 20, 1.0))], []]
    shown = marked_faces([GRAY, GRAY], ["two", "none"], boxes, columns=2)
    assert words(shown).count("73") == 2
    assert shown.alt == "Faces: two, none."


def test_kinds_of_landmarks_are_told_apart_by_a_legend():
    points = {"truth": [np.ones((68, 2)), np.ones((68, 2))], "dlib": [np.ones((68, 2)), None]}
    both = marked_faces([GRAY, GRAY], ["a", "b"], points=points)
    assert words(both).count("truth") == 1 and words(both).count("dlib") == 1
    assert "truth" not in words(marked_faces([GRAY], ["a"], points={"truth": [np.ones((68, 2))]}))


def test_a_kind_of_landmarks_that_no_face_has_is_left_out():
    shown = marked_faces([GRAY], ["a"], points={"truth": [np.ones((5, 2))], "dlib": [None]})
    assert "dlib" not in words(shown)


def test_tracks_have_a_row_for_each_id():
    box = Detection(0, 0, 9, 9, 1.0)
    followed = [[TrackedFace(0, box, True)], [], [TrackedFace(0, box, False), TrackedFace(3, box, True)]]
    shown = words(tracks_over_time(followed, "Who is known when.", {"cut": 1}))
    assert {"id 0", "id 3", "cut", "tracked", "found by the detector"} <= set(shown)


def test_a_film_without_faces_can_be_plotted():
    assert "frame" in words(tracks_over_time([[], []], "Nobody."))


def test_a_choice_of_frames_says_whether_the_apex_is_lost():
    choices = {"first half": np.arange(5), "pairs": [np.array([6, 7]), np.array([8, 9])], "twice": np.array([0, 0, 9])}
    shown = words(frame_choices({"a clip": (10, range(8, 10), choices)}, "Frames."))
    assert "5 of 10, WITHOUT the apex" in shown
    assert "4 of 10, with the apex" in shown
    assert "2 of 10, with the apex" in shown


def test_point_sets_are_named_once():
    panels = {"pixels": {"one": np.eye(2), "other": np.eye(2) + 1}, "coded": {"one": np.eye(2)}}
    shown = words(point_panels(panels, "Points."))
    assert shown.count("one") == 1 and {"pixels", "coded", "other"} <= set(shown)
