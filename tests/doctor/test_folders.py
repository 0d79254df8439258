import json
import tempfile
from types import SimpleNamespace

import pytest

from fer_utils.doctor import folders


@pytest.mark.parametrize(
    ("check", "variable", "state"),
    [(folders.runs, "FERBENCH_RUNS", "missing"), (folders.cache, "FERBENCH_CACHE", "warning")],
)
def test_a_folder_that_cannot_be_written_to_is_named_with_the_way_out(check, variable, state, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv(variable, str(tmp_path / "file" / "below"))
    answer = check()
    assert answer.state == state and f"{tmp_path}/file/below cannot be written to" in answer.found
    assert answer.mend.startswith(f"export {variable}=")


def test_nothing_is_made_by_looking(tmp_path):
    assert folders.runs().state == folders.cache().state == "ok"
    assert "made at the first run" in folders.runs().found
    assert list(tmp_path.iterdir()) == []


def test_without_a_temporary_folder_kernels_cannot_run(monkeypatch):
    def none():
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", none)
    assert folders.temporary().state == "missing" and "TMPDIR" in folders.temporary().mend


def test_little_space_is_warned_of(monkeypatch):
    monkeypatch.setattr(folders.shutil, "disk_usage", lambda folder: SimpleNamespace(free=1.5e9))
    for check in (folders.runs, folders.cache, folders.temporary):
        assert check().state == "warning" and "1.5 GB free" in check().found and "less than 2 GB" in check().found


def test_the_runs_folder_counts_its_records(tmp_path):
    for key, files in {"a": {"result.json": {"schema": 1}}, "b": {"error.json": {"schema": 1}}, "c": {}}.items():
        (tmp_path / "runs" / "01_toy" / key).mkdir(parents=True)
        for name, content in files.items():
            (tmp_path / "runs" / "01_toy" / key / name).write_text(json.dumps(content))
    answer = folders.runs()
    assert answer.state == "warning" and "1 ok, 1 failed, 1 unfinished" in answer.found
    assert answer.mend == "ferbench status"
