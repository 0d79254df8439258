import shutil

import numpy as np
import pandas as pd
import pytest

from fer_utils.datasets import dataset_digest, load_dataset
from fer_utils.errors import DatasetLayoutError, ParameterError
from fer_utils.protocol.label_maps import label_map

NAMES = ["N2H", "N2S", "N2D", "N2A", "N2C", "N2Sur", "S2N2H", "H2N2S", "H2N2D", "H2N2A", "H2N2C", "D2N2Sur"]


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def twin(twins):
    return twins("sase_fe")


@pytest.fixture
def copy(film, tmp_path):
    """Writes films of some people in the owners' layout."""

    def write(root=tmp_path / "copy", people=("01", "02"), names=NAMES):
        for number, person in enumerate(people):
            for i, name in enumerate(names):
                film(root / person / f"{name}.mp4", 4, 16, 16, seed=100 * number + i)
        return root

    return write


def test_every_frame_of_the_twin_has_its_true_label(twin):
    table = load_dataset("sase_fe", twin, frames="all")
    columns = ["subject", "clip", "frame", "emotion", "genuine", "felt"]
    truth = pd.read_csv(twin / "ground_truth.csv.gz", usecols=columns)
    truth["key"] = truth["subject"].map("{:02d}".format) + "/" + truth["clip"].str.upper()
    rows = table.rows.merge(truth, left_on=["sequence", "frame"], right_on=["key", "frame"], suffixes=("", "_true"))
    assert len(rows) == len(truth) == len(table)
    assert (rows["label"] == rows["emotion"]).all() and (rows["felt"] == rows["felt_true"]).all()
    assert (rows["genuine"] == rows["genuine_true"]).all()
    assert (rows["seconds"] * 100).round(6).equals(rows["frame"].astype(float))
    assert table.partial and table.notes[:-1] == ("partial copy: subjects 2 of 50, films 24 of 600",)
    assert table.images.shape == (len(truth), 192, 256) and table.pixels([0, 20]).shape == (2, 192, 256, 1)


def test_twelve_classes_are_six_emotions_felt_and_acted(twin):
    rows = load_dataset("sase_fe", twin, frames=1).rows
    assert len(rows) == 24 and (rows.groupby("class12").size() == 2).all() and rows["class12"].nunique() == 12
    assert (rows["class12"] == np.where(rows["genuine"], "genuine ", "acted ") + rows["label"].astype(str)).all()


def test_frames_are_chosen_in_the_part_of_each_film_that_is_asked_for(twin):
    rows = load_dataset("sase_fe", twin, frames="all", part=(0.5, 0.8)).rows
    place = (rows["frame"] + 0.5) / rows["frames"]
    assert len(rows) and place.between(0.5 - 1 / rows["frames"].min(), 0.8 + 1 / rows["frames"].min()).all()
    assert len(rows) < 0.5 * len(load_dataset("sase_fe", twin, frames="all"))
    assert (load_dataset("sase_fe", twin, frames=3, part=[0.5, 0.8]).rows.groupby("sequence").size() <= 3).all()
    with pytest.raises(ParameterError, match="0 <= start < stop <= 1"):
        load_dataset("sase_fe", twin, part=(0.8, 0.5))


def test_so_many_frames_of_each_film_are_rows_as_asked(twin):
    few, many = load_dataset("sase_fe", twin, frames=2), load_dataset("sase_fe", twin, frames="all")
    assert (few.rows.groupby("sequence").size() == 2).all()
    assert set(few.rows["sample_id"]) < set(many.rows["sample_id"])
    assert few.fingerprint != many.fingerprint
    first = many.rows["sample_id"].tolist().index(few.rows["sample_id"][0])
    assert first > 0 and np.array_equal(few.pixels([0]), many.pixels([first]))


