"""Campaigns on a Dask cluster, with real schedulers and workers as processes of this machine."""

import json
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from fer_utils.batch.cluster import connect, read_cluster
from fer_utils.batch.engine import execute_plan
from fer_utils.batch.plan import make_plan
from fer_utils.batch.progress import Progress
from fer_utils.batch.suite import load_suite
from fer_utils.errors import ParameterError

NOT_INSTALLED = "Dask is not installed: python -m pip install -e '.[cluster]'"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "expected 'cluster: SLURMCluster'"),
        ("cluster: [", "cannot be read as YAML"),
        ("cluster: SLURMClster", "Did you mean 'SLURMCluster'"),
        ("{cluster: SSHCluster, option: {}}", "Did you mean 'options'"),
        ("{cluster: SSHCluster, options: [a]}", "must be 'key: value' lines"),
        ("{cluster: SLURMCluster, jobs: 0}", "'jobs' must be a whole number"),
        ("{cluster: os.system}", "no cluster 'os.system'"),
    ],
)
def test_a_mistake_in_the_description_of_a_cluster_is_named(tmp_path, text, words):
    (tmp_path / "c.yaml").write_text(text)
    with pytest.raises(ParameterError, match=words.replace("(", r"\(")):
        read_cluster(tmp_path / "c.yaml")


def test_a_description_of_a_cluster_is_read(tmp_path):
    (tmp_path / "c.yaml").write_text("cluster: SLURMCluster\njobs: 4\noptions: {cores: 2, memory: 8GB}\n")
    assert read_cluster(tmp_path / "c.yaml") == {
        "cluster": "SLURMCluster",
        "options": {"cores": 2, "memory": "8GB"},
        "jobs": 4,
    }
    with pytest.raises(ParameterError, match="cannot be read"):
        read_cluster(tmp_path / "missing.yaml")


def test_without_dask_the_message_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ParameterError, match=r"'distributed'.*\[cluster\]"):
        connect("tcp://localhost:1")


def test_a_described_cluster_is_started_and_computes(tmp_path):
    pytest.importorskip("distributed", reason=NOT_INSTALLED)
    options = "{n_workers: 1, threads_per_worker: 3, processes: false, dashboard_address: ':0'}"
    (tmp_path / "c.yaml").write_text(f"cluster: LocalCluster\noptions: {options}\n")
    client, started = connect(str(tmp_path / "c.yaml"))
    try:
        assert sum(client.nthreads().values()) == 3 and client.submit(max, 2, 5).result(timeout=30) == 5
    finally:
        client.close()
        started.close()


@pytest.fixture
def cluster(project, monkeypatch):
    """A scheduler and two workers; yields its address and the workers' processes."""
    pytest.importorskip("distributed", reason=NOT_INSTALLED)
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    options = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": project.root}
    file = project.root / "scheduler.json"
    quiet = ["--no-dashboard", "--scheduler-file", str(file)]
    scheduler_program, worker_program = (
        f"from distributed.cli.dask_{kind} import main; main()" for kind in ("scheduler", "worker")
    )
    scheduler = subprocess.Popen([sys.executable, "-P", "-c", scheduler_program, *quiet, "--port", "0"], **options)
    deadline = time.monotonic() + 60
    while not file.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    worker = [
        sys.executable,
        "-P",
        "-c",
        worker_program,
        *quiet,
        "--nthreads",
        "1",
        "--no-nanny",
        "--resources",
        "GPU=1",
    ]
    workers = [subprocess.Popen(worker, **options) for _ in range(2)]
    time.sleep(0.2)
    yield json.loads(file.read_text())["address"], workers
    for process in (*workers, scheduler):
        process.kill()
        process.wait()


def plan(project):
    return make_plan(load_suite("s", project.notebooks), {}, project.runs)


DIGEST = """
import hashlib, os, pathlib, time
time.sleep(1)
digest = hashlib.sha256(str(epochs).encode() * 1000).hexdigest()
(pathlib.Path(os.environ["FERBENCH_RUN_DIR"]) / "digest").write_text(digest)
"""
WHO = "import os\nopen('../told', 'a').write(f'{epochs} {os.getpid()} {os.getppid()}\\n')"


def test_a_campaign_on_a_cluster_stores_what_a_local_one_stores(project, cluster):
    address, _ = cluster
    project.notebook("01_good", WHO)
    project.notebook("02_bad", "1/0")
    project.notebook("03_needs", needs=[{"notebook": "02_bad", "as": "data"}])
    project.suite(
        "s", "runs:\n- {notebook: 01_good, grid: {epochs: [1, 2, 3]}}\n- notebook: 02_bad\n- notebook: 03_needs"
    )
    outcomes = execute_plan(plan(project), project.runs, cluster=address, warm=("json",))
    assert [outcome.state for outcome in outcomes] == ["ok", "ok", "ok", "failed", "blocked"]
    assert sorted(line.split()[0] for line in (project.root / "told").read_text().splitlines()) == ["1", "2", "3"]
    assert project.read("02_bad", "error.json")["type"] == "ZeroDivisionError"
    assert not list(project.runs.glob(".locks/*"))
    assert [o.state for o in execute_plan(plan(project)[:3], project.runs, cluster=address)] == ["cached"] * 3


