import io
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from fer_utils.batch import local_engine
from fer_utils.batch.engine import execute_plan
from fer_utils.batch.plan import make_plan
from fer_utils.batch.progress import Progress
from fer_utils.batch.room import Share
from fer_utils.batch.suite import load_suite


def plan(project, suite="s"):
    return make_plan(load_suite(suite, project.notebooks), {}, project.runs)


def states(runs):
    return {run.label: run.state for run in runs}


def test_a_campaign_goes_on_after_failures_and_tells_the_truth_about_each(project, monkeypatch):
    monkeypatch.setenv("JUPYTER_PATH", str(project.root))
    monkeypatch.setenv("MPLBACKEND", "Agg")
    bad = project.root / "kernels" / "python3"  # an installed kernel of this name that would not even start
    bad.mkdir(parents=True)
    (bad / "kernel.json").write_text('{"argv": ["/nowhere/python"], "display_name": "x", "language": "python"}')
    project.notebook("01_good", "import sys; print(sys.executable)", _LOOK_AROUND)
    project.notebook("02_raises", "print('\\x1b[31m')\nraise ValueError('\\x1b[31mno faces\\x1b[0m')")
    project.notebook("03_dies", "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")
    # finishes, and is killed before papermill could see the end of it
    project.notebook("04_dies_late", "epochs += 1", finish=_FINISH_AND_DIE)
    project.notebook(
        "07_orphan", "import os, signal\nos.kill(os.getppid(), signal.SIGKILL)", "import time; time.sleep(0.5)"
    )
    project.notebook("05_slow", "import time; time.sleep(60)")
    project.notebook("06_no_finish", finish="pass")
    project.suite(
        "s",
        """
runs:
- notebook: 02_raises
- notebook: 03_dies
- notebook: 04_dies_late
- {notebook: 05_slow, timeout: 4}
- notebook: 06_no_finish
- notebook: 07_orphan
- {notebook: 01_good, parameters: {epochs: 3}, threads: 3}
""",
    )
    outcomes = execute_plan(plan(project), project.runs, jobs=2)
    assert [outcome.state for outcome in outcomes] == ["failed"] * 6 + ["ok"]

    assert project.read("01_good", "result.json")["parameters"] == {"epochs": 3}
    assert project.read("01_good", "parameters.json")["epochs"] == 3
    assert sys.executable in (project.only_run("01_good") / "executed.ipynb").read_text()
    assert not (project.only_run("01_good") / "error.json").exists()

    error = project.read("02_raises", "error.json")
    assert (error["type"], error["message"], error["cell"], error["signal"]) == ("ValueError", "no faces", 2, None)
    assert error["schema"] == 1 and error["notebook"] == "02_raises" and error["parameters"]["epochs"] == 1
    assert error["peak_memory_mb"] > 10 and error["seconds"] > 0

    for name in ("03_dies", "04_dies_late"):
        error = project.read(name, "error.json")
        assert (error["type"], error["signal"]) == ("KernelDied", "SIGKILL")
        assert not (project.only_run(name) / "result.json").exists()
    assert project.read("03_dies", "error.json")["cell"] == 2
    assert project.read("04_dies_late", "error.json")["cell"] == 3

    assert project.read("05_slow", "error.json")["type"] == "Timeout"
    assert project.read("06_no_finish", "error.json")["type"] == "NoResult"

    error = project.read("07_orphan", "error.json")
    assert (error["type"], error["signal"]) == ("WorkerDied", "SIGKILL")
    assert not (project.only_run("07_orphan") / "result.json").exists()

    # again: what succeeded is there, what failed is tried again unless told otherwise
    again = plan(project)
    assert states(again) == dict.fromkeys(states(again), "failed") | {"01_good": "cached"}
    outcomes = execute_plan(again, project.runs, retry_failed=False)
    assert [outcome.state for outcome in outcomes] == ["skipped"] * 6 + ["cached"]

    # mended: the failure is forgotten
    project.notebook("02_raises", "pass")
    mended = [run for run in plan(project) if run.label == "02_raises"]
    assert [outcome.state for outcome in execute_plan(mended, project.runs)] == ["ok"]


