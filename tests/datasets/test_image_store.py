import cv2
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from fer_utils.datasets import image_store
from fer_utils.datasets.face_table import FaceTable
from fer_utils.datasets.image_store import FileImages
from fer_utils.errors import DatasetLayoutError, ParameterError

RANDOM = np.random.default_rng(0)
GRAY = RANDOM.integers(0, 256, (5, 20, 30), dtype=np.uint8)


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def files(tmp_path):
    paths = [tmp_path / f"{number}.png" for number in range(len(GRAY))]
    for path, pixels in zip(paths, GRAY, strict=True):
        Image.fromarray(pixels).save(path)
    return paths


def table(paths, labels=None, **options):
    ids = [path.stem for path in paths]
    rows = pd.DataFrame({"sample_id": ids, "subject": ids, "sequence": ids, "frame": 0, "split": np.nan})
    rows = rows.assign(label=labels or "fear", image=np.arange(len(ids)))
    images = FileImages(paths, **options)
    return FaceTable("toy", rows, images, FaceTable.content_fingerprint(rows, images))


def test_files_are_indexed_like_a_block_of_pixels(files):
    images = FileImages(files)
    assert images.shape == GRAY.shape and len(images) == 5 and images.dtype == np.uint8
    assert np.array_equal(images[3], GRAY[3]) and np.array_equal(images[-1], GRAY[-1])
    for key in ([4, 0, 0], np.array([2, 1]), slice(1, 4), np.array([True, False, True, False, True])):
        assert np.array_equal(images[key], GRAY[key])
    assert images[[]].shape == (0, 20, 30)
    with pytest.raises(IndexError):
        images[5]


def test_a_table_of_files_answers_like_a_table_of_pixels(files):
    lazy = table(files)
    block = FaceTable("toy", lazy.rows, GRAY, "x")
    assert np.array_equal(lazy.pixels([3, 1]), block.pixels([3, 1]))
    assert np.array_equal(lazy.select([4, 2]).pixels(), block.select([4, 2]).pixels())
    assert list(lazy.image_digests()) == list(block.image_digests())


def test_pictures_are_resized_by_area(files):
    images = FileImages(files, size=(10, 12))
    assert images.shape == (5, 10, 12)
    assert np.array_equal(images[2], cv2.resize(GRAY[2], (12, 10), interpolation=cv2.INTER_AREA))
    assert FileImages(files, size=8, color=True)[[0, 1]].shape == (2, 8, 8, 3)


def test_pictures_of_several_sizes_need_a_size(files, tmp_path):
    Image.fromarray(GRAY[0][:15]).save(tmp_path / "small.png")
    images = FileImages([*files, tmp_path / "small.png"])
    assert images[5].shape == (15, 30)
    for look in (lambda: images[[0, 5]], lambda: images.shape):
        with pytest.raises(DatasetLayoutError, match=r"differ in size.*small\.png 15 x 30\. Choose a size"):
            look()
    assert FileImages(images.paths, size=16)[:].shape == (6, 16, 16)


@pytest.mark.parametrize("size", [0, -3, "48", (1, 2, 3), True, 1.5, (48, 20_000)])
def test_an_impossible_size_is_a_mistake(size):
    with pytest.raises(ParameterError, match="expected pixels from 1 to 10,000"):
        FileImages([], size=size)


def test_the_fingerprint_is_of_contents_and_labels_and_needs_no_decoding(files, tmp_path, monkeypatch):
    moved = tmp_path / "elsewhere"
    moved.mkdir()
    copies = [moved / path.name for path in files]
    for path, copy in zip(files, copies, strict=True):
        copy.write_bytes(path.read_bytes())
    with monkeypatch.context() as patch:
        patch.setattr(image_store, "read_picture", lambda *_: pytest.fail("decoded"))
        first = table(files).fingerprint
        assert table(copies).fingerprint == first
        assert table(files, labels=["anger", *["fear"] * 4]).fingerprint != first
        assert table(files, size=9).fingerprint != first
    Image.fromarray(255 - GRAY[0]).save(copies[0])
    assert table(copies).fingerprint != first


def test_digests_are_remembered_until_a_file_changes(files, monkeypatch):
    first = table(files).image_digests()
    with monkeypatch.context() as patch:
        patch.setattr(image_store, "read_picture", lambda *_: pytest.fail("decoded again"))
        assert list(table(files).image_digests()) == list(first)
    Image.fromarray(GRAY[1][:, :29]).save(files[0])
    second = table(files).image_digests()
    assert second[0] != first[0] and list(second[1:]) == list(first[1:])
