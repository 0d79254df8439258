"""A forked kernel is as good as one that was started: it finds the same, dies with its run, and leaves nothing."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from fer_utils.batch.engine import execute_plan
from fer_utils.batch.plan import make_plan
from fer_utils.batch.suite import load_suite
from fer_utils.batch.warm import WarmParent, forking_is_possible, imports_libraries

pytestmark = pytest.mark.skipif(
    not forking_is_possible({"KERAS_BACKEND": "tensorflow"}), reason="kernels are forked on Linux alone"
)
WARM = ("numpy",)  # enough to import, for notebooks that import no more


@pytest.fixture(autouse=True)
def surroundings(project, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    with tempfile.TemporaryDirectory(prefix="w", dir="/tmp") as folder:  # short, because sockets go there
        monkeypatch.setenv("TMPDIR", folder)
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)
        assert not list(Path(folder).glob("fb-*"))


def run(project, runs, warm=WARM, jobs=1, progress=None):
    project.suite("s", "runs:\n" + runs)
    plan = make_plan(load_suite("s", project.notebooks), {}, project.runs)
    return execute_plan(plan, project.runs, jobs, force=True, warm=warm, progress=progress)


def told(project, name="told"):
    return [json.loads(line) for line in (project.root / name).read_text().splitlines()]


TELL = """
import json
import os
import signal
with open("../told", "a") as file:
    file.write(json.dumps(facts) + "\\n")
