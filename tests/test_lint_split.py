"""`ferbench lint-split`, as a reader uses it on somebody else's split."""

import json

import pytest
from click.testing import CliRunner

from fer_utils.cli import main

HEADER = "id,subject,sequence,split\n"
CLEAN = HEADER + "a,S1,q1,train\nb,S2,q2,val\nc,S3,q3,test\n"
LEAKING = CLEAN + "d,S1,q4,test\n"
UNKNOWN = CLEAN + "d,,q4,test\n"


@pytest.fixture
def ferbench(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))

    def call(content, *options, name="split.csv"):
        (tmp_path / "split.csv").write_text(content)
        return CliRunner().invoke(main, ["lint-split", name, *options])

    return call


@pytest.mark.parametrize(
    ("content", "verdict", "status", "strictly"),
    [(CLEAN, "clean", 0, 0), (UNKNOWN, "cannot vouch", 0, 1), (LEAKING, "error", 1, 1)],
)
def test_the_exit_status_follows_the_verdict(ferbench, content, verdict, status, strictly):
    answer = ferbench(content)
    assert answer.exit_code == status and f"Linter: {verdict}" in answer.stdout
    assert ferbench(content, "--strict").exit_code == strictly


def test_it_says_who_is_on_both_sides_and_what_to_do(ferbench):
    said = ferbench(LEAKING).stdout
    assert said.startswith("split.csv: 4 images, 1 fold; rows: 1 train, 1 validation, 2 test")
    assert "error: shared subjects" in said and "such as S1" in said and "divide people, not images" in said
    assert "note: without pictures: identical images and near-duplicates were not looked for" in said


def test_json_has_the_same_findings(ferbench):
    answer = ferbench(LEAKING, "--json")
    stored = json.loads(answer.stdout)
    assert answer.exit_code == 1 and stored["verdict"] == "error" and stored["rows"]["test"] == 2
    assert [finding["rule"] for finding in stored["findings"]] == ["shared subjects"] and len(stored["notes"]) == 1


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        (CLEAN, "splt.csv", "splt.csv: no such file. Did you mean 'split.csv'?"),
        (CLEAN.replace("val", "vla"), "split.csv", "split.csv, line 3: split 'vla'"),
        (CLEAN.replace("subject", "sbject"), "split.csv", "no column 'subject'"),
    ],
)
def test_a_table_that_cannot_be_read_is_a_mistake_of_status_2(ferbench, content, name, words):
    answer = ferbench(content, name=name)
    assert answer.exit_code == 2 and words in answer.stderr and "Traceback" not in answer.output
