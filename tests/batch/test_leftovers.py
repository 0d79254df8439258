import json
import os
import time

import pytest
from click.testing import CliRunner

from fer_utils.batch.lock import lock_path, take_lock
from fer_utils.batch.plan import make_plan
from fer_utils.batch.suite import load_suite
from fer_utils.cli import main

USER = 'epochs = 1\nx = ""\n'


def gc(*arguments):
    return CliRunner().invoke(main, ["gc", *arguments])


def aged(path, days):
    """Makes a file or folder, and all in it, look as if nobody had touched it for so long."""
    then = time.time() - days * 86400
    for file in [*path.glob("**/*"), path]:
        os.utime(file, (then, then))


def everything(root):
    return sorted(path.relative_to(root).as_posix() for path in root.glob("**/*"))


@pytest.fixture
def repeated(project):
    """A run and one that needs it, each twice: as it was, and after a change."""
    project.suite("quick", "runs:\n- notebook: 02_uses\n")
    for cell in ("x = 1", "x = 2"):
        project.notebook("01_makes", cell)
        project.notebook("02_uses", cell, parameters=USER, needs=[{"notebook": "01_makes", "as": "x"}])
        store(project, created=cell)
    return project


def store(project, created="2026"):
    """Stores what the suite asks for as finished, as the runner does."""
    for run in make_plan(load_suite("quick", project.notebooks), {}, project.runs):
        run.directory.mkdir(parents=True)
        (run.directory / "key.json").write_text(json.dumps(run.identity))
        (run.directory / "result.json").write_text(json.dumps({"schema": 1, "created": created}))
    return run.directory


def test_without_delete_nothing_is_removed(repeated):
    before = everything(repeated.root)
    for arguments in ((), ("--dry-run",), ("--runs",), ("--older-than", "0")):
        answer = gc(*arguments)
        assert answer.exit_code == 0 and "removed with --delete" in answer.stdout, answer.output
    assert everything(repeated.root) == before
    assert gc("--delete", "--dry-run").exit_code == 2


def test_superseded_runs_go_only_when_asked_for(repeated):
    listed = gc("--delete")
    assert listed.stdout.count("superseded run") == 2 and listed.stdout.count("stays without --runs") == 2
    assert "more with --runs" in listed.stdout and len(list(repeated.runs.glob("*/*/result.json"))) == 4
    plan = CliRunner().invoke(main, ["plan"]).stdout
    removed = gc("--delete", "--runs")
    assert removed.exit_code == 0 and removed.stdout.count("; removed") == 2
    assert len(list(repeated.runs.glob("*/*/result.json"))) == 2
    assert CliRunner().invoke(main, ["plan"]).stdout == plan and "2 cached" in plan
    assert gc("--runs").stdout == "Nothing is left over.\n"


def test_what_a_kept_run_needs_is_kept(repeated):
    newest = make_plan(load_suite("quick", repeated.notebooks), {}, repeated.runs)[-1].directory
    identity = json.loads((newest / "key.json").read_text())
    for folder in (repeated.runs / "01_makes").iterdir():
        if f"01_makes/{folder.name}" not in identity["parts"]["needs"].values():
            older = folder
    identity["parts"]["needs"]["x"] = f"01_makes/{older.name}"
    (newest / "key.json").write_text(json.dumps(identity))
    gc("--delete", "--runs")
    assert older.exists()


def test_runs_by_hand_and_what_is_not_ours_stay(repeated):
    for name in ("01_makes/interactive-20261121-093000", "external/0123456789abcdef", "01_makes/notes"):
        (repeated.runs / name).mkdir(parents=True)
        (repeated.runs / name / "mine.txt").write_text("mine")
        aged(repeated.runs / name, 400)
    foreign = repeated.runs / "01_makes" / "copied"  # a copy under another name is not what its key says
    foreign.mkdir()
    (foreign / "key.json").write_bytes(next((repeated.runs / "01_makes").glob("*/key.json")).read_bytes())
    aged(foreign, 400)
    gc("--delete", "--runs", "--older-than", "0")
    assert len(list(repeated.runs.glob("*/*/mine.txt"))) == 3 and foreign.exists()