"""
LOOK = """
import os, random, signal, sys, threading
import numpy as np, threadpoolctl
facts = {name: value for name, value in os.environ.items() if name not in ("FERBENCH_RUN_KEY", "JPY_PARENT_PID")}
private = facts.pop("JUPYTER_RUNTIME_DIR")
shell = get_ipython()
facts |= {"ipython": facts.pop("IPYTHONDIR") == private + "/ipython", "history": shell.history_manager.enabled}
facts |= {"profile": shell.profile_dir.location[len(private):], "cwd": os.getcwd(), "path": sys.path}
facts |= {"arguments": [a.replace(private, "") for a in sys.argv[1:3]], "main": sys.modules["__main__"].__name__}
facts |= {"leads": os.getsid(0) == os.getpgrp() == os.getpid(), "stdin": os.read(0, 1).decode()}
facts |= {"signals": {n: str(signal.getsignal(n)) for n in (1, 2, 10, 13, 14, 15, 17)}}
facts |= {"blocked": sorted(signal.pthread_sigmask(signal.SIG_BLOCK, [])), "umask": os.umask(0o22)}
facts |= {"threads": sorted(library["num_threads"] for library in threadpoolctl.threadpool_info())}
files = [f"/proc/self/fd/{f}" for f in os.listdir("/proc/self/fd")]
files = [os.readlink(file) for file in files if os.path.exists(file)]
facts |= {"files": sorted({f.split(":")[0].rpartition("/")[2] for f in files})}
chance = [random.random(), float(np.random.rand()), int(np.random.default_rng().integers(1 << 40))]
name = open("/proc/self/comm").read().strip()
"""


def test_a_forked_kernel_finds_what_an_ordinary_one_finds(project):
    project.notebook("01_look", LOOK, TELL + '\nopen("../chance", "a").write(json.dumps([name, chance]) + "\\n")')
    for warm in (WARM, False):
        assert [o.state for o in run(project, "- {notebook: 01_look, grid: {epochs: [1, 2]}}", warm)] == ["ok", "ok"]
    forked, second, ordinary, _ = told(project)
    for facts in (forked, second, ordinary):
        facts.pop("FERBENCH_RUN_DIR")
    for what in ordinary.keys() | forked.keys():
        assert forked.get(what) == ordinary.get(what) == second.get(what), what
    assert forked["leads"] and forked["ipython"] and not forked["history"] and forked["stdin"] == ""
    (first, chance), (_, other), (last, _), _ = told(project, "chance")
    assert (first, last) == ("ferbench-kernel", "python")
    assert not set(chance) & set(other)


def test_how_a_forked_kernel_ended_is_told(project):
    project.notebook("01_exits", "import os; os.write(2, b'farewell\\n'); os._exit(3)")
    project.notebook("02_crashes", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    project.notebook(
        "03_killed", "block = bytearray(300 << 20)\nimport os, time; time.sleep(1.2); os.kill(os.getpid(), 9)"
    )
    project.notebook("04_late", "import time; time.sleep(60)")
    project.notebook("05_raises", "1/0")
    names = ["01_exits", "02_crashes", "03_killed", "04_late", "05_raises"]
    outcomes = run(project, "".join(f"- {{notebook: {name}, timeout: 5}}\n" for name in names), jobs=2)
    assert [outcome.state for outcome in outcomes] == ["failed"] * 5
    errors = [project.read(name, "error.json") for name in names]
    kinds = ["KernelDied", "KernelDied", "KernelDied", "Timeout", "ZeroDivisionError"]
    assert [error["type"] for error in errors] == kinds
    assert [error["signal"] for error in errors] == [None, "SIGSEGV", "SIGKILL", None, None]
    assert "exit status 3" in errors[0]["message"] and "farewell" in errors[0]["log"]
    assert "memory had not run out" in errors[2]["message"] and errors[2]["peak_memory_mb"] > 300


@pytest.mark.parametrize("victim", ["kernel", "worker", "warm", "runner"])
def test_whoever_is_killed_the_kernel_and_its_children_die_with_it(project, surroundings, victim):
    project.notebook("01_long", _FAMILY, "import time; time.sleep(300 if epochs == 1 else 0)")
    project.suite("s", "runs:\n- {notebook: 01_long, grid: {epochs: [1, 2]}}")
    runner = subprocess.Popen(
        [sys.executable, "-P", "-c", _RUN], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    deadline = time.monotonic() + 60
    while not (project.root / "told").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    (facts,) = told(project)
    process = psutil.Process(facts["kernel"])
    family = {"kernel": process, "worker": process.parent(), "warm": process.parent().parent(), "runner": None}
    assert [p.name() for p in list(family.values())[:3]] == ["ferbench-kernel", "ferbench-worker", "ferbench-warm"]
    family["runner"] = family["warm"].parent()
    assert family["runner"].pid == runner.pid
    (project.root / "told").unlink()
    family[victim].kill()
    killed = time.monotonic()
    gone = [family["kernel"], family["worker"], *map(psutil.Process, facts["children"])]
    gone += [family["warm"]] if victim in ("warm", "runner") else []
    while any(alive(p) for p in gone) and time.monotonic() < killed + 10:
        time.sleep(0.005)
    assert not any(alive(p) for p in gone), [p for p in gone if alive(p)]
    took = time.monotonic() - killed
    words, _ = runner.communicate(timeout=60)
    print(f"{victim}: everything was gone after {took:.3f} s")
    (first,) = (folder for folder in (project.runs / "01_long").iterdir() if folder.name == facts["key"])
    assert not (first / "result.json").exists()
    if victim == "runner":
        assert not (first / "error.json").exists()
        while list(surroundings.glob("fb-*")) and time.monotonic() < killed + 10:
            time.sleep(0.02)
        return
    assert json.loads(words.splitlines()[-1]) == ["failed", "ok"]  # the next run has a kernel again
    error = json.loads((first / "error.json").read_text())
    assert error["signal"] == (None if victim == "warm" else "SIGKILL")
    assert "warm parent" in error["message"] or victim != "warm"
    assert error["type"] == ("KernelDied" if victim == "kernel" else "WorkerDied")
    assert not alive(family["warm"])


_FAMILY = """
import os, subprocess
hidden = {"PATH": os.environ["PATH"]}  # nothing that one could find them by
shell = subprocess.Popen(["sh", "-c", "sleep 300 & echo $!; wait"], stdout=subprocess.PIPE, env=hidden)
fork = os.fork()
if fork == 0:
    import time
    os.setsid()
    time.sleep(300)
    os._exit(0)
orphan = int(subprocess.run(["sh", "-c", "sleep 300 >/dev/null & echo $!"], stdout=subprocess.PIPE, env=hidden).stdout)
facts = {"kernel": os.getpid(), "children": [shell.pid, int(shell.stdout.readline()), fork, orphan]}
facts["key"] = os.environ["FERBENCH_RUN_KEY"]
import json, pathlib
if epochs == 1:
    pathlib.Path("../part").write_text(json.dumps(facts))
    pathlib.Path("../part").rename("../told")
