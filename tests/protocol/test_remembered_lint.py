import numpy as np
import pytest

from fer_utils.protocol import Protocol, remembered_lint
from fer_utils.protocol.linter import lint
from fer_utils.protocol.remembered_lint import lint_once
from fer_utils.protocol.subject_splits import subject_kfold


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def table(faces):
    table = faces(subjects=10)
    table.images[7] = table.images[0]  # one picture of two people
    return table


def test_what_was_found_before_is_read_and_is_the_same(table, monkeypatch):
    folds = subject_kfold(table)
    first = lint_once(table, folds)
    assert first == lint(table, folds, near=True) and first.verdict == "warning"

    def refuse(*_, **__):
        raise AssertionError("linted again")

    monkeypatch.setattr(remembered_lint, "lint", refuse)
    assert lint_once(table, folds) == first


def test_another_division_or_other_sequences_are_linted_anew(table):
    folds = subject_kfold(table)
    lint_once(table, folds)
    assert len(lint_once(table, folds[:3]).notes) > len(lint_once(table, folds).notes)  # rows that no fold tests
    table.rows["sequence"] = "one"
    assert lint_once(table, folds).verdict == "error"


@pytest.mark.parametrize("content", ["", "{", "[]", '{"findings": [{"level": 3}], "notes": []}', '{"findings": []}'])
def test_a_damaged_memory_is_replaced(table, cache, content):
    folds = subject_kfold(table)
    first = lint_once(table, folds)
    (stored,) = (cache / "lint").iterdir()
    stored.write_text(content)
    assert lint_once(table, folds) == first
    assert stored.read_text() != content


def test_a_protocol_looks_for_near_duplicates_before_anything_is_trained(faces):
    table = faces(subjects=10)
    brighter = np.clip(table.images[0].astype(int) + 10, 0, 255).astype(np.uint8)
    table.images[7] = brighter
    found = Protocol.for_table(table).split(table).lint
    assert "near-duplicates" in {finding.rule for finding in found.findings}
