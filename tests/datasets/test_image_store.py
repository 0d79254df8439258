import struct
import zlib

import cv2
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from fer_utils.datasets import image_store
from fer_utils.datasets.face_table import FaceTable
from fer_utils.datasets.image_store import FileImages, picture_size, read_picture
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


def header_only(width, height):
    """A PNG that promises many pixels and has none."""

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    start = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + start + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


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


def test_colors_are_red_green_blue(tmp_path):
    Image.new("RGB", (4, 4), (200, 10, 30)).save(tmp_path / "red.bmp")
    assert read_picture(tmp_path / "red.bmp", color=True)[0, 0].tolist() == [200, 10, 30]
    assert read_picture(tmp_path / "red.bmp").shape == (4, 4)


def test_places_in_a_palette_are_looked_up(tmp_path):
    shuffled = RANDOM.permutation(256).astype(np.uint8)
    picture = Image.fromarray(np.argsort(shuffled).astype(np.uint8)[GRAY[0]]).convert("P")
    picture.putpalette(np.repeat(shuffled, 3).tolist())
    picture.save(tmp_path / "p.tiff")
    picture.save(tmp_path / "t.png", transparency=bytes(range(256)))
    assert np.array_equal(read_picture(tmp_path / "p.tiff"), GRAY[0])
    assert np.array_equal(read_picture(tmp_path / "t.png"), GRAY[0])


def test_sixteen_bits_keep_their_gray_values(tmp_path):
    Image.fromarray(GRAY[0].astype(np.uint16) * 257).save(tmp_path / "deep.png")
    assert np.array_equal(read_picture(tmp_path / "deep.png"), GRAY[0])


def test_photographs_are_turned_upright(tmp_path):
    exif = Image.Exif()
    exif[image_store.ORIENTATION] = 6
    Image.fromarray(GRAY[0]).save(tmp_path / "phone.jpg", exif=exif)
    assert picture_size(tmp_path / "phone.jpg") == (30, 20) == read_picture(tmp_path / "phone.jpg").shape


def test_a_huge_picture_is_refused_before_it_is_decoded(tmp_path, monkeypatch):
    monkeypatch.setattr(image_store, "_pixels", lambda *_: pytest.fail("decoded"))
    for name, sides in {"a.png": (60_000, 60_000), "b.png": (8_000, 8_000)}.items():
        (tmp_path / name).write_bytes(header_only(*sides))
        for look in (picture_size, read_picture):
            with pytest.raises(DatasetLayoutError, match=rf"{name}: .*million.*not decoded"):
                look(tmp_path / name)


@pytest.mark.parametrize("extension", ["png", "jpg", "tiff", "bmp"])
def test_damaged_files_are_named(tmp_path, extension):
    whole = tmp_path / f"whole.{extension}"
    Image.fromarray(np.tile(GRAY[0], (10, 10))).save(whole)
    content = whole.read_bytes()
    for name, damaged in {"cut": content[: len(content) // 2], "zero": b"", "text": b"no picture" * 50}.items():
        path = tmp_path / f"{name}.{extension}"
        path.write_bytes(damaged)
        with pytest.raises(DatasetLayoutError, match=rf"{name}\.{extension}: "):
            read_picture(path)


def test_a_name_that_says_another_kind_is_told(tmp_path, files):
    wrong = tmp_path / "wrong.jpg"
    wrong.write_bytes(files[0].read_bytes())
    with pytest.raises(DatasetLayoutError, match=r"wrong\.jpg: the name says JPEG, but the content is PNG"):
        picture_size(wrong)
    with pytest.raises(DatasetLayoutError, match=r"face\.txt: no picture by its name"):
        picture_size(tmp_path / "face.txt")
    with pytest.raises(DatasetLayoutError, match=r"gone\.png: cannot be opened"):
        picture_size(tmp_path / "gone.png")


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