"""
_RUN = """
import json
import os
import signal
from pathlib import Path
from fer_utils.batch.engine import execute_plan
from fer_utils.batch.plan import make_plan
from fer_utils.batch.suite import load_suite
runs = Path("reports/runs").resolve()
outcomes = execute_plan(make_plan(load_suite("s", Path("notebooks")), {}, runs), runs, 1, warm=("json",))
print(json.dumps([outcome.state for outcome in outcomes]))
"""


def alive(process):
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_where_a_library_starts_threads_kernels_are_started_and_one_line_says_so(project, monkeypatch):
    (project.root / "busy.py").write_text(
        "import threading\nthreading.Thread(target=lambda: threading.Event().wait()).start()"
    )
    (project.root / "hoarder.py").write_text("import os\nfile = open(os.devnull)")
    monkeypatch.setenv("PYTHONPATH", str(project.root))
    project.notebook("01_look", 'facts = open("/proc/self/comm").read()', TELL)
    for module, reason in (("busy", "2 threads run"), ("hoarder", "1 files stay open")):
        words = Words()
        outcomes = run(project, "- {notebook: 01_look, grid: {epochs: [1, 2]}}", (module,), progress=words)
        assert [outcome.state for outcome in outcomes] == ["ok", "ok"]
        assert [line for line in words.lines if "forked" in line] == [line for line in words.lines if reason in line]
        assert len([line for line in words.lines if reason in line]) == 1
    assert told(project) == ["python\n"] * 4


def test_ctrl_c_while_the_warm_parent_imports_ends_at_once(project, monkeypatch):
    modules = project.root / "modules"
    modules.mkdir()
    (modules / "slow.py").write_text("import pathlib, time\npathlib.Path('importing').touch()\ntime.sleep(300)")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(modules), os.environ.get("PYTHONPATH")])))
    project.notebook("01_toy")
    project.suite("s", "runs:\n- {notebook: 01_toy, grid: {epochs: [1, 2]}}")
    heeding = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)\n"
    program = heeding + _RUN.replace('"json"', '"slow"')
    runner = subprocess.Popen([sys.executable, "-P", "-c", program], stderr=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + 60
    while not (project.root / "importing").exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    (warm,) = psutil.Process(runner.pid).children()
    runner.send_signal(signal.SIGINT)
    assert runner.wait(timeout=10) != 0
    assert not alive(warm)
    assert {path.name for path in project.runs.glob("*/*/r*.*")} == {"run.log"}  # neither result nor error


def test_stopping_at_the_moment_in_which_the_warm_parent_is_started_does_not_wait_for_its_imports(project, monkeypatch):
    (project.root / "slow.py").write_text("import time\ntime.sleep(300)")
    started, popen = [], subprocess.Popen

    def on_a_busy_machine(*arguments, **options):
        time.sleep(0.5)
        started.append(popen(*arguments, **options))
        return started[0]

    monkeypatch.setattr(subprocess, "Popen", on_a_busy_machine)
    path = os.pathsep.join(filter(None, [str(project.root), os.environ.get("PYTHONPATH")]))
    parent = WarmParent({**os.environ, "PYTHONPATH": path}, ("slow",))
    with ThreadPoolExecutor() as pool:
        preparing = pool.submit(parent.prepare)
        time.sleep(0.1)
        parent.close()
        preparing.result(timeout=10)
    assert parent.closed and started[0].poll() is not None


class Words:
    """A progress that is read by a test."""

    def __init__(self):
        self.lines = []

    def say(self, words):
        self.lines.append(words)

    def __getattr__(self, name):
        return lambda *arguments, **options: None


def test_a_run_with_other_threads_gets_an_ordinary_kernel(project):
    project.notebook("01_look", 'facts = open("/proc/self/comm").read().strip()', TELL)
    outcomes = run(
        project, "- notebook: 01_look\n- {notebook: 01_look, name: x, threads: 7, parameters: {epochs: 2}}\n"
    )
    assert [outcome.state for outcome in outcomes] == ["ok", "ok"]
    assert told(project) == ["ferbench-kernel", "python"]


def test_only_notebooks_that_import_for_seconds_are_worth_a_warm_parent():
    assert imports_libraries(("import os, keras",)) and imports_libraries(("x = 1", "from fer_utils.runs import x"))
    assert not imports_libraries(("import os", "# import keras", "keras = 1", "from numpy import e"))


def test_many_runs_leave_no_process_file_thread_or_shared_memory(project, surroundings):
    project.notebook("01_quick", "import numpy")
    run(project, "- notebook: 01_quick")
    before = leftovers(surroundings)
    outcomes = run(project, f"- {{notebook: 01_quick, grid: {{epochs: {list(range(12))}}}}}", jobs=2)
    assert [outcome.state for outcome in outcomes] == ["ok"] * 12
    assert leftovers(surroundings) == before


OTHERS = ("sem.mem", "sem.loky", "loky", "sem.mp-")  # of joblib and Dask in tests before or beside this one


def leftovers(folder):
    """What a process may forget: children, open files, threads, sockets, shared memory, temporary files."""
    me = psutil.Process()
    return {
        "children": len(me.children(recursive=True)),
        "files": me.num_fds(),
        "threads": me.num_threads(),
        "shared memory": sorted(name.name for name in Path("/dev/shm").iterdir() if not name.name.startswith(OTHERS)),
        "temporary files": sorted(path.name for path in folder.glob("**/*")),
    }
