import shutil

import numpy as np
import pytest

from fer_utils.datasets import dataset_digest, load_dataset
from fer_utils.datasets.ckplus48 import COUNTS, PICTURES
from fer_utils.errors import DatasetLayoutError
from fer_utils.protocol.fold import Fold
from fer_utils.protocol.linter import lint
from fer_utils.protocol.subject_splits import subject_kfold


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def copy(twins, tmp_path):
    return shutil.copytree(twins("ckplus48"), tmp_path / "copy")


def test_the_published_counts_add_up():
    assert sum(COUNTS.values()) == 981 == PICTURES * 327


def test_every_picture_has_the_label_person_and_sequence_that_were_drawn(twins, truth_of):
    table, truth = load_dataset("ckplus48", twins("ckplus48")), truth_of("ckplus48")
    files = [path.relative_to(twins("ckplus48")).as_posix() for path in table.images.paths]
    assert sorted(files) == sorted(truth.index)
    drawn = truth.loc[files]
    assert list(table.label) == list(drawn["emotion"]) and list(table.subject) == list(drawn["subject"])
    assert list(table.sequence) == list(drawn["subject"] + "/" + drawn["sequence"])
    assert list(table.rows["frame"]) == list(drawn["frame"])
    assert table.images.shape == (len(truth), 48, 48) and not table.problems and table.partial


def test_only_a_split_by_subject_keeps_the_frames_of_a_sequence_together(twins):
    table = load_dataset("ckplus48", twins("ckplus48"))
    assert lint(table, subject_kfold(table, 3)).verdict == "clean"
    rows = np.arange(len(table))
    at_random = Fold(rows[::3], rows[1::3], rows[2::3], rows[rows % 3 != 2])
    assert "shared sequences" in {found.rule for found in lint(table, [at_random]).findings}


def test_a_sequence_has_one_label(copy):
    picture = next((copy / "CK+48/happy").iterdir())
    shutil.copy(picture, copy / "CK+48/sadness")
    table = load_dataset("ckplus48", copy)
    sequence = f"{picture.name[:4]}/{picture.name[5:8]}"
    assert sequence not in set(table.sequence)
    told = [found.file for found in table.problems]
    assert f"CK+48/sadness/{picture.name}" in told and len(told) == 4


def test_missing_pictures_and_strangers_are_named(copy):
    first, second = sorted((copy / "CK+48/anger").iterdir())[:2]
    first.unlink()
    second.write_bytes(b"")
    (copy / "CK+48/anger/Kopie von é.png").touch()
    (copy / "CK+48/hapy").mkdir()
    table = load_dataset("ckplus48", copy)
    sequence = f"{first.name[:4]}/{first.name[5:8]}"
    assert {found.file for found in table.problems} == {
        *(sequence, f"CK+48/anger/{second.name}", "CK+48/anger/Kopie von é.png", "CK+48/hapy")
    }
    assert (table.label == "anger").sum() == 1


def test_partial_copies_and_another_level_work(copy):
    everything = dataset_digest("ckplus48", copy)
    assert dataset_digest("ckplus48", copy / "CK+48") == everything
    shutil.rmtree(copy / "CK+48/fear")
    table = load_dataset("ckplus48", copy / "CK+48")
    assert "fear" not in set(table.label) and "fear 0 of 75" in table.notes[0]
    assert dataset_digest("ckplus48", copy) != everything


def test_two_copies_are_no_guess(copy):
    shutil.copytree(copy / "CK+48", copy / "CK+48 (1)")
    with pytest.raises(DatasetLayoutError, match=r"2 folders .*'CK\+48', 'CK\+48 \(1\)'"):
        load_dataset("ckplus48", copy)