_LOOK_AROUND = """
import os, pathlib
for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    assert os.environ[name] == "3"
assert os.environ["KERAS_BACKEND"] and os.environ["TF_CPP_MIN_LOG_LEVEL"] == "3"
assert os.environ.get("MPLBACKEND") != "Agg"  # figures would not be shown in the notebook
assert pathlib.Path(os.environ["FERBENCH_RUN_DIR"]).is_relative_to(os.environ["FERBENCH_RUNS"])
assert pathlib.Path.cwd().name == "notebooks"  # as in JupyterLab
"""

_FINISH_AND_DIE = """
import json, os, pathlib, signal
(pathlib.Path(os.environ["FERBENCH_RUN_DIR"]) / "result.pending.json").write_text(json.dumps({"schema": 1}))
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_an_edited_notebook_is_stale_and_says_so(project):
    project.notebook("01_toy", "x = 1")
    project.suite("s", "runs:\n- notebook: 01_toy")
    assert states(plan(project)) == {"01_toy": "new"}
    execute_plan(plan(project), project.runs)
    assert states(plan(project)) == {"01_toy": "cached"}
    assert plan(project)[0].expected_seconds == 1.0

    project.notebook("01_toy", "x = 2")
    (run,) = plan(project)
    assert (run.state, run.reason) == ("stale", "notebook changed")
    project.notebook("01_toy", "x = 1")
    assert states(plan(project)) == {"01_toy": "cached"}
    project.suite("s", "runs:\n- {notebook: 01_toy, parameters: {epochs: 5}}")
    (run,) = plan(project)
    assert (run.state, run.reason) == ("stale", "epochs: 1 -> 5")


def test_in_two_terminals_a_run_is_executed_once(project):
    project.notebook("01_slow", "import time; time.sleep(3)", _COUNT)
    project.notebook("02_fast", _COUNT)
    project.suite("s", "runs:\n- notebook: 01_slow\n- notebook: 02_fast")
    words = io.StringIO()
    with ThreadPoolExecutor() as pool:
        first = pool.submit(execute_plan, plan(project)[:1], project.runs)
        while not list(project.runs.glob(".locks/01_slow-*")):
            time.sleep(0.01)
        second = execute_plan(plan(project), project.runs, jobs=1, progress=Progress(words))
    assert [outcome.state for outcome in first.result()] == ["ok"]
    assert [outcome.state for outcome in second] == ["cached", "ok"]
    assert f"waiting for 01_slow: process {os.getpid()} on " in words.getvalue()
    assert words.getvalue().index("waiting for 01_slow") < words.getvalue().index("done 1/2")
    assert (project.root / "executions").read_text().split() == ["02_fast", "01_slow"]
    assert not list(project.runs.glob(".locks/*"))


_COUNT = """
import os, pathlib
with open("../executions", "a") as file:
    file.write(pathlib.Path(os.environ["FERBENCH_RUN_DIR"]).parent.name + "\\n")
"""


def test_runs_that_want_the_gpu_take_turns_while_others_go_on(project, monkeypatch):
    share = {True: Share(gpu=1), False: Share()}
    monkeypatch.setattr(local_engine, "share_of", lambda run: share["gpu" in run.label])
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "7")
    project.notebook("01_toy", _WHEN)
    project.suite(
        "s",
        """
runs:
- {notebook: 01_toy, name: gpu, grid: {epochs: [1, 2]}}
- {notebook: 01_toy, name: other, parameters: {epochs: 3}}
""",
    )
    outcomes = execute_plan(plan(project), project.runs, jobs=3)
    assert [outcome.state for outcome in outcomes] == ["ok"] * 3
    lines = [line.split() for line in (project.root / "when").read_text().splitlines()]
    begun, over = ({number: float(t) for word, number, t in lines if word == kind} for kind in ("begin", "end"))
    first, second = sorted(("1", "2"), key=begun.get)
    assert over[first] < begun[second] and begun["3"] < over[second]


_WHEN = """
import os, time
with open("../when", "a") as file:
    file.write(f"begin {epochs} {time.time()}\\n")
