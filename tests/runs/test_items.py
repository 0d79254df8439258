"""What a run keeps of its test items: enough to score subgroups, other labels and duplicates without the pictures."""

import gzip
import hashlib
import json

import numpy as np
import pandas as pd
import pytest

from fer_utils.datasets.synthetic import SyntheticFaces
from fer_utils.errors import RunError
from fer_utils.evaluation.subgroups import CONDITIONS, subgroups
from fer_utils.protocol import Protocol
from fer_utils.runs.items import TYPES, items_csv, items_table, read_items
from fer_utils.runs.record import read_run
from fer_utils.runs.run import Run


@pytest.fixture
def split(faces):
    table = faces()
    return Protocol.for_table(table, "three-drop", folds=2).split(table)


def stored(tmp_path, items):
    path = tmp_path / "items.csv.gz"
    path.write_bytes(gzip.compress(items_csv(items).encode()))
    return path


def finished(split, folder):
    run = Run("10_toy", split, {}, folder)
    run.describe_model("m", "M", "SVM")
    for number, fold in enumerate(split.folds):
        run.save_predictions("m", number, y_pred=split.y[fold.test])
    run.finish()
    return run


def test_a_finished_run_keeps_its_test_items_sealed(split, tmp_path):
    run = finished(split, tmp_path / "10_toy" / "k")
    entry = json.loads((run.directory / "result.json").read_text())["items"]
    assert entry["sha256"] == hashlib.sha256((run.directory / entry["file"]).read_bytes()).hexdigest()
    record = read_run(run.directory)
    assert entry["rows"] == len(record.items) == len(record.predictions)
    assert set(record.items["sample_id"]) == set(record.predictions["sample_id"])
    pd.testing.assert_frame_equal(record.items, run.items(), check_dtype=False)


def test_a_run_that_predicts_nothing_has_no_items(split, tmp_path):
    run = Run("10_toy", split, {}, tmp_path / "10_toy" / "k")
    run.describe_model("m", "M", "CNN", trained=False)
    run.finish()
    assert read_run(run.directory).items.empty and not (run.directory / "items.csv.gz").exists()


def test_a_run_of_an_earlier_version_is_read_without_items(split, tmp_path):
    run = finished(split, tmp_path / "10_toy" / "k")
    result = json.loads((run.directory / "result.json").read_text())
    del result["items"]
    (run.directory / "result.json").write_text(json.dumps(result))
    assert read_run(run.directory).items.empty and len(read_run(run.directory).predictions)


def test_identical_images_are_found_in_the_part_where_they_are(split):
    fold = split.folds[1]
    images = np.array(split.table.images)
    rows = split.table.rows["image"].to_numpy()
    images[rows[fold.test[0]]] = images[rows[fold.train[0]]]
    images[rows[fold.test[1]]] = images[rows[fold.validation[0]]]
    images[rows[fold.test[3]]] = images[rows[fold.test[2]]]
    object.__setattr__(split.table, "images", images)
    items = items_table(split)
    mine = items[items["fold"] == 1].reset_index(drop=True)
    assert mine["in_validation"].to_numpy().nonzero()[0].tolist() == [1]
    assert mine["in_training"].to_numpy().nonzero()[0].tolist() == [0, 1]  # who selects nothing may fit validation, too


def test_what_is_drawn_is_known_and_survives_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path))
    table = SyntheticFaces("quick", subjects=20, images_per_emotion=1).load()
    items = items_table(Protocol.for_table(table, "seven", folds=2).split(table))
    assert set(CONDITIONS) <= set(items)
    back = read_items(stored(tmp_path, items))
    pd.testing.assert_frame_equal(back, items, check_dtype=False)
    truth = table.rows.set_index("sample_id").loc[items["sample_id"]]
    np.testing.assert_allclose(back["yaw"], truth["yaw"], rtol=1e-6)
    answers = items[["sample_id", "fold"]].assign(subject="p", seed=0, y_true="anger", y_pred="anger")
    answers["subject"] = truth["subject"].to_numpy()
    pd.testing.assert_frame_equal(*(subgroups(answers, one, ["anger"], ["accuracy"], 20) for one in (back, items)))


def test_no_glasses_and_unknown_are_told_apart(tmp_path):
    items = pd.DataFrame({"sample_id": ["unknown", "NA", "a"], "fold": 0, "in_training": False, "in_validation": True})
    items = items.assign(glasses=["", np.nan, "round"], skin_group=pd.array([0, None, 5], "Int64"))
    items = items.assign(yaw=[1.5, np.nan, -3], ferplus=["anger", None, "fear"])
    back = read_items(stored(tmp_path, items))
    assert back["sample_id"].tolist() == ["unknown", "NA", "a"]
    assert back["glasses"].iloc[0] == "" and back["glasses"].isna().tolist() == [False, True, False]
    for column in ("skin_group", "yaw", "ferplus"):
        assert back[column].isna().tolist() == [False, True, False]


def test_everything_that_groups_are_made_of_is_stored():
    assert set(CONDITIONS) <= set(TYPES)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sample_id,fold\na,0\n", "no column 'in_training'"),
        ("sample_id,fold,in_training,in_validation,hat\na,0,True,False,x\n", "the column 'hat' is unknown"),
        ("sample_id,fold,in_training,in_validation\na,x,True,False\n", "cannot be read as test items"),
        ("sample_id,fold,in_training,in_validation,skin_group\na,0,True,False,dark\n", "cannot be read as test items"),
        ("", "cannot be read as test items"),
    ],
)
def test_a_file_that_is_no_table_of_items_is_refused(tmp_path, text, message):
    path = tmp_path / "items.csv.gz"
    path.write_bytes(gzip.compress(text.encode()))
    with pytest.raises(RunError, match=message):
        read_items(path)


def test_a_damaged_file_is_refused(tmp_path):
    path = tmp_path / "items.csv.gz"
    path.write_bytes(b"\x1f\x8b damaged")
    with pytest.raises(RunError, match="cannot be read as test items"):
        read_items(path)
