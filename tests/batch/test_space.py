import pytest
from click.testing import CliRunner

from fer_utils.batch.space import check_space
from fer_utils.cli import main
from fer_utils.errors import RunError


def test_a_disk_with_less_than_a_campaign_needs_is_named_with_both_figures(tmp_path):
    check_space(tmp_path / "not" / "there" / "yet", need=1)
    with pytest.raises(RunError, match=r"yet: [\d,]+ MB are free on this disk, and runs need at least [\d,]{10,} MB"):
        check_space(tmp_path / "not" / "there" / "yet", need=10**18)


def test_nothing_starts_on_a_full_disk_but_what_is_there_is_still_counted(project, monkeypatch):
    project.notebook("01_toy")
    project.suite("quick", "runs:\n- notebook: 01_toy")
    full = ("fer_utils.batch.space.shutil.disk_usage", lambda folder: type("Usage", (), {"free": 5_000_000}))
    with monkeypatch.context() as patch:
        patch.setattr(*full)
        answer = CliRunner().invoke(main, ["run"])
        assert answer.exit_code == 2 and "Traceback" not in answer.output and not project.runs.exists()
        assert "5 MB are free" in answer.stderr and "FERBENCH_RUNS" in answer.stderr
    assert CliRunner().invoke(main, ["run"]).exit_code == 0
    monkeypatch.setattr(*full)
    cached = CliRunner().invoke(main, ["run"])
    assert (cached.exit_code, cached.stdout) == (0, "1 cached\n")
