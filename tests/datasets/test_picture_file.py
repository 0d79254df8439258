import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from fer_utils.datasets import picture_file
from fer_utils.datasets.picture_file import picture_size, read_picture
from fer_utils.errors import DatasetLayoutError

RANDOM = np.random.default_rng(0)
GRAY = RANDOM.integers(0, 256, (5, 20, 30), dtype=np.uint8)


@pytest.fixture
def files(tmp_path):
    paths = [tmp_path / f"{number}.png" for number in range(len(GRAY))]
    for path, pixels in zip(paths, GRAY, strict=True):
        Image.fromarray(pixels).save(path)
    return paths


def header_only(width, height):
    """A PNG that promises many pixels and has none."""

    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    start = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + start + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


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
    exif[picture_file.ORIENTATION] = 6
    Image.fromarray(GRAY[0]).save(tmp_path / "phone.jpg", exif=exif)
    assert picture_size(tmp_path / "phone.jpg") == (30, 20) == read_picture(tmp_path / "phone.jpg").shape


def test_a_huge_picture_is_refused_before_it_is_decoded(tmp_path, monkeypatch):
    monkeypatch.setattr(picture_file, "_pixels", lambda *_: pytest.fail("decoded"))
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
