import pytest

from fer_utils.batch.room import Room, Share, gpus


def test_no_more_cores_are_handed_out_than_there_are_but_one_run_always_fits():
    room = Room(4, devices=[])
    assert room.take("a", Share(cpus=3)) == {}
    assert room.take("b", Share(cpus=2)) is None
    assert room.take("c", Share(cpus=1)) == {}
    assert room.take("d", Share(cpus=1)) is None
    room.give_back("a")
    assert room.take("b", Share(cpus=2)) == {}
    room.give_back("b")
    room.give_back("c")
    assert room.take("huge", Share(cpus=64)) == {}
    assert room.take("d", Share()) is None


def test_each_gpu_is_given_to_one_run_or_shared_by_halves():
    room = Room(16, devices=["0", "1"])
    assert room.take("half", Share(gpu=0.5)) == {"CUDA_VISIBLE_DEVICES": "0"}
    assert room.take("whole", Share(gpu=1)) == {"CUDA_VISIBLE_DEVICES": "1"}
    assert room.take("other half", Share(gpu=0.5)) == {"CUDA_VISIBLE_DEVICES": "0"}  # not opened by a third
    assert room.take("third", Share(gpu=0.5)) is None and room.take("big", Share(gpu=2)) is None
    assert room.take("none", Share()) == {}  # it sees what it always saw
    for key in ("half", "whole", "other half"):
        room.give_back(key)
    assert room.take("both", Share(gpu=2)) == {"CUDA_VISIBLE_DEVICES": "0,1"}
    assert room.take("more", Share(gpu=0.1)) is None


def test_three_thirds_of_a_gpu_fit():
    room = Room(16, devices=["0"])
    for number in range(3):
        assert room.take(str(number), Share(gpu=1 / 3)) is not None
    assert room.take("fourth", Share(gpu=1 / 3)) is None


def test_without_gpus_runs_that_want_one_go_one_at_a_time():
    room = Room(16, devices=[])
    assert room.take("a", Share(gpu=1)) == {}
    assert room.take("b", Share(gpu=1)) is None
    assert room.take("c", Share()) == {}


def test_memory_is_reserved_where_an_entry_names_it():
    room = Room(16, memory=10 << 30, devices=[])
    assert room.take("a", Share(memory=8 << 30)) == {}
    assert room.take("b", Share(memory=4 << 30)) is None
    assert room.take("c", Share()) == {}


@pytest.mark.parametrize(("allowed", "names"), [(None, ["0", "1", "10"]), ("1", ["1"]), ("", []), ("-1", [])])
def test_gpus_are_counted_without_touching_them(tmp_path, monkeypatch, allowed, names):
    for name in ("nvidia0", "nvidia10", "nvidia1", "nvidiactl", "nvidia-uvm"):
        (tmp_path / name).touch()
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if allowed is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", allowed)
    assert gpus(tmp_path) == names
