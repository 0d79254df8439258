from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from pandas.testing import assert_frame_equal

from fer_utils.datasets.face_table import FaceTable
from fer_utils.datasets.synthetic import SyntheticFaces

TWO = SyntheticFaces("tiny", subjects=2, images_per_emotion=1)


@pytest.fixture(scope="module")
def original(common_cache):
    """The two people drawn in memory, never stored."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FERBENCH_CACHE", str(common_cache / "file"))
        (common_cache / "file").write_text("not a folder")
        return TWO.load()


def same(one, other):
    pixels = np.array_equal(one.images, other.images) and one.fingerprint == other.fingerprint
    return pixels and np.array_equal(np.stack(one.rows["landmarks"]), np.stack(other.rows["landmarks"]))


def test_cached_faces_are_those_that_were_drawn(empty_cache, original):
    assert not isinstance(original.images, np.memmap)
    for loaded in (TWO.load(), TWO.load()):
        assert isinstance(loaded.images, np.memmap) and same(loaded, original)
        assert_frame_equal(loaded.rows.drop(columns="landmarks"), original.rows.drop(columns="landmarks"))
        assert loaded.rows.dtypes.equals(original.rows.dtypes)
    assert [folder.name for folder in (empty_cache / "synthetic").iterdir()] == [TWO.digest()]


def test_opening_faces_again_does_not_read_their_pixels(empty_cache, monkeypatch):
    stored = TWO.load()
    assert stored.fingerprint == FaceTable.content_fingerprint(stored.rows, stored.images)
    monkeypatch.setattr(FaceTable, "content_fingerprint", lambda *_: pytest.fail("hashed again"))
    assert TWO.load().fingerprint == stored.fingerprint


@pytest.mark.parametrize("name", ["images.npy", "landmarks.npy", "rows.npz", "meta.json"])
@pytest.mark.parametrize("damage", [lambda content: b"", lambda content: content[: len(content) // 2]])
def test_a_damaged_cache_is_drawn_again_and_repaired(empty_cache, original, name, damage):
    TWO.load()
    path = empty_cache / "synthetic" / TWO.digest() / name
    path.write_bytes(damage(path.read_bytes()))
    for _ in range(2):
        loaded = TWO.load()
        assert same(loaded, original) and isinstance(loaded.images, np.memmap)


def test_on_a_full_disk_faces_are_drawn_all_the_same_and_nothing_half_written_is_left(empty_cache, original):
    resource = pytest.importorskip("resource", reason="limits of Unix")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))
    try:
        loaded = TWO.load()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert same(loaded, original) and not isinstance(loaded.images, np.memmap)
    assert not list((empty_cache / "synthetic").iterdir())


def test_two_that_draw_the_same_at_once_do_not_disturb_each_other(empty_cache, original):
    with ThreadPoolExecutor(2) as pool:
        assert all(same(loaded, original) for loaded in pool.map(lambda _: TWO.load(), range(2)))
    assert [folder.name for folder in (empty_cache / "synthetic").iterdir()] == [TWO.digest()]
