"""How much of eight workers a campaign on Dask uses, with notebooks that sleep."""

import os
import time

import pytest

from fer_utils.batch.engine import execute_plan
from fer_utils.batch.plan import make_plan
from fer_utils.batch.suite import load_suite

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3600)]
RUNS, WORKERS, SLEEP = 64, 8, 30  # seconds: a short notebook


def test_eight_workers_do_the_work_of_seven_at_least(project, monkeypatch, capsys):
    distributed = pytest.importorskip("distributed")
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    project.notebook("01_sleep", f"import time; time.sleep({SLEEP})")
    project.suite("s", f"runs:\n- {{notebook: 01_sleep, grid: {{epochs: {list(range(RUNS))}}}}}")
    runs = make_plan(load_suite("s", project.notebooks), {}, project.runs)
    load = os.getloadavg()[0]
    with distributed.LocalCluster(
        n_workers=WORKERS, threads_per_worker=1, processes=True, dashboard_address=None
    ) as cluster:
        started = time.monotonic()
        outcomes = execute_plan(runs, project.runs, cluster=cluster.scheduler_address, warm=("json",))
        seconds = time.monotonic() - started
    assert [outcome.state for outcome in outcomes] == ["ok"] * RUNS
    efficiency = RUNS * SLEEP / (WORKERS * seconds)
    with capsys.disabled():
        print(
            f"\n{RUNS} notebooks of {SLEEP} s on {WORKERS} workers, {os.cpu_count()} cores, load {load:.1f}:", end=" "
        )
        print(f"{seconds:.0f} s, efficiency {efficiency:.2f}")
    assert efficiency >= 0.9
