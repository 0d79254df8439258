import os
import subprocess
import sys
from itertools import islice

import pytest

from fer_utils import processes
from fer_utils.datasets.synthetic import SyntheticFaces
from fer_utils.errors import ParameterError
from fer_utils.processes import map_in_order, process_count

SCRIPT = """
print("the script runs")
from fer_utils.datasets.synthetic import SyntheticFaces
print(SyntheticFaces("tiny", images_per_emotion=1).load().fingerprint)
"""


@pytest.fixture
def four_cores(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(4), raising=False)
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)


def test_what_is_soon_drawn_is_not_worth_processes(four_cores):
    assert process_count(1.0) == 1
    assert process_count(60.0) == 4


def test_cores_of_other_runs_are_left_to_them(four_cores, monkeypatch):
    for threads, expected in (("1", 1), ("2", 2), ("64", 4), ("", 4), ("0", 4)):
        monkeypatch.setenv("OMP_NUM_THREADS", threads)
        assert process_count(60.0) == expected


def test_whoever_names_a_number_gets_it(four_cores, monkeypatch):
    monkeypatch.setenv("FERBENCH_JOBS", "3")
    assert process_count(1.0) == 3
    monkeypatch.setenv("FERBENCH_JOBS", "many")
    with pytest.raises(ParameterError, match="FERBENCH_JOBS=many: expected a whole number"):
        process_count(1.0)


def test_a_process_that_may_not_start_others_draws_itself(four_cores, monkeypatch):
    daemon = type("Process", (), {"daemon": True})
    monkeypatch.setattr(processes.multiprocessing, "current_process", lambda: daemon)
    assert process_count(60.0) == 1


def test_results_come_in_the_order_of_the_items():
    items = [3, -1, 2, -5, 4]
    assert list(map_in_order(abs, items, processes=2)) == list(map_in_order(abs, items, processes=1)) == [3, 1, 2, 5, 4]


@pytest.mark.parametrize("processes", [1, 2, 3])
def test_only_a_few_items_are_taken_ahead_of_what_is_consumed(processes):
    taken = []
    results = map_in_order(abs, (taken.append(item) or item for item in range(-1000, 0)), processes)
    for number, result in enumerate(islice(results, 200)):
        assert result == 1000 - number
        assert len(taken) - number <= 7 * processes


def test_one_item_starts_no_process(monkeypatch):
    monkeypatch.setattr(processes, "ProcessPoolExecutor", None)
    assert list(map_in_order(abs, [-1], processes=2)) == [1]
    assert list(map_in_order(abs, [], processes=2)) == []


def test_what_a_function_says_is_wrong_is_told_whoever_worked():
    for count in (1, 2):
        with pytest.raises(ValueError, match="invalid literal"):
            list(map_in_order(int, ["1", "2", "3", "x", "5"], count))


@pytest.mark.parametrize(
    ("place", "problem"),
    [("__init__", OSError("no semaphores")), ("__init__", NotImplementedError()), ("submit", OSError("no memory"))],
)
def test_where_no_processes_can_be_started_all_is_done_here(monkeypatch, place, problem):
    def impossible(*_, **__):
        raise problem

    monkeypatch.setattr(processes.ProcessPoolExecutor, place, impossible)
    assert list(map_in_order(abs, [-1, -2, -3], processes=2)) == [1, 2, 3]


def test_what_a_killed_process_had_is_done_here():
    # Any but the first process ends as if the system were out of memory; the first one waits a little, then goes on.
    end = (
        "__import__('multiprocessing').parent_process() and __import__('os')._exit(9) or __import__('time').sleep(0.1)"
    )
    assert list(map_in_order(eval, [f"{end} or {number}" for number in range(30)], 2)) == list(range(30))


def test_a_script_without_a_guard_runs_once_and_gets_the_same_faces_from_two_processes(tmp_path):
    (tmp_path / "script.py").write_text(SCRIPT)
    environment = {**os.environ, "FERBENCH_CACHE": str(tmp_path), "FERBENCH_JOBS": "2"}
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
    command = [sys.executable, "-W", "error", str(tmp_path / "script.py")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    here = SyntheticFaces("tiny", images_per_emotion=1).load().fingerprint
    assert done.stdout.split("\n")[:2] == ["the script runs", here], done.stderr
    assert done.stderr == ""