def test_a_lost_machine_costs_only_what_ran_there(project, cluster):
    address, workers = cluster
    project.notebook("01_slow", WHO, "import time; time.sleep(3)")
    project.suite("s", "runs:\n- {notebook: 01_slow, grid: {epochs: [1, 2, 3]}}")
    runner = subprocess.Popen(
        [sys.executable, "-P", "-c", RUN, address], cwd=project.root, stdout=subprocess.PIPE, text=True
    )
    told = project.root / "told"
    deadline = time.monotonic() + 90
    while not (told.exists() and told.read_text().strip()) and time.monotonic() < deadline:
        time.sleep(0.05)
    (_, kernel, _), *_ = (line.split() for line in told.read_text().splitlines())
    machine = next(w for w in workers if psutil.Process(int(kernel)) in psutil.Process(w.pid).children(recursive=True))
    machine.kill()
    words, _ = runner.communicate(timeout=120)
    assert json.loads(words.splitlines()[-1]) == ["ok", "ok", "ok"]
    begun = sorted(line.split()[0] for line in told.read_text().splitlines())
    assert len(begun) <= 4 and set(begun) == {"1", "2", "3"}  # at most the one that ran there, twice
    assert not psutil.pid_exists(int(kernel))


def test_a_campaign_that_loses_one_of_four_workers_ends_as_one_on_this_machine(project):
    distributed = pytest.importorskip("distributed", reason=NOT_INSTALLED)
    project.notebook("01_digest", WHO, DIGEST, parameters="epochs = 3\nwhere = ''")
    told = project.root / "told"

    def campaign(where, **options):
        grid = f"{{epochs: {list(range(12))}, where: [{where}]}}"
        project.suite("s", f"runs:\n- {{notebook: 01_digest, grid: {grid}}}")
        outcomes = execute_plan(plan(project), project.runs, warm=("json",), **options)
        assert [outcome.state for outcome in outcomes] == ["ok"] * 12, [outcome.error for outcome in outcomes]
        return [(outcome.run.directory / "digest").read_text() for outcome in outcomes]

    undisturbed = campaign("here")
    told.unlink()
    killed = []

    class Killer(Progress):
        def ended(self, outcome):
            """Kills the worker that runs the notebook which began last, when a third is done."""
            if killed or len(told.read_text().splitlines()) < 5:
                return
            kernel = int(told.read_text().splitlines()[-1].split()[1])
            for worker in workers.workers.values():
                process = psutil.Process(worker.pid)
                if kernel in [child.pid for child in process.children(recursive=True)]:
                    process.kill()
                    killed.append(kernel)

    with distributed.LocalCluster(n_workers=4, threads_per_worker=1, processes=True, dashboard_address=None) as workers:
        disturbed = campaign("cluster", cluster=workers.scheduler_address, progress=Killer(None))
    assert killed and not psutil.pid_exists(killed[0])
    assert disturbed == undisturbed and len(set(disturbed)) == 12
    begun = [line.split()[0] for line in told.read_text().splitlines()]
    assert len(begun) <= 13 and len(set(begun)) == 12  # at most the one that ran there, twice
    assert not list(project.runs.glob(".locks/*")) and not list(project.runs.glob("*/*/error.json"))


def test_ctrl_c_stops_the_kernels_on_all_machines(project, cluster):
    address, _ = cluster
    project.notebook("01_slow", WHO, "import time; time.sleep(300)")
    project.suite("s", "runs:\n- {notebook: 01_slow, grid: {epochs: [1, 2, 3]}}")
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background it is ignored, and inherited
    runner = subprocess.Popen([sys.executable, "-P", "-c", RUN, address], cwd=project.root, stderr=subprocess.DEVNULL)
    signal.signal(signal.SIGINT, handler)
    told = project.root / "told"
    deadline = time.monotonic() + 90
    while not (told.exists() and len(told.read_text().splitlines()) == 2) and time.monotonic() < deadline:
        time.sleep(0.05)
    kernels = [int(line.split()[1]) for line in told.read_text().splitlines()]
    runner.send_signal(signal.SIGINT)
    assert runner.wait(timeout=60) != 0
    while any(map(psutil.pid_exists, kernels)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(psutil.pid_exists, kernels))
    assert not list(project.runs.glob("*/*/result.json")) and not list(project.runs.glob("*/*/error.json"))
    assert len(told.read_text().splitlines()) == 2 and os.path.isdir(project.runs)  # noqa: PTH112


RUN = """
import json, sys
from pathlib import Path
from fer_utils.batch.engine import execute_plan
from fer_utils.batch.plan import make_plan
from fer_utils.batch.suite import load_suite
runs = Path("reports/runs").resolve()
outcomes = execute_plan(make_plan(load_suite("s", Path("notebooks")), {}, runs), runs, cluster=sys.argv[1])
print(json.dumps([outcome.state for outcome in outcomes]))
"""
