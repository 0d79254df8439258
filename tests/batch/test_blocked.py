"""What is behind a failure: told as blocked, with its cause, on disk, in the status, and until it is mended."""

import errno
import json
import os

import pytest
from click.testing import CliRunner

from fer_utils.batch import blocked
from fer_utils.cli import main
from fer_utils.report.collect import collect

USER = 'epochs = 1\nbefore = ""\n'


@pytest.fixture
def broken(project):
    project.notebook("01_makes", "1/0")
    project.notebook("02_uses", parameters=USER, needs=[{"notebook": "01_makes", "as": "before"}])
    project.notebook("03_ends", parameters=USER, needs=[{"notebook": "02_uses", "as": "before"}])
    project.notebook("04_apart")
    project.suite("quick", "runs:\n- notebook: 03_ends\n- notebook: 04_apart\n")
    return project


def ferbench(*arguments):
    return CliRunner().invoke(main, list(arguments))


def test_a_failure_blocks_what_needs_it_and_nothing_else(broken):
    answer = ferbench("run", "-j", "1")
    assert answer.exit_code == 1 and answer.stdout.strip() == "1 ok, 1 failed, 2 blocked"
    assert "failed: 02_uses: BlockedBy: blocked by 01_makes, which failed" in answer.stderr
    for name, cause in (("02_uses", "01_makes, which failed"), ("03_ends", "02_uses, which is blocked itself")):
        error = broken.read(name, "error.json")
        assert error["type"] == "BlockedBy" and f"blocked by {cause}" in error["message"]
        assert not (broken.only_run(name) / "result.json").exists()
    status = ferbench("status").stdout
    assert "1 ok, 1 failed, 0 unfinished, 2 blocked" in status
    assert status.count("\nblocked ") == 2 and "blocked by 01_makes, which failed" in status
    kinds = {failure.record.notebook: failure.kind for failure in collect(broken.runs).failures}
    assert kinds["02_uses"] == kinds["03_ends"] == "BlockedBy"
    assert ferbench("plan").stdout.count("blocked by 0") == 2

    # left alone: what failed stays, and what it blocks was never tried, so it is blocked again
    left = ferbench("run", "--no-retry-failed")
    assert left.exit_code == 1 and left.stdout.strip() == "1 cached, 1 skipped, 2 blocked"
    assert "which failed earlier and was skipped" in broken.read("02_uses", "error.json")["message"]

    # tried again alone: neither what is there nor what is new runs
    broken.notebook("04_apart", "print('edited')")
    again = ferbench("run", "--retry-failed", "-j", "1")
    assert again.exit_code == 1 and again.stdout.strip() == "1 failed, 2 blocked"


def test_a_mended_cause_frees_what_it_blocked(broken, monkeypatch):
    broken.notebook("01_makes", "import os\nassert os.environ.get('MENDED')")
    broken.suite("quick", "runs:\n- notebook: 02_uses\n")
    assert ferbench("run").stdout.strip() == "1 failed, 1 blocked"
    monkeypatch.setenv("MENDED", "1")
    answer = ferbench("run", "--retry-failed")
    assert answer.exit_code == 0 and answer.stdout.strip() == "2 ok"
    assert not (broken.only_run("02_uses") / "error.json").exists()
    nothing = ferbench("run", "--retry-failed")
    assert nothing.exit_code == 0 and "Nothing failed earlier" in nothing.stdout


def test_force_over_a_broken_cause_does_not_take_a_result_away(broken, monkeypatch):
    broken.notebook("01_makes", "import os\nassert os.environ.get('MENDED')")
    broken.suite("quick", "runs:\n- notebook: 02_uses\n")
    monkeypatch.setenv("MENDED", "1")
    assert ferbench("run").exit_code == 0
    monkeypatch.delenv("MENDED")
    assert ferbench("run", "--force").stdout.strip() == "1 failed, 1 blocked"
    assert broken.read("02_uses", "result.json") and not (broken.only_run("02_uses") / "error.json").exists()


def test_a_full_disk_does_not_stop_the_telling(broken, monkeypatch):
    def full(path, content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr(blocked, "write_atomically", full)
    answer = ferbench("run", "-j", "1")
    assert answer.exit_code == 1 and answer.stdout.strip() == "1 ok, 1 failed, 2 blocked"
    assert "blocked by 01_makes" in answer.stderr and "Traceback" not in answer.output


def test_the_cause_is_in_the_identity_of_the_blocked_run(broken):
    ferbench("run", "--only", "02_uses")
    (cause,) = (broken.runs / "01_makes").iterdir()
    identity = json.loads((broken.only_run("02_uses") / "key.json").read_text())
    assert identity["parts"]["needs"] == {"before": f"01_makes/{cause.name}"}