time.sleep(1)
assert epochs == 3 or os.environ["CUDA_VISIBLE_DEVICES"] == "7"
with open("../when", "a") as file:
    file.write(f"end {epochs} {time.time()}\\n")
"""


def test_a_kernel_that_outlived_runner_and_worker_does_not_disturb_the_next_attempt(project):
    project.notebook("01_toy")
    project.suite("s", "runs:\n- notebook: 01_toy")
    (run,) = plan(project)
    run.directory.mkdir(parents=True)
    environment = {**os.environ, "FERBENCH_RUN_DIR": str(run.directory)}
    orphan = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"], env=environment)
    assert [outcome.state for outcome in execute_plan(plan(project), project.runs)] == ["ok"]
    assert not psutil.pid_exists(orphan.pid)
    orphan.wait()


def test_checkpoints_of_a_finished_run_do_not_stay_when_its_worker_was_killed_late(project):
    project.notebook("01_toy")
    project.suite("s", "runs:\n- notebook: 01_toy")
    execute_plan(plan(project), project.runs)
    (project.only_run("01_toy") / "checkpoints").mkdir()
    assert [outcome.state for outcome in execute_plan(plan(project), project.runs)] == ["cached"]
    assert not (project.only_run("01_toy") / "checkpoints").exists()


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ([signal.SIGINT], 130),
        ([signal.SIGINT, signal.SIGINT, signal.SIGTERM], 130),  # an impatient user
        ([signal.SIGTERM], 143),  # what Slurm sends
        ([signal.SIGKILL], -signal.SIGKILL),
    ],
)
def test_stopping_the_runner_takes_its_kernels_along_and_counts_nothing_as_done(project, sent, expected):
    project.notebook("01_slow", _SAY_WHO_AND_SLEEP)
    project.suite("quick", "runs:\n- notebook: 01_slow")
    runner = start_runner()
    told = project.root / "told"
    deadline = time.monotonic() + 60
    while not told.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    kernel, private = told.read_text().split()
    for number in sent:
        runner.send_signal(number)
        time.sleep(0.02)
    _, words = runner.communicate(timeout=20)
    while (psutil.pid_exists(int(kernel)) or os.path.exists(private)) and time.monotonic() < deadline:  # noqa: PTH110
        time.sleep(0.05)
    assert not psutil.pid_exists(int(kernel))
    assert not os.path.exists(private)  # noqa: PTH110
    directory = project.only_run("01_slow")
    assert not (directory / "result.json").exists() and not (directory / "error.json").exists()
    assert states(plan(project, "quick")) == {"01_slow": "unfinished"}
    assert runner.returncode == expected and "Traceback" not in words
    assert ("the same command goes on from here" in words) == (expected > 0)


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
def test_ctrl_c_while_planning_leaves_no_traceback(project):
    os.mkfifo(project.notebooks / "01_toy.ipynb")  # to read it takes for ever
    project.suite("quick", "runs:\n- notebook: 01_toy")
    runner = start_runner()
    with (project.notebooks / "01_toy.ipynb").open("w"):  # returns when it is being read
        runner.send_signal(signal.SIGINT)
        _, words = runner.communicate(timeout=20)
    assert (runner.returncode, words) == (130, "Stopped.\n")


def start_runner():
    heeding = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"  # a background job ignores it
    return subprocess.Popen(
        [sys.executable, "-P", "-c", f"{heeding}; from fer_utils.cli import main; main()", "run"],
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )


_SAY_WHO_AND_SLEEP = """
import os, pathlib, time
(pathlib.Path(os.environ["FERBENCH_RUN_DIR"]) / "result.pending.json").write_text('{"schema": 1}')
pathlib.Path("../told.part").write_text(f"{os.getpid()} {os.environ['JUPYTER_RUNTIME_DIR']}")
pathlib.Path("../told.part").rename("../told")
time.sleep(60)
"""
