import json
import threading
import time

from click.testing import CliRunner

from fer_utils.batch import watch
from fer_utils.batch.engine import execute_plan
from fer_utils.batch.lock import is_held, lock_path, take_lock
from fer_utils.batch.plan import make_plan
from fer_utils.batch.suite import load_suite
from fer_utils.cli import main

TRAIN = """
import os, pathlib, time
folder = pathlib.Path(os.environ["FERBENCH_RUN_DIR"]) / "checkpoints" / "net-fold0-seed0"
folder.mkdir(parents=True)
for epoch in range(1, epochs + 1):
    with (folder / "history.csv").open("a") as curve:
        curve.write("epoch,loss\\n" * (epoch == 1) + f"{epoch},0.5\\n")
    while epoch == 2 and not pathlib.Path("../go").exists():
        time.sleep(0.05)
"""


def start(project, name, directory):
    """Makes what a runner makes before a run; returns its lock."""
    directory = project.runs / name / directory
    directory.mkdir(parents=True)
    identity = {"key": directory.name, "notebook": name, "suite": "s", "label": f"my {name}"}
    (directory / "key.json").write_text(json.dumps({**identity, "parts": {"parameters": {}}}))
    (directory / "parameters.json").write_text('{"epochs": 24}')
    return directory, take_lock(lock_path(directory))


def test_asking_whether_a_lock_is_held_does_not_take_it(tmp_path):
    path = tmp_path / "lock"
    assert not is_held(path)
    lock = take_lock(path)
    assert is_held(path) and is_held(path)
    lock.release()
    assert not is_held(path)
    take_lock(path).release()


def test_what_runs_is_told_with_its_epoch(project):
    directory, lock = start(project, "13_net", "k1")
    (run,) = watch.running(project.runs)
    assert run.label == "my 13_net" and run.epoch == "" and run.seconds < 60
    training = directory / "checkpoints" / "net-fold0-seed0"
    (training / "rate-0.1").mkdir(parents=True)
    (training / "rate-0.1" / "history.csv").write_text("epoch,loss\n1,0.5\n")
    (run,) = watch.running(project.runs)
    assert run.epoch == "epoch 1 (net-fold0-seed0/rate-0.1)"  # a trial, shorter than the training that counts
    time.sleep(0.02)
    (training / "history.csv").write_text("epoch,loss\n" + "1,0.5\n" * 7)
    (run,) = watch.running(project.runs)
    assert str(run).startswith("running  my 13_net  0:0") and str(run).endswith("  epoch 7 of 24 (net-fold0-seed0)")
    assert "0 unfinished, 1 running" in CliRunner().invoke(main, ["status"]).stdout
    lock.release()
    assert watch.running(project.runs) == []
    assert "1 unfinished" in CliRunner().invoke(main, ["status"]).stdout


def test_a_lock_whose_holder_was_killed_is_nothing_that_runs(project):
    (project.runs / ".locks").mkdir(parents=True)
    (project.runs / ".locks" / "01_toy-k").write_text("process 1 on hal since 2026-11-21 09:30:00")
    assert watch.running(project.runs) == []


def test_following_a_campaign_tells_of_its_epochs_and_how_it_ends(project, monkeypatch):
    monkeypatch.setattr(watch, "LOOK", 0.05)
    project.notebook("01_good", TRAIN, parameters="epochs = 3\n")
    project.notebook("02_bad", "1/0")
    project.suite("s", "runs:\n- notebook: 01_good\n- notebook: 02_bad\n")
    plan = make_plan(load_suite("s", project.notebooks), {}, project.runs)
    campaign = threading.Thread(target=execute_plan, args=(plan, project.runs), kwargs={"jobs": 1})
    campaign.start()
    while not watch.running(project.runs):
        time.sleep(0.01)
    lines = []

    def say(line):
        lines.append(line)
        if "epoch 2 of 3" in line:
            (project.root / "go").touch()

    watch.follow(project.runs, say)
    campaign.join()
    told = [" ".join(line.split()) for line in lines]
    assert any("running 01_good" in line and line.endswith("epoch 2 of 3 (net-fold0-seed0)") for line in told)
    order = [next(i for i, line in enumerate(told) if line.startswith(words)) for words in ("ok 01_good", "failed 02")]
    assert order == sorted(order) and told[-1] == "Nothing runs."


def test_following_nothing_ends_at_once(project, monkeypatch):
    monkeypatch.setattr(watch, "LOOK", 0.01)
    answer = CliRunner().invoke(main, ["status", "--follow"])
    assert (answer.exit_code, answer.stdout) == (0, "Nothing runs.\n")
