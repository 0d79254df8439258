from collections import Counter

import cv2
import numpy as np
import pytest

from fer_utils.datasets import load_dataset
from fer_utils.datasets.combine import combine_tables
from fer_utils.errors import ParameterError
from fer_utils.protocol import Protocol
from fer_utils.protocol.fold import Fold
from fer_utils.protocol.label_maps import label_map
from fer_utils.protocol.linter import lint


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def mixed(twins):
    """JAFFE and CK+ as in Wu and Pan: gray, 256 x 256."""
    return combine_tables([load_dataset("jaffe", twins("jaffe")), load_dataset("ckplus", twins("ckplus"))], 256)


def test_fer2013_and_ckplus_become_gray_faces_of_48_pixels(twins):
    fer2013, ckplus = load_dataset("fer2013", twins("fer2013")), load_dataset("ckplus", twins("ckplus"))
    table = combine_tables([fer2013, ckplus], 48)
    assert table.name == "fer2013+ckplus" and len(table) == len(fer2013) + len(ckplus)
    assert table.images.shape == (len(table), 48, 48) and table.synthetic == fer2013.synthetic
    assert Counter(table.label) == Counter(fer2013.label) + Counter(ckplus.label)
    assert np.array_equal(table.pixels(np.arange(5)), fer2013.pixels(np.arange(5)))
    last = cv2.resize(ckplus.pixels([len(ckplus) - 1])[0], (48, 48), interpolation=cv2.INTER_AREA)
    assert np.array_equal(table.pixels([len(table) - 1])[0, ..., 0], last)
    known = table.rows["subject"].notna().to_numpy()
    assert not known[: len(fer2013)].any() and known[len(fer2013) :].all()
    assert table.rows["split"].isna().all() and table.rows["frame"].dtype == int
    assert list(table.rows["owner_split"][: len(fer2013)]) == list(fer2013.split)
    assert set(table.rows["dataset"]) == {"fer2013", "ckplus"}


def test_people_and_sequences_of_two_datasets_never_meet(faces):
    first, second = faces(subjects=12, name="one"), faces(subjects=12, name="two", seed=1)
    table = combine_tables([first, second], 6)
    assert len(set(table.subject)) == 24 and table.rows["sample_id"].is_unique
    split = Protocol.for_table(table, "seven").split(table)
    for fold in split.folds:
        assert not set(table.subject[fold.train]) & set(table.subject[fold.test])
    assert split.lint.verdict == "clean"
    assert {name.split("/")[0] for name in table.subject[split.folds[0].test]} == {"one", "two"}


def test_dividing_frames_at_random_as_the_papers_did_is_found_to_leak(mixed):
    shuffled = np.random.default_rng(0).permutation(len(mixed))
    a, b = len(mixed) * 7 // 10, len(mixed) * 8 // 10
    fold = Fold(shuffled[:a], shuffled[a:b], shuffled[b:], shuffled[:b])
    found = {finding.rule for finding in lint(mixed, [fold]).findings if finding.level == "error"}
    assert found == {"shared subjects", "shared sequences"}


@pytest.mark.parametrize(
    ("labels", "dropped"),
    [("seven", {"contempt"}), ("three-drop", {"contempt", "surprise"}), ("three-negative", {"contempt"})],
)
def test_one_label_map_serves_both_datasets(mixed, labels, dropped):
    codes = label_map(labels).encode(mixed.label)
    assert set(mixed.label[codes < 0]) == dropped
    for dataset in ("jaffe", "ckplus"):
        here = (mixed.rows["dataset"] == dataset).to_numpy()
        assert set(codes[here]) >= set(range(len(label_map(labels).classes)))


def test_notes_problems_and_counts_name_their_dataset(mixed):
    assert mixed.partial and all(note.startswith(("jaffe: ", "ckplus: ")) for note in mixed.notes)
    assert {count.what.split()[0] for count in mixed.counts} == {"jaffe", "ckplus"}
    assert all(problem.file.startswith("ckplus/") for problem in mixed.problems) and mixed.problems


def test_pictures_and_films_stand_in_one_table(twins, film, tmp_path):
    film(tmp_path / "FakeTrue_DB" / "01" / "N2H.mp4", 12)
    films = load_dataset("sase_fe", tmp_path, frames="all", color=True)
    table = combine_tables([load_dataset("jaffe", twins("jaffe")), films], (48, 64), color=True)
    assert table.images.shape == (len(table), 48, 64, 3)
    order = np.random.default_rng(0).permutation(len(table))
    block = table.pixels(order)
    for place in np.flatnonzero(order >= len(table) - 12):
        row = order[place] - (len(table) - 12)
        assert np.array_equal(block[place], films.pixels([row])[0])
    gray = block[np.flatnonzero(order < len(table) - 12)]
    assert (gray[..., 0] == gray[..., 2]).all()
    assert np.array_equal(table.image_digests()[-12:], films.image_digests())


def test_the_fingerprint_follows_content_and_size(faces):
    one, two = faces(name="one"), faces(name="two", seed=1)
    combined = combine_tables([one, two], 6)
    assert combine_tables([one, two], 6).fingerprint == combined.fingerprint
    others = [combine_tables([one, two], 7), combine_tables([two, one], 6), combine_tables([one, faces(name="two")], 6)]
    assert len({combined.fingerprint, *(table.fingerprint for table in others)}) == 4
    assert combined.images.content_digest([0, 200]) != combined.images.content_digest([0, 201])


def test_one_dataset_twice_is_no_combination(faces):
    for tables in ([], [faces()], [faces(), faces()]):
        with pytest.raises(ParameterError, match="Expected at least two, of different datasets"):
            combine_tables(tables, 6)
    with pytest.raises(ParameterError, match="expected pixels from 1"):
        combine_tables([faces(name="one"), faces(name="two")], 0)
