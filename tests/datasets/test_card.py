import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from fer_utils.datasets import card, load_dataset
from fer_utils.datasets.card_pictures import (
    balance_bars,
    duplicate_pictures,
    duration_bars,
    example_faces,
    near_pictures,
    vote_heatmap,
)
from fer_utils.datasets.combine import combine_tables
from fer_utils.datasets.counts import Count
from fer_utils.datasets.duplicates import duplicate_counts, duplicate_groups
from fer_utils.datasets.ferplus import VOTES, vote_shares
from fer_utils.datasets.problems import Problem


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def fer2013(twins):
    return load_dataset("fer2013", twins("fer2013"))


def test_found_stands_beside_published_with_a_verdict(faces):
    table = replace(faces(2), counts=(Count("anger", 2, 2), Count("fear", 1, 3)))
    assert card.count_table(table).loc["fear"].to_list() == [1, 3, "fewer"]
    assert card.copy_verdict(table).startswith("partial copy: usable")
    assert card.copy_verdict(replace(table, problems=(Problem("lost", "a.png"),))).startswith("problems")
    assert card.count_table(faces(2)).empty and card.copy_verdict(faces(2)).startswith("readable")


def test_classes_are_counted_part_by_part_and_no_row_is_lost(faces):
    table = faces(4, images=2, emotions=("happiness", "anger"), parts=["test", "train", "train", np.nan])
    balance = card.class_balance(table)
    assert list(balance.index) == ["anger", "happiness"]
    assert list(balance) == ["test", "train", "no part", "all", "share", "sequences"]
    assert balance.loc["anger"].to_list() == [2, 4, 2, 8, 0.5, 8]
    assert list(card.class_balance(faces(3))) == ["all", "share", "sequences"]


def test_people_are_counted_and_unknown_ones_are_said(faces):
    table = faces(3, images=2)
    people = card.subject_counts(table)
    assert list(people.index) == ["p00", "p01", "p02"] and (people == [14, 14, 7]).all(axis=None)
    assert card.subject_words(table) == "3 people with 14 images each (median 14)."
    table.rows.loc[table.rows["subject"] == "p02", "subject"] = np.nan
    assert "2 people with 14 images each" in card.subject_words(table)
    assert card.subject_words(table).endswith("14 images of nobody knows whom.")
    assert card.subject_words(faces(2, known=False)).startswith("Nobody knows who is shown: none of the 14 images")
    assert card.subject_counts(faces(2, known=False)).empty


def test_films_are_as_long_as_their_frames_and_rate_say(film, tmp_path):
    film(tmp_path / "data" / "happy" / "slow.avi", 10, rate=5)
    film(tmp_path / "data" / "happy" / "fast.avi", 10, rate=50)
    Image.new("L", (64, 48)).save(tmp_path / "data" / "happy" / "still.png")
    table = load_dataset("folders", tmp_path / "data", frames=3)
    found = card.durations(table)
    assert found.loc["happy/slow.avi"].to_list() == ["happiness", 3, 10, pytest.approx(2)]
    assert found.loc["happy/fast.avi", "seconds"] == pytest.approx(0.2)
    assert np.isnan(found.loc["happy/still.png", "seconds"])
    words = card.duration_words(found)
    assert words == "3 sequences for 7 rows, 1 to 10 frames each, 0.2 to 2 seconds (1 of them unknown)."
    assert card.duration_words(found.loc[["happy/still.png"]]).endswith("single pictures, there is no time in them.")
    assert set(card.picture_sizes(table)["kind"]) == {"film", "gray"}


def test_a_sequence_from_neutral_to_apex_is_one_of_the_apex(twins):
    found = card.durations(load_dataset("ckplus", twins("ckplus")))
    assert "neutral" not in set(found["label"]) and (found["rows"] == found["frames"]).all()
    assert "no seconds" in card.duration_words(found)


def test_pictures_are_counted_as_they_are_stored(tmp_path, faces):
    (tmp_path / "data" / "fear").mkdir(parents=True)
    for number, mode in enumerate(("L", "L", "RGB", "P")):
        Image.new(mode, (10, 20 if number else 12)).save(tmp_path / "data" / "fear" / f"{number}.png")
    sizes = card.picture_sizes(load_dataset("folders", tmp_path / "data", size=8))
    assert set(sizes.itertuples(index=False, name=None)) == {
        *((12, 10, "gray", 1), (20, 10, "gray", 1), (20, 10, "color", 1), (20, 10, "palette", 1))
    }
    assert card.picture_sizes(faces(2)).to_numpy().tolist() == [[6, 6, "gray", 14]]


def test_identical_pictures_are_found_with_their_labels_and_parts(faces):
    table = faces(3, emotions=("anger", "fear"), parts=["train", "train", "test"])
    images = table.images.copy()
    images[[0, 1]] = 7  # p00: anger and fear, both in training, and no face
    images[[2, 4]] = images[2]  # anger of p01 in training, and of p02 in test
    table = replace(table, images=images)
    groups = duplicate_groups(table)
    assert sorted(map(tuple, groups["rows"])) == [(0, 1), (2, 4)]
    first, second = (groups[groups["rows"].str[0] == row].iloc[0] for row in (0, 2))
    assert (first["labels"], first["conflicting"], first["across"], first["constant"]) == (
        "anger, fear",
        *(True, False, True),
    )
    assert (second["parts"], second["conflicting"], second["across"]) == ("test, train", False, True)
    assert duplicate_counts(table, groups)["number"].to_list() == [6, 4, 2, 1, 1, 1]


def test_a_dataset_without_duplicates_has_none(faces):
    groups = duplicate_groups(faces(3))
    assert groups.empty and duplicate_counts(faces(3), groups)["number"].to_list() == [21, 21, 0, 0, 0, 0]


def test_votes_of_a_label_sum_to_one_and_agreement_is_that_of_the_majority(fer2013):
    rows = fer2013.rows
    shares = vote_shares(rows)
    assert np.allclose(shares[list(VOTES)].sum(axis=1), 1) and shares["images"].sum() == len(rows)
    happy = rows[rows["label"] == "happiness"]
    assert shares.loc["happiness", "agree"] == (happy["ferplus"] == "happiness").mean()


def test_pictures_say_in_words_what_they_show(fer2013, twins):
    groups = duplicate_groups(fer2013)
    pairs = pd.DataFrame({"i": [0, 1], "j": [2, 3], "zncc": [0.991, 0.987], "mirrored": [False, True]})
    shown = {
        "happiness (44)": balance_bars(card.class_balance(fer2013)),
        "2 faces of each emotion": example_faces(fer2013, each=2),
        f"3 of {len(groups)} pictures": duplicate_pictures(fer2013, groups, most=3),
        "2 pairs of nearly equal pictures": near_pictures(fer2013, pairs),
        "majority agrees least with": vote_heatmap(vote_shares(fer2013.rows)),
        "0.04 to 0.05 seconds": duration_bars(card.durations(load_dataset("sase_fe", twins("sase_fe"), frames=1))),
    }
    for words, picture in shown.items():
        assert words in picture.alt and picture.svg.startswith("<svg")
    assert "0.987, mirrored" in shown["2 pairs of nearly equal pictures"].svg
    assert re.search("44 .24.7%", shown["happiness (44)"].svg)


def test_example_faces_of_several_sizes_stand_side_by_side(fer2013, twins):
    both = combine_tables([fer2013, load_dataset("jaffe", twins("jaffe"))], size=48)
    assert example_faces(both, each=3).svg
    assert example_faces(load_dataset("oulu_casia", twins("oulu_casia"), color=True), each=2).svg
