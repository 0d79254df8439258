"""How long the second call of a campaign takes: a hundred runs that were really executed, seen by a real process."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

import fer_utils

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
RUNS, CALLS, MOST = 100, 5, 3.0  # MOST: seconds


def ferbench(project, *arguments):
    """Calls the command; returns seconds, of these its processor's, and its words."""
    root = Path(fer_utils.__file__).resolve().parents[1]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, [str(root), os.environ.get("PYTHONPATH")]))}
    command = [sys.executable, "-P", "-c", "from fer_utils.cli import main; main()", *arguments]
    started, before = time.perf_counter(), psutil.Process().cpu_times()
    done = subprocess.run(command, cwd=project.root, env=environment, capture_output=True, text=True, check=False)
    seconds, after = time.perf_counter() - started, psutil.Process().cpu_times()
    assert done.returncode == 0, done.stderr
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return seconds, spent, done.stdout


def test_the_second_call_of_a_hundred_runs_ends_in_three_seconds(project, capsys):
    project.notebook("01_toy")
    project.suite("quick", f"runs:\n- {{notebook: 01_toy, grid: {{epochs: {list(range(1, RUNS + 1))}}}}}\n")
    first, _, words = ferbench(project, "run")
    assert words == f"{RUNS} ok\n"
    calls = []
    for _ in range(CALLS):
        load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
        seconds, processor, words = ferbench(project, "run")
        assert words == f"{RUNS} cached\n"
        calls.append((seconds, processor, load))
    with capsys.disabled():
        print(f"\nfirst call, {RUNS} runs: {first:.0f} s; {CALLS} more calls:")
        for seconds, processor, load in calls:
            print(f"  {seconds:.2f} s, {processor:.2f} s of processor, load {load:.1f}")
    assert min(seconds for seconds, _, _ in calls) <= MOST