def unfinished(project, days):
    folder = store(project)
    (folder / "result.json").unlink()
    aged(folder, days)
    return folder


def test_an_unfinished_run_goes_when_it_can_never_be_continued(project):
    project.notebook("01_toy")
    project.suite("quick", "runs:\n- notebook: 01_toy\n")
    folder = unfinished(project, days=3)
    assert gc("--delete", "--runs").stdout == "Nothing is left over.\n"  # the next `ferbench run` continues it
    project.notebook("01_toy", "print('edited')")
    held = take_lock(lock_path(folder))
    assert "unfinished run" not in gc("--delete").stdout and folder.exists()  # somebody is at it
    held.release()
    aged(folder, 0)
    assert gc("--delete").stdout == "Nothing is left over.\n"  # it was only just left
    aged(folder, 3)
    assert "its notebook or code changed since; removed" in gc("--delete").stdout and not folder.exists()

    folder = unfinished(project, days=3)
    (project.notebooks / "01_toy.ipynb").unlink()
    assert "its notebook is gone; removed" in gc("--delete").stdout and not folder.exists()


def test_what_a_killed_writer_left_goes_and_the_result_stays(project):
    project.notebook("01_toy")
    project.suite("quick", "runs:\n- notebook: 01_toy\n")
    folder = store(project)
    (project.runs / ".locks").mkdir()
    (folder / "checkpoints" / "net").mkdir(parents=True)
    (folder / "checkpoints" / "net" / "epoch-0001.weights.h5").write_bytes(bytes(5_000_000))
    (folder / ".result.json.x7d").write_text("half")
    (project.runs / ".locks" / "01_toy-dead").write_text("process 1 on hal")
    answer = gc("--delete")
    assert "5.0 MB  checkpoints" in answer.stdout and answer.stdout.splitlines()[-1] == "5.0 MB removed"
    assert everything(folder) == ["key.json", "result.json"]
    assert not list((project.runs / ".locks").iterdir())


def test_old_caches_go_and_models_and_files_of_others_stay(project):
    cache = project.root / "cache"
    mine = ["digests/0123456789abcdef01234567.json", "prepared/0123456789abcdef/faces.npy"]
    mine += ["fer2013/0123456789abcdef01234567-v2/x.npy", "synthetic/.unfinished-ab_1/x", f"synthetic/{'a' * 16}/faces"]
    others = ["models/shape_predictor.dat", "prepared/thesis/chapter.tex", "synthetic/photos.zip", "letters/a.txt"]
    for name in (*mine, *others, "lint/0123456789abcdef.json"):
        (cache / name).parent.mkdir(parents=True, exist_ok=True)
        (cache / name).write_bytes(bytes(1000))
    (cache / "prepared" / ("b" * 16)).symlink_to(cache / "models")
    aged(cache, 50)
    os.utime(cache / "lint" / "0123456789abcdef.json")
    assert "cache" not in gc().stdout
    answer = gc("--older-than", "30", "--delete")
    assert answer.exit_code == 0 and answer.stdout.count("not used for 50 days; removed") == len(mine)
    assert answer.stdout.splitlines()[-1] == "5.0 KB removed"
    left = [name for name in everything(cache) if (cache / name).is_file() and "b" * 16 not in name]
    assert left == sorted([*others, "lint/0123456789abcdef.json"])
    assert (cache / "models" / "shape_predictor.dat").exists()


def test_a_run_that_begins_meanwhile_is_not_removed(repeated):
    folders = list(repeated.runs.glob("01_makes/*"))
    locks = [take_lock(lock_path(folder)) for folder in folders]
    answer = gc("--delete", "--runs")
    assert "01_makes" not in answer.stdout and all(folder.exists() for folder in folders)
    for lock in locks:
        lock.release()
