import shutil

import numpy as np
import pytest
from PIL import Image

from fer_utils.datasets import dataset_digest, load_dataset
from fer_utils.datasets.jaffe import COUNTS
from fer_utils.errors import DatasetLayoutError


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def copy(twins, tmp_path):
    return shutil.copytree(twins("jaffe"), tmp_path / "copy")


def test_the_published_counts_add_up():
    assert sum(COUNTS.values()) == 213


def test_every_picture_has_the_label_and_person_that_were_drawn(twins, truth_of):
    table, truth = load_dataset("jaffe", twins("jaffe")), truth_of("jaffe")
    assert sorted(path.name for path in table.images.paths) == sorted(truth.index)
    files = truth.loc[[path.name for path in table.images.paths]]
    assert list(table.label) == list(files["emotion"]) and list(table.subject) == list(files["subject"])
    assert table.images.shape == (len(truth), 256, 256) and table.images.dtype == np.uint8
    assert table.partial and not table.problems and table.notes[0].startswith("partial copy: pictures 44 of 213")


def test_palette_pictures_are_as_smooth_as_the_others(twins, truth_of):
    table, truth = load_dataset("jaffe", twins("jaffe")), truth_of("jaffe")
    palette = truth.loc[[path.name for path in table.images.paths], "palette"].to_numpy(bool)
    assert palette.any() and not palette.all()
    steps = np.abs(np.diff(table.pixels()[..., 0].astype(float), axis=2)).mean(axis=(1, 2))
    assert steps[palette].max() < 10


def test_nested_folders_and_letter_case_change_nothing(copy, tmp_path):
    original = load_dataset("jaffe", copy)
    (tmp_path / "zip/__MACOSX").mkdir(parents=True)
    shutil.move(copy, tmp_path / "zip/jaffedbase")
    for path in list((tmp_path / "zip/jaffedbase").glob("KA*.tiff")):
        path.rename(path.with_name(path.name.lower()))
    moved = load_dataset("jaffe", tmp_path / "zip")
    by_id = dict(zip(moved.rows["sample_id"], moved.label, strict=True))
    assert by_id == dict(zip(original.rows["sample_id"], original.label, strict=True))


def test_every_fault_is_named(copy):
    Image.new("L", (200, 256)).save(copy / "KA.HA9.900.tiff")
    shutil.copy(copy / "KA.AN1.39.tiff", copy / "KA.AN1.39.tif")
    faults = {"KA.XX1.1.tiff": "text", "KA.SA1.901.txt": "text", "face.tiff": "", "KA.SA1.902.tiff": "", "more": None}
    for name, text in faults.items():
        (copy / name).mkdir() if text is None else (copy / name).write_text(text)
    table = load_dataset("jaffe", copy)
    assert {found.file for found in table.problems} == {*faults, "KA.HA9.900.tiff", "KA.AN1.39.tiff"}
    assert len(table) == 45  # of the faults, only the picture of another size is kept


def test_the_digest_follows_the_contents(copy):
    first, fingerprint = dataset_digest("jaffe", copy), load_dataset("jaffe", copy).fingerprint
    assert dataset_digest("jaffe", copy) == first
    Image.new("L", (256, 256)).save(copy / "KA.AN1.39.tiff")
    assert dataset_digest("jaffe", copy) != first and load_dataset("jaffe", copy).fingerprint != fingerprint


def test_another_folder_is_no_jaffe(tmp_path):
    (tmp_path / "holiday.jpg").touch()
    with pytest.raises(DatasetLayoutError, match=r"jaffe: no .*found \['holiday\.jpg'\].*KA\.AN1\.39\.tiff"):
        load_dataset("jaffe", tmp_path)
