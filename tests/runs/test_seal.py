import json

import numpy as np
import pytest

from fer_utils.errors import RunError
from fer_utils.protocol import Protocol
from fer_utils.runs.record import read_run
from fer_utils.runs.run import Run


@pytest.fixture
def split(faces):
    table = faces()
    return Protocol.for_table(table, "three-drop", folds=2, seeds=(0, 1)).split(table)


@pytest.fixture
def run(split, tmp_path):
    run = Run("10_toy", split, {}, tmp_path / "10_toy" / "k1")
    run.describe_model("cnn", "A network", "CNN")
    return run


def test_a_test_part_is_handed_out_once_a_training(run, split):
    faces = run.open_test("cnn", 1, 0)
    assert np.array_equal(faces, split.table.pixels(split.folds[1].test))
    run.open_test("cnn", 1, 1)
    run.open_test("cnn", 0, 0)
    with pytest.raises(RunError, match="asked for the test part of fold 1 a second time"):
        run.open_test("cnn", 1, 0)


@pytest.mark.parametrize(
    ("asked", "message"), [(("svm", 0, 0), "'svm' is not described"), (("cnn", 5, 0), "no fold 5")]
)
def test_nobody_unknown_gets_a_test_part(run, asked, message):
    with pytest.raises(RunError, match=message):
        run.open_test(*asked)


def test_an_audit_breaks_no_seal(run):
    assert len(run.audited_test(0)) == len(run.open_test("cnn", 0, 0))


def test_audited_epochs_are_stored_with_their_hash_and_read_back(run, split):
    answers = np.random.default_rng(0).integers(0, 3, (4, len(split.folds[0].test)))
    for seed in (0, 1):
        run.save_audit("cnn", answers + seed, 0, seed)
    n = [len(fold.test) for fold in split.folds]
    for fold in (0, 1):
        for seed in (0, 1):
            run.save_predictions("cnn", fold, seed, y_pred=np.zeros(n[fold], int))
    result = json.loads(run.finish().read_text())
    assert result["audit"]["trainings"] == [{"model": "cnn", "fold": 0, "seed": seed} for seed in (0, 1)]
    stored = read_run(run.directory).audit
    assert [np.array_equal(training.predicted, answers + training.seed) for training in stored] == [True, True]


def test_an_audit_of_other_faces_is_refused(run):
    with pytest.raises(RunError, match=r"shape \(4, 3\); expected \(epochs, 12\)"):
        run.save_audit("cnn", np.zeros((4, 3), np.uint8))


def test_a_run_without_audit_has_none(run):
    assert read_run(run.directory).audit == []
