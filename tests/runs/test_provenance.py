import json
import subprocess
import sys
from types import SimpleNamespace

import pytest

from fer_utils.runs import provenance as module
from fer_utils.runs.provenance import Stopwatch, provenance


@pytest.fixture
def repository(tmp_path, monkeypatch):
    for name in ("notebooks", "fer_utils"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def git(*arguments):
    identity = ("-c", "user.name=n", "-c", "user.email=e@example.org", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


def test_it_says_which_code_packages_and_machine_gave_a_number():
    found = json.loads(json.dumps(provenance()))
    assert found["packages"]["numpy"] and found["python"].startswith("3.")
    assert found["cores"] >= 1 and found["threads"] >= 1 and found["device"]
    assert 10 < found["peak_memory_mb"] < 1_000_000
    assert str(module.project_root()) not in json.dumps(found)  # a report may be passed on


@pytest.mark.parametrize("cards", [0, 2])
def test_pytorch_whose_devices_keras_cannot_list_is_asked_itself(monkeypatch, cards):
    def list_devices():
        raise AttributeError("'NoneType' object has no attribute 'list_devices'")

    keras = SimpleNamespace(distribution=SimpleNamespace(list_devices=list_devices))
    monkeypatch.setitem(sys.modules, "torch", SimpleNamespace(cuda=SimpleNamespace(device_count=lambda: cards)))
    assert module._device(keras).startswith("cuda:0, cuda:1" if cards else "CPU")


def test_threads_are_those_that_the_runner_allows(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert provenance()["threads"] == 3


def test_code_that_was_changed_after_the_commit_is_dirty(repository):
    git("init")
    (repository / "code.py").write_text("a = 1")
    git("add", ".")
    git("commit", "-m", "first")
    clean = provenance()
    assert len(clean["commit"]) == 40 and clean["dirty"] is False
    (repository / "code.py").write_text("a = 2")
    assert provenance()["dirty"] is True and provenance()["commit"] == clean["commit"]


def test_without_a_repository_or_git_nothing_is_claimed(repository, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(repository.parent))
    assert provenance()["commit"] is None and provenance()["dirty"] is None
    monkeypatch.setenv("PATH", "")
    assert provenance()["commit"] is None


def test_time_and_energy_are_counted_from_the_start(tmp_path, monkeypatch):
    counter = tmp_path / "energy_uj"
    monkeypatch.setattr(module, "ENERGY_COUNTER", counter)
    assert Stopwatch().read()["energy_joules"] is None  # no counter here
    counter.write_text("5000000\n")
    watch = Stopwatch()
    counter.write_text("12000000\n")
    read = watch.read()
    assert read["energy_joules"] == 7 and read["wall_seconds"] >= 0 and read["cpu_seconds"] >= 0
    counter.write_text("1\n")  # it wrapped around
    assert watch.read()["energy_joules"] is None
