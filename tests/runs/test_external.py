import hashlib
import json

import pytest

from fer_utils.errors import ParameterError, UserError
from fer_utils.protocol import Protocol
from fer_utils.runs.external import store_external
from fer_utils.runs.record import read_run, read_runs
from fer_utils.runs.template import prediction_form


@pytest.fixture
def split(faces):
    table = faces()
    return Protocol.for_table(table, "three-drop", folds=2).split(table)


@pytest.fixture
def file(split, tmp_path):
    path = tmp_path / "mine.csv"
    prediction_form(split).assign(y_pred="neutral").to_csv(path, index=False)
    return path


def test_the_record_is_a_run_that_says_what_nobody_can_vouch_for(split, file, tmp_path):
    directory, new = store_external(file, split, tmp_path / "runs", "My ResNet", "CNN", "ImageNet weights", 11_000_000)
    record = read_run(directory)
    assert new and record.state == "ok" and record.external and record.notebook == "external"
    assert record.result["protocol"] == json.loads(json.dumps(split.to_dict()))
    told = record.result["parameters"]
    assert told["file"] == "mine.csv" and told["file_sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert told["not_vouched_for"][0] == "training data"
    (model,) = record.result["models"]
    assert [model[key] for key in ("title", "family", "notes", "parameters")] == [
        *("My ResNet", "CNN", "ImageNet weights"),
        11_000_000,
    ]
    assert record.result["provenance"]["python"]


def test_the_true_classes_are_joined_from_our_table(split, file, tmp_path):
    directory, _ = store_external(file, split, tmp_path / "runs", "constant")
    table = read_run(directory).predictions
    for number, fold in enumerate(split.folds):
        here = table[table["fold"] == number]
        assert list(here["y_true"]) == [split.classes[y] for y in split.y[fold.test]]
        assert list(here["subject"]) == list(split.table.subject[fold.test])
    assert set(table["y_pred"]) == {"neutral"}


def test_the_same_file_is_stored_once_and_another_description_anew(split, file, tmp_path):
    root = tmp_path / "runs"
    first, new = store_external(file, split, root, "one")
    stored = (first / "result.json").read_bytes()
    assert new and store_external(file, split, root, "one") == (first, False)
    assert (first / "result.json").read_bytes() == stored
    assert store_external(file, split, root, "two")[1] and store_external(file, split, root, "one", notes="why")[1]
    assert len(read_runs(root)) == 3


def test_an_attempt_that_was_cut_off_is_made_anew(split, file, tmp_path):
    directory, _ = store_external(file, split, tmp_path / "runs", "one")
    (directory / "result.json").unlink()
    assert store_external(file, split, tmp_path / "runs", "one") == (directory, True)


@pytest.mark.parametrize(
    "words",
    [{"name": ""}, {"name": " "}, {"name": "a\nb"}, {"name": "x" * 81}, {"name": "a", "notes": "\x1b[2J"}],
)
def test_a_name_that_would_break_a_table_is_refused(split, file, tmp_path, words):
    with pytest.raises(ParameterError, match="one line of at most"):
        store_external(file, split, tmp_path / "runs", **words)
    assert not (tmp_path / "runs").exists()


def test_a_wrong_file_leaves_no_record(split, file, tmp_path):
    file.write_text(file.read_text().replace("neutral", "neutrl"))
    with pytest.raises(UserError):
        store_external(file, split, tmp_path / "runs", "one")
    assert not (tmp_path / "runs").exists()