@pytest.mark.parametrize("place", ["FakeTrue_DB", "SASE/FakeTrue_DB", "a b/FakeTrue_DB/faketrue_db", "."])
def test_the_folder_is_found_however_it_was_unpacked(copy, tmp_path, place):
    copy(tmp_path / "SASE-FE é" / place / ("FakeTrue_DB" if place == "." else ""))
    root = tmp_path / "SASE-FE é" / ("FakeTrue_DB" if place == "." else "")
    table = load_dataset("sase_fe", root)
    assert table.rows["sequence"].nunique() == 24 and set(table.subject) == {"01", "02"}
    assert dataset_digest("sase_fe", root) == dataset_digest("sase_fe", root)


def test_fifty_people_with_twelve_films_are_complete(copy, tmp_path):
    people = [f"{number:02d}" for number in range(1, 51)]
    first = copy(tmp_path / "FakeTrue_DB", people[:1])
    for person in people[1:]:
        (first / person).mkdir()
        for name in NAMES:
            content = (first / "01" / f"{name}.mp4").read_bytes()
            (first / person / f"{name}.MP4").write_bytes(content + person.encode())
    table = load_dataset("sase_fe", tmp_path)
    assert not table.partial and table.notes == () and len(set(table.subject)) == 50


def test_what_is_wrong_with_a_copy_is_named_and_the_rest_is_read(copy, film, tmp_path):
    root = copy(tmp_path / "FakeTrue_DB")
    (root / "01" / "N2H.mp4").write_bytes(b"")
    (root / "01" / "N2S.mp4").write_bytes((root / "01" / "N2S.mp4").read_bytes()[:900])
    (root / "01" / "N2D.mp4").rename(root / "01" / "N2D.jpg")
    (root / "02" / "N2C.mp4").unlink()
    film(root / "02" / "N2X.mp4")
    film(root / "02" / "n2a.avi")
    (root / "01" / "thumbs.db").touch()
    table = load_dataset("sase_fe", tmp_path)
    named = {(problem.kind, problem.file.removeprefix("FakeTrue_DB/")) for problem in table.problems}
    assert named == {
        ("videos that cannot be opened", "01/N2H.mp4"),
        ("videos that cannot be opened", "01/N2S.mp4"),
        ("files that are no film by their name (left out)", "01/N2D.jpg"),
        ("films that are missing", "01/N2D"),
        ("films that are missing", "02/N2C"),
        ("films whose name says no emotion", "02/N2X.mp4"),
        ("films that stand there twice", "02/n2a.avi"),
    }
    assert table.partial and len(table.notes) == 6
    assert table.rows["sequence"].nunique() == 24 - 4


def test_a_copied_folder_does_not_make_two_people_of_one(copy, tmp_path):
    root = copy(tmp_path / "FakeTrue_DB")
    shutil.copytree(root / "02", root / "02 (1)")
    table = load_dataset("sase_fe", tmp_path)
    assert set(table.subject) == {"01", "02"}
    assert {problem.file for problem in table.problems} == {f"FakeTrue_DB/02 (1)/{name}.mp4" for name in NAMES}


def test_a_folder_without_the_films_says_what_is_expected(tmp_path):
    (tmp_path / "FakeTrue").mkdir()
    with pytest.raises(DatasetLayoutError, match=r"no 'FakeTrue_DB'.*Did you mean 'FakeTrue'.*FakeTrue_DB/<subject>"):
        load_dataset("sase_fe", tmp_path)
    (tmp_path / "FakeTrue_DB" / "01").mkdir(parents=True)
    with pytest.raises(
        DatasetLayoutError, match=r"no film that can be used.*films that are missing: FakeTrue_DB/01/N2H"
    ):
        load_dataset("sase_fe", tmp_path)


def test_the_drawn_felt_and_acted_films_become_twelve_classes(twins):
    table = load_dataset("sase_fe", twins("sase_fe"), frames=1)
    codes = label_map("twelve").codes(table)
    assert np.bincount(codes).tolist() == [2] * 12
