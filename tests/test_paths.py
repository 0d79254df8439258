import hashlib

import pytest

from fer_utils import paths


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_the_project_is_found_from_a_folder_inside_it(tmp_path, monkeypatch):
    for name in ("notebooks/suites", "fer_utils"):
        (tmp_path / name).mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "notebooks" / "suites")
    assert paths.project_root() == tmp_path.resolve()


def test_elsewhere_the_project_is_the_one_of_the_package(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert (paths.project_root() / "fer_utils" / "paths.py").is_file()


@pytest.mark.parametrize(
    ("root", "name", "default"),
    [
        (paths.runs_root, "FERBENCH_RUNS", "runs"),
        (paths.cache_root, "FERBENCH_CACHE", "ferbench"),
    ],
)
def test_a_folder_is_moved_by_its_variable_and_an_empty_one_means_the_default(
    root, name, default, tmp_path, monkeypatch
):
    monkeypatch.setenv(name, str(tmp_path / "elsewhere"))
    assert root() == (tmp_path / "elsewhere").resolve()
    monkeypatch.setenv(name, "")
    assert str(root()).endswith(default)


def test_real_data_is_found_below_ferbench_data(tmp_path, monkeypatch):
    (tmp_path / "fer2013").mkdir()
    monkeypatch.setenv("FERBENCH_DATA", str(tmp_path))
    assert paths.data_path("fer2013") == tmp_path / "fer2013"
    assert paths.data_path("jaffe") is None
    monkeypatch.delenv("FERBENCH_DATA")
    assert paths.data_path("fer2013") is None


def test_a_file_is_replaced_whole(tmp_path):
    paths.write_atomically(tmp_path / "a.txt", "old")
    paths.write_atomically(tmp_path / "a.txt", "größer")
    assert (tmp_path / "a.txt").read_bytes() == "größer".encode()
    assert [p.name for p in tmp_path.iterdir()] == ["a.txt"]


def test_a_write_that_fails_leaves_the_old_content_and_nothing_else(tmp_path, monkeypatch):
    paths.write_atomically(tmp_path / "a.txt", b"old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(paths.os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        paths.write_atomically(tmp_path / "a.txt", b"new")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a.txt", b"old")]


def test_a_digest_is_the_sha256_of_the_content_now(tmp_path, cache):
    file = tmp_path / "data.csv"
    for content in (b"first", b"second, longer"):
        file.write_bytes(content)
        assert paths.file_digest(file) == hashlib.sha256(content).hexdigest()


def test_a_large_file_is_hashed_once(tmp_path, cache, monkeypatch):
    file = tmp_path / "data.csv"
    file.write_bytes(b"content")
    first = paths.file_digest(file)
    monkeypatch.setattr(paths.hashlib, "file_digest", lambda *_: pytest.fail("hashed again"))
    assert paths.file_digest(file) == first


@pytest.mark.parametrize("damage", [b"", b"[]", b"null", b"{}", b'{"stamp": 1', b"\xff\xfe"])
def test_a_damaged_memory_of_digests_is_ignored(tmp_path, cache, damage):
    file = tmp_path / "data.csv"
    file.write_bytes(b"content")
    first = paths.file_digest(file)
    (memory,) = (cache / "digests").iterdir()
    memory.write_bytes(damage)
    assert paths.file_digest(file) == first


def test_a_file_is_hashed_where_the_cache_cannot_be_written(tmp_path, monkeypatch):
    (tmp_path / "cache").write_text("a file where the folder should be")
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))
    assert paths.file_digest(tmp_path / "cache") == paths.file_digest(tmp_path / "cache")


def test_many_digests_are_those_of_one_and_remembered(tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))
    files = [tmp_path / name for name in ("b", "a", "c")]
    for file in files:
        file.write_text(f"content of {file.name}")
    expected = [paths.file_digest(file) for file in files]
    assert paths.file_digests(files) == expected and paths.file_digests([]) == []
    computed = []
    paths.remembered_by_file("toy", files, lambda path: computed.append(path.name) or path.name)
    files[1].write_text("longer than it was before")
    again = paths.remembered_by_file("toy", [files[2], files[1]], lambda path: computed.append(path.name) or path.name)
    assert computed == ["b", "a", "c", "a"] and again == ["c", "a"]
    for memory in (tmp_path / "cache").rglob("*-many.json"):
        memory.write_text("[damaged")
    assert paths.file_digests(files)[0] == expected[0]
