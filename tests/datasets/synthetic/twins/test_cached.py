import shutil
import threading

import pytest

from fer_utils.datasets import load_dataset
from fer_utils.datasets.emotions import SEVEN
from fer_utils.datasets.synthetic.twins import cached, make_twin
from fer_utils.errors import ParameterError
from fer_utils.paths import cache_root


@pytest.fixture(autouse=True)
def few(tmp_path, monkeypatch):
    """A cache of its own, and two sequences instead of all."""
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))
    items = cached.SmallCkPlus48.items
    monkeypatch.setattr(cached.SmallCkPlus48, "items", lambda twin: items(twin)[:2])


def content(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_second_opening_draws_nothing_and_reads_the_same(monkeypatch):
    first = cached.cached_ckplus48(24)
    before = content(first)
    monkeypatch.setattr(cached, "write_twin", None)
    assert cached.cached_ckplus48(24) == first and content(first) == before
    table = load_dataset("ckplus48", first)
    assert len(table) == 6 and table.synthetic and first.is_relative_to(cache_root())


def test_a_cached_twin_from_which_a_picture_was_lost_is_drawn_anew():
    folder = cached.cached_ckplus48(24)
    before = content(folder)
    next(folder.glob("CK+48/*/*.png")).unlink()
    assert content(cached.cached_ckplus48(24)) == before


def test_two_notebooks_that_start_at_once_leave_one_whole_folder():
    found = []
    threads = [threading.Thread(target=lambda: found.append(cached.cached_ckplus48(24))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found[0] == found[1] and len(load_dataset("ckplus48", found[0])) == 6
    assert [path.name for path in (cache_root() / "twins").iterdir()] == [found[0].parent.name]


def test_where_the_cache_cannot_be_written_to_the_faces_lie_elsewhere(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "file"))
    folder = cached.cached_ckplus48(24)
    assert len(load_dataset("ckplus48", folder)) == 6
    shutil.rmtree(folder.parent)


def test_another_seed_or_number_of_people_lies_in_another_folder():
    folders = {cached.cached_ckplus48(*options) for options in ((24, 0), (30, 0), (24, 1))}
    assert len(folders) == 3


def test_any_twin_can_lie_in_the_cache(monkeypatch):
    first = cached.cached_twin("ckplus48", "tiny")
    assert len(load_dataset("ckplus48", first)) == 21 and cached.cached_twin("ckplus48", "tiny", 1) != first
    monkeypatch.setattr(cached, "write_twin", None)
    assert cached.cached_twin("ckplus48", "tiny") == first
    with pytest.raises(ParameterError, match=r"No twin 'ckplus49'.*Did you mean 'ckplus48'"):
        cached.cached_twin("ckplus49")


def test_each_of_ten_folds_of_a_small_ck_plus_can_be_tested():
    takes = [take for take in make_twin("ckplus", "small", 1).items() if not take.below]
    people = {take.subject for take in takes}
    assert len(people) == 10
    for person in people:
        assert {take.emotion for take in takes if take.subject == person} >= set(SEVEN) - {"neutral"}
    tiny, quick = (make_twin("ckplus", preset).counts()["pictures"] for preset in ("tiny", "quick"))
    assert tiny < make_twin("ckplus", "small").counts()["pictures"] < quick / 4


def test_its_people_are_those_of_the_full_twin(monkeypatch):
    monkeypatch.undo()
    few, everybody = cached.SmallCkPlus48("full", 0, 60).items(), make_twin("ckplus48", "full").items()
    assert few == [take for take in everybody if take.person < 60] and len({take.subject for take in few}) >= 50
    assert cached.SmallCkPlus48("full").items() == everybody


@pytest.mark.parametrize("people", [23, 124, 60.0, True, "60"])
def test_an_impossible_number_of_people_is_refused(people):
    with pytest.raises(ParameterError, match="expected a whole number from 24 to 123"):
        cached.cached_ckplus48(people)
