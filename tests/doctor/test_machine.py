import shutil
import sys
from types import SimpleNamespace

import psutil
import pytest

from fer_utils.doctor import machine


def control_groups(root, own, **files):
    """Writes control groups as the kernel shows them; a double underscore stands for a slash, a single for a dot."""
    (root / "self").write_text(own)
    for name, content in files.items():
        path = root / "groups" / name.replace("__", "/")
        path = path.with_name(path.name.replace("_", ".", 1))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return root / "groups", root / "self"


V1 = "4:memory:/job\n1:cpu,cpuacct:/\n"


@pytest.mark.parametrize(
    ("own", "files", "cores"),
    [
        ("0::/\n", {"cpu_max": "150000 100000"}, 1.5),
        ("0::/\n", {"cpu_max": "max 100000"}, None),
        ("0::/a/b\n", {"a__cpu_max": "400000 100000", "a__b__cpu_max": "max 100000"}, 4),  # what holds it counts
        (V1, {"cpu__cpu_cfs_quota_us": "50000", "cpu__cpu_cfs_period_us": "100000"}, 0.5),
        (V1, {"cpu__cpu_cfs_quota_us": "-1", "cpu__cpu_cfs_period_us": "100000"}, None),
        ("", {}, None),
    ],
)
def test_the_quota_of_a_container_is_read(tmp_path, own, files, cores):
    assert machine.cpu_quota(*control_groups(tmp_path, own, **files)) == cores


@pytest.mark.parametrize(
    ("own", "files", "left"),
    [
        ("0::/\n", {"memory_max": "3000", "memory_current": "1000"}, 2000),
        ("0::/\n", {"memory_max": "max", "memory_current": "1000"}, None),
        (V1, {"memory__job__memory_limit_in_bytes": "500", "memory__job__memory_usage_in_bytes": "600"}, 0),
        (V1, {"memory__memory_limit_in_bytes": "9223372036854771712", "memory__memory_usage_in_bytes": "6"}, None),
    ],
)
def test_the_memory_of_a_container_is_read(tmp_path, own, files, left):
    assert machine.memory_left(*control_groups(tmp_path, own, **files)) == left


def test_threads_that_a_container_does_not_get_are_not_used(monkeypatch):
    monkeypatch.setattr("fer_utils.batch.engine.cores", lambda: 8)
    monkeypatch.setattr(machine, "cpu_quota", lambda: 2.5)
    answer = machine.threads()
    assert answer.state == "warning" and answer.mend == "ferbench run quick -j 2"
    monkeypatch.setattr(machine, "cpu_quota", lambda: None)
    assert machine.threads().state == "ok"


@pytest.mark.parametrize(
    ("free", "container", "state", "mend"),
    [
        (20, None, "ok", ""),
        (1, None, "warning", "close other programs"),
        (20, 4, "warning", "ferbench run quick -j 2"),
        (20, 1, "warning", "close other programs"),
        (20, 100, "ok", ""),
    ],
)
def test_the_memory_says_how_many_notebooks_fit(monkeypatch, free, container, state, mend):
    there = SimpleNamespace(available=free * 2**30, total=32 * 2**30)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: there)
    monkeypatch.setattr("fer_utils.batch.engine.cores", lambda: 4)
    monkeypatch.setattr(machine, "memory_left", lambda: container and container * 2**30)
    answer = machine.memory()
    assert answer.state == state and answer.mend.startswith(mend) and bool(answer.mend) == bool(mend)


def test_without_the_notebooks_it_says_where_to_go(project):
    assert "cd to the project" in machine.project().mend
    project.suite("quick", "runs: []")
    assert machine.project().state == "ok"


@pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")
def test_records_without_a_commit_are_foretold(project, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(project.root.parent))
    assert machine.git().state == "warning" and "no repository" in machine.git().found
    monkeypatch.setenv("PATH", "")
    assert machine.git().state == "warning" and "git is not on the path" in machine.git().found


def test_a_kernel_starts_and_answers():
    assert machine.kernel().state == "ok"


def test_a_kernel_that_does_not_start_is_missing(program, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(program("python", "exit 1")))
    answer = machine.kernel()
    assert answer.state == "missing" and "no kernel of this Python starts" in answer.found
    assert "pip install" in answer.mend
