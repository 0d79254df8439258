import random

import numpy as np
import pytest

from fer_utils.datasets import load_dataset
from fer_utils.datasets.check import check_dataset
from fer_utils.datasets.video_headers import Clip, read_header
from fer_utils.datasets.video_store import VideoFrames
from fer_utils.errors import DatasetLayoutError


def damaged(content, rng):
    """Films as bad disks and broken downloads leave them."""
    content = bytearray(content)
    place = rng.randrange(len(content))
    kind = rng.choice(["bytes", "cut", "zeros", "inserted", "beginning", "end"])
    if kind == "cut":
        del content[place:]
    elif kind == "zeros":
        content[place : place + 500] = bytes(len(content[place : place + 500]))
    elif kind == "inserted":
        content[place:place] = rng.randbytes(rng.randrange(1, 300))
    else:
        span = {"bytes": (0, len(content)), "beginning": (0, 300), "end": (len(content) - 800, len(content))}[kind]
        for _ in range(rng.randrange(1, 20)):
            content[rng.randrange(*span)] = rng.randrange(256)
    return bytes(content)


def read_all(path):
    clip = read_header(path)
    images = VideoFrames([clip], np.zeros(clip.frames), np.arange(clip.frames), size=16)
    return [images[row] for row in range(len(images))]


@pytest.mark.parametrize("kind", ["mp4", "avi", "mkv"])
@pytest.mark.parametrize("times", [100, pytest.param(3000, marks=pytest.mark.slow)])
def test_a_damaged_film_is_read_or_named_and_nothing_else(film, tmp_path, kind, times):
    path = film(tmp_path / f"a film.{kind}", 12)
    content, rng, named = path.read_bytes(), random.Random(times), 0
    for _ in range(times):
        path.write_bytes(damaged(content, rng))
        try:
            assert all(picture.shape == (16, 16) for picture in read_all(path))
        except DatasetLayoutError as error:
            assert str(path) in str(error)
            named += 1
    assert named > times / 4


def test_a_header_that_promises_billions_of_frames_is_refused(film, tmp_path):
    path = film(tmp_path / "a.avi")
    content = path.read_bytes()
    place = content.index(b"vids") - 8 + 40  # dwLength of the stream header
    path.write_bytes(content[:place] + (2**31 - 1).to_bytes(4, "little") + content[place + 4 :])
    with pytest.raises(DatasetLayoutError, match=r"a.avi: the header promises 2,147,483,647 frames"):
        read_header(path)


def test_pictures_of_an_unknown_kind_are_named(film, tmp_path):
    path = film(tmp_path / "a.avi")
    content = path.read_bytes()
    assert content.count(b"FMP4") == 2
    path.write_bytes(content.replace(b"FMP4", b"zzzz"))
    with pytest.raises(DatasetLayoutError, match=r"a.avi: cannot be opened as a video \(pictures of an unknown kind"):
        read_header(path)
    with pytest.raises(DatasetLayoutError, match=r"a.avi: cannot be opened as a video \(pictures of an unknown kind"):
        VideoFrames([Clip(str(path), 6, 48, 64, 25.0)], [0], [0])[0]


def test_checking_a_copy_names_films_that_break_off_or_are_damaged_inside(film, tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))
    root = tmp_path / "AFEW"
    paths = [film(root / part / "Sad" / f"{i:09d}.avi", 24, 96, 128) for part in ("Train", "Val") for i in range(3)]
    result = check_dataset("afew", root)
    assert result.verdict == "partial copy" and result.problems == ()
    paths[1].write_bytes(paths[1].read_bytes()[: paths[1].stat().st_size * 2 // 3])
    content = bytearray(paths[4].read_bytes())
    middle = content.index(b"movi") + (len(content) - content.index(b"movi")) // 2
    content[middle : middle + 900] = bytes(900)
    paths[4].write_bytes(content)
    assert load_dataset("afew", root).problems == ()  # opening reads headers alone
    result = check_dataset("afew", root)
    assert result.verdict == "problems"
    assert [problem.file for problem in result.problems] == ["Train/Sad/000000001.avi", "Val/Sad/000000001.avi"]
