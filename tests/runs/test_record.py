import json

import pytest

from fer_utils.errors import RunError
from fer_utils.runs.record import read_run, read_runs


@pytest.fixture
def write(tmp_path):
    def write(folder="10_toy/k1", **files):
        directory = tmp_path / folder
        directory.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            content = content if isinstance(content, bytes) else json.dumps(content).encode()
            (directory / f"{name}.json").write_bytes(content)
        return directory

    return write


def test_a_run_is_what_its_files_say(write):
    ok = read_run(write("10_toy/a", result={"schema": 1, "models": []}))
    failed = read_run(write("10_toy/b", error={"schema": 1, "type": "ValueError"}))
    going = read_run(write("10_toy/c", parameters={}))
    assert [r.state for r in (ok, failed, going)] == ["ok", "failed", "unfinished"]
    assert (ok.notebook, ok.key) == ("10_toy", "a")
    assert ok.result["models"] == [] and ok.error == {}
    assert failed.error["type"] == "ValueError" and failed.result == {}
    assert going.result == going.error == {}


def test_a_run_without_predictions_has_empty_tables(write):
    record = read_run(write(result={"schema": 1, "predictions": None, "history": None}))
    assert record.predictions.empty and record.history.empty
    assert read_run(write("10_toy/unfinished")).predictions.empty


@pytest.mark.parametrize("name", ["result", "error"])
@pytest.mark.parametrize(
    "content",
    [b"", b"{", b'{"schema": 1', b"\xff\xfe", b"[]", b"null", b"{}", b'{"schema": 2}', b'{"schema": "1"}'],
)
def test_a_broken_record_is_a_failure_that_names_its_file(write, name, content):
    record = read_run(write(**{name: content}))
    assert record.state == "failed" and record.result == {}
    assert record.error["type"] == "unreadable record" and f"{name}.json" in record.error["message"]


def test_a_folder_in_the_place_of_a_file_is_a_failure_too(write):
    directory = write()
    (directory / "result.json").mkdir()
    assert read_run(directory).state == "failed"


def test_all_runs_are_found_in_order_and_nothing_else(write, tmp_path):
    for folder in ("b/2", "a/1", "b/1", ".ipynb_checkpoints/x", "a/.ipynb_checkpoints"):
        write(folder, result={"schema": 1})
    (tmp_path / "README.md").write_text("no run")
    (tmp_path / "a" / "note.txt").write_text("no run")
    assert [(r.notebook, r.key) for r in read_runs(tmp_path)] == [("a", "1"), ("b", "1"), ("b", "2")]


def test_no_runs_folder_is_no_runs_and_a_file_is_a_mistake(tmp_path):
    assert read_runs(tmp_path / "nowhere") == []
    (tmp_path / "file").write_text("")
    with pytest.raises(RunError, match="the runs folder is a file"):
        read_runs(tmp_path / "file")
