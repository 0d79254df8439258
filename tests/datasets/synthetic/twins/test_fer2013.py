from collections import Counter, defaultdict

import numpy as np
import pandas as pd
import pytest

from fer_utils.datasets import load_dataset
from fer_utils.datasets.synthetic.twins import make_twin

NAME = "fer2013"
VOTES = ["neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "NF"]
CODES = ["anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral"]


@pytest.fixture(scope="module")
def table(tiny):
    return pd.read_csv(tiny / "fer2013.csv")


@pytest.fixture(scope="module")
def votes(tiny):
    return pd.read_csv(tiny / "fer2013new.csv")


@pytest.fixture(scope="module")
def full():
    """The rows of the full twin, planned but not drawn."""
    return [row for item in make_twin(NAME, "full").items() for row in item]


def test_the_csv_has_the_columns_order_and_pixels_of_fer2013(tiny, table):
    assert (tiny / "fer2013.csv").read_bytes().startswith(b"emotion,pixels,Usage\n")
    assert list(table["Usage"].unique()) == ["Training", "PublicTest", "PrivateTest"]
    assert table["Usage"].is_monotonic_decreasing
    pixels = np.array([text.split(" ") for text in table["pixels"]], dtype=int)
    assert pixels.shape == (len(table), 48 * 48) and pixels.min() >= 0 and 200 < pixels.max() <= 255
    assert (table.groupby("Usage")["emotion"].nunique() == 7).all()
    assert not list(tiny.glob(".*"))


def test_the_full_twin_has_the_published_counts(full):
    counts = Counter((row.usage, row.label) for row in full)
    published = {
        "Training": (3995, 436, 4097, 7215, 4830, 3171, 4965),
        "PublicTest": (467, 56, 496, 895, 653, 415, 607),
        "PrivateTest": (491, 55, 528, 879, 594, 416, 626),
    }
    assert len(full) == 35_887
    for part, expected in published.items():
        assert tuple(counts[part, label] for label in CODES) == expected


def test_the_full_twin_has_the_published_duplicates(full):
    groups = defaultdict(list)
    for row in full:
        groups[row.picture].append(row)
    identical = [group for group in groups.values() if len(group) > 1]
    assert len(groups) == 34_036 and len(identical) == 1_514
    assert sum(len({row.label for row in group}) > 1 for group in identical) == 57
    trained = {row.picture for row in full if row.usage == "Training"}
    again = Counter(row.usage for row in full if row.usage != "Training" and row.picture in trained)
    assert again == {"PublicTest": 280, "PrivateTest": 288}
    constant = [row for row in full if row.kind == "constant"]
    assert len(constant) == 12 and len({row.picture for row in constant}) == 1


def test_identical_pictures_are_identical_bytes_and_no_others_are(table, truth):
    by_pixels, by_plan = table.groupby("pixels").ngroup(), truth.groupby("picture").ngroup()
    assert len(set(zip(by_pixels, by_plan, strict=True))) == by_pixels.nunique() == by_plan.nunique() < len(table)
    trained = set(table["pixels"][table["Usage"] == "Training"])
    for part in ("PublicTest", "PrivateTest"):
        assert table["pixels"][table["Usage"] == part].isin(trained).any()
    constant = table["pixels"].map(lambda text: len(set(text.split()))) == 1
    assert (constant == (truth["kind"] == "constant")).all() and constant.sum() == 2


def test_ten_annotators_vote_on_every_row(table, votes):
    assert list(votes) == ["Usage", "Image name", *VOTES]
    assert (votes["Usage"] == table["Usage"]).all() and (votes[VOTES].sum(axis=1) == 10).all()


def test_rows_without_a_face_have_ten_votes_for_nf_and_no_name(votes, truth):
    empty = votes["Image name"].isna()
    assert (empty == (votes["NF"] == 10)).all() and (empty == (truth["kind"] != "face")).all()
    assert not empty[:17].any() and empty[17]


def test_the_number_in_the_name_is_not_the_row_after_row_17(votes):
    names = votes["Image name"].dropna()
    assert names.str.fullmatch(r"fer\d{7}\.png").all() and names.is_unique and not names.is_monotonic_increasing
    number = names.str[3:10].astype(int)
    assert (number[:17] == number.index[:17]).all()
    later = number.index > 17
    assert (number[later] != number.index[later]).mean() > 0.9


def test_the_majority_of_the_votes_agrees_with_the_label_as_often_as_in_fer2013(full):
    counts = np.array([row.votes for row in full])
    decided = np.sort(counts, axis=1)[:, -1] > np.sort(counts, axis=1)[:, -2]
    agree = np.array(VOTES)[counts.argmax(axis=1)] == np.array([row.label for row in full])
    for part in ("Training", "PublicTest", "PrivateTest"):
        inside = decided & np.array([row.usage == part for row in full])
        assert agree[inside].mean() == pytest.approx(0.65, abs=0.03)


def test_votes_follow_what_is_shown_and_not_the_label(full):
    shown = [row for row in full if row.shown == "happiness" and row.strength > 0.8]
    assert np.mean([row.votes[VOTES.index("happiness")] for row in shown]) > 7
    weak = [row for row in full if row.shown == "happiness" and row.strength < 0.4]
    assert np.mean([row.votes[VOTES.index("neutral")] for row in weak]) > 4


def test_the_loader_opens_it(tiny, table, votes, tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path))
    faces = load_dataset("fer2013", str(tiny))
    assert faces.partial and len(faces) == len(table)
    assert list(faces.rows["split"]) == list(table["Usage"])
    assert [CODES.index(label) for label in faces.label] == list(table["emotion"])
    assert list(faces.rows["votes_fear"]) == list(votes["fear"])
    assert " ".join(map(str, np.asarray(faces.images[5]).ravel())) == table["pixels"][5]
