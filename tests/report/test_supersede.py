import json

import pytest

from fer_utils.report.supersede import current
from fer_utils.runs.record import RunRecord


@pytest.fixture
def record(tmp_path):
    def make(key, state, created, **parameters):
        directory = tmp_path / "13_mini_xception" / key
        directory.mkdir(parents=True)
        if parameters:
            (directory / "key.json").write_text(json.dumps({"parts": {"parameters": parameters}}))
        told = {"created": f"2026-01-{created:02d}T00:00:00Z"}
        return RunRecord(directory, state, told if state == "ok" else {}, told if state == "failed" else {})

    return make


def keys(records):
    return [record.key for record in current(records)]


def test_a_repeated_run_replaces_the_one_of_older_code(record):
    assert keys([record("new", "ok", 2, epochs=1), record("old", "ok", 1, epochs=1)]) == ["new"]


def test_other_parameters_are_another_run(record):
    assert keys([record("one", "ok", 1, epochs=1), record("two", "ok", 2, epochs=2)]) == ["one", "two"]


def test_a_failure_is_forgotten_after_a_success_and_told_after_a_change(record):
    before, good, after = (
        record("a", "failed", 1, epochs=1),
        record("b", "ok", 2, epochs=1),
        record("c", "failed", 3, epochs=1),
    )
    assert keys([before, good]) == ["b"]
    assert keys([before, good, after]) == ["b", "c"]


def test_runs_by_hand_and_without_a_key_always_count(record):
    assert keys([record("interactive-1", "ok", 1), record("interactive-2", "ok", 2)]) == [
        "interactive-1",
        "interactive-2",
    ]
