"""How long it takes to see that nothing is to be done: plans of a thousand runs, and campaigns that are finished."""

import json
import subprocess
import sys
import time

import pytest

from fer_utils.batch.plan import make_plan
from fer_utils.batch.suite import load_suite

resource = pytest.importorskip("resource", reason="peak memory is asked of Unix")
pytestmark = pytest.mark.slow

IMPORTS = "import fer_utils\nfrom fer_utils.datasets import load_dataset\nfrom fer_utils.training import fit"
SUITE = "runs:\n- {{notebook: 02_uses, grid: {{epochs: [{}]}}}}\n"


def campaign(project, count):
    """A suite of so many pairs of runs, one of which needs the other; our code behind both."""
    parameters = 'dataset = "synthetic"\ndata = ""\nepochs = 1\nrates = [0.1]\nlabels = "seven"\n'
    project.notebook("01_makes", IMPORTS, parameters=parameters)
    need = {"notebook": "01_makes", "forward": ["epochs", "dataset"], "as": "trained"}
    project.notebook("02_uses", IMPORTS, parameters=f'{parameters}trained = ""\n', needs=[need])
    project.suite("quick", SUITE.format(", ".join(map(str, range(count)))))


def finish(project):
    """Stores every run as finished, with a record of the size that real ones have."""
    for run in make_plan(load_suite("quick", project.notebooks), {}, project.runs):
        run.directory.mkdir(parents=True)
        (run.directory / "key.json").write_text(json.dumps(run.identity, indent=1))
        result = {"schema": 1, "created": "2026-11-21T09:30:00Z", "provenance": {"wall_seconds": 60.0}}
        result["models"] = [{"model": f"model {number}", "notes": "x" * 100} for number in range(60)]
        (run.directory / "result.json").write_text(json.dumps(result))


def ferbench(project, *arguments):
    """Runs the command in a process of its own; returns seconds, of these its processor's, megabytes, and its words."""
    code = "import resource, sys\nfrom fer_utils.cli import main\ntry:\n    main()\nfinally:\n"
    code += "    spent = resource.getrusage(resource.RUSAGE_SELF)\n"
    code += "    print(spent.ru_utime + spent.ru_stime, spent.ru_maxrss, file=sys.stderr)"
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-P", "-c", code, *arguments], cwd=project.root, capture_output=True, text=True, check=True
    )
    seconds = time.perf_counter() - started
    processor, memory = map(float, done.stderr.split()[-2:])
    return seconds, processor, memory / (1e6 if sys.platform == "darwin" else 1e3), done.stdout


@pytest.mark.parametrize("state", ["new", "cached", "stale"])
def test_a_thousand_runs_are_planned_in_five_seconds_and_half_a_gigabyte(project, capsys, state):
    campaign(project, 500)
    if state != "new":
        finish(project)
    if state == "stale":
        for path in project.notebooks.glob("*.ipynb"):
            path.write_text(path.read_text().replace("study", "story"))
    bare = min(ferbench(project, "list")[1] for _ in range(2))  # a command that starts as this one and plans nothing
    seconds, processor, memory, words = ferbench(project, "plan", "-j", "2")
    with capsys.disabled():
        print(
            f"\nferbench plan, 1,000 {state} runs: {seconds:.1f} s ({processor:.1f} s of processor), {memory:.0f} MB; "
            f"ferbench list: {bare:.1f} s of processor"
        )
    assert words.count(f"  {state}") == 1000
    assert processor < 5 and memory < 500


def test_a_hundred_finished_runs_are_skipped_in_three_seconds(project, capsys):
    campaign(project, 50)
    finish(project)
    bare = min(ferbench(project, "list")[1] for _ in range(2))
    seconds, processor, _, words = ferbench(project, "run")
    with capsys.disabled():
        print(
            f"\nferbench run, 100 runs that are there: {seconds:.1f} s ({processor:.1f} s of processor); "
            f"ferbench list: {bare:.1f} s of processor"
        )
    assert words == "100 cached\n" and processor < 3
