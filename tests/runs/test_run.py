import csv
import dataclasses
import gzip
import hashlib
import io
import json
import time

import numpy as np
import pandas as pd
import pytest

import fer_utils
from fer_utils.errors import RunError
from fer_utils.protocol import Protocol
from fer_utils.protocol.label_maps import LABEL_MAPS, LabelMap
from fer_utils.runs.record import read_run
from fer_utils.runs.run import Run
from fer_utils.runs.seal import NO_FACE
from fer_utils.runs.start import start_run


@pytest.fixture
def split(faces):
    table = faces()
    return Protocol.for_table(table, "three-drop", folds=2, seeds=(0, 1)).split(table)


@pytest.fixture
def run(split, tmp_path, monkeypatch):
    monkeypatch.delenv("FERBENCH_RUN_KEY", raising=False)
    run = Run("10_toy", split, {"epochs": 3}, tmp_path / "10_toy" / "k1")
    run.describe_model("svm", "A linear SVM", "SVM", train_seconds=1.234)
    return run


def probabilities(split, fold=0, seed=0):
    values = np.random.default_rng(seed).random((len(split.folds[fold].test), len(split.classes)))
    return values / values.sum(axis=1, keepdims=True)


def complete(run, model="svm"):
    for fold in range(2):
        for seed in (0, 1):
            run.save_predictions(model, fold, seed, probabilities(run.split, fold, seed))


def test_a_run_opened_by_hand_goes_to_a_folder_of_its_time(split, tmp_path, monkeypatch):
    monkeypatch.delenv("FERBENCH_RUN_DIR", raising=False)
    monkeypatch.setenv("FERBENCH_RUNS", str(tmp_path))
    run = fer_utils.start_run(notebook="10_toy", split=split, parameters={})
    assert run.directory.parent == (tmp_path / "10_toy").resolve() and run.directory.name.startswith("interactive-")
    assert read_run(run.directory).state == "unfinished"


def test_two_notebooks_opened_in_one_second_have_a_folder_each(split, tmp_path, monkeypatch):
    monkeypatch.delenv("FERBENCH_RUN_DIR", raising=False)
    monkeypatch.setenv("FERBENCH_RUNS", str(tmp_path))
    monkeypatch.setattr(time, "strftime", lambda *_: "20260101-120000")
    names = [start_run("10_toy", split, {}).directory.name for _ in range(3)]
    assert names == [f"interactive-20260101-120000{end}" for end in ("", "-2", "-3")]


def test_in_batch_the_runner_says_where_the_record_lies_and_its_key(split, tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_RUN_DIR", str(tmp_path / "10_toy" / "abc"))
    monkeypatch.setenv("FERBENCH_RUN_KEY", "0123456789abcdef")
    run = start_run("10_toy", split, {"epochs": 1})
    assert run.directory == tmp_path / "10_toy" / "abc"
    assert json.loads(run.finish().read_text())["key"] == "0123456789abcdef"


def test_in_batch_a_result_does_not_count_before_the_worker_has_seen_the_end(split, tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_RUN_DIR", str(tmp_path / "10_toy" / "abc"))
    run = start_run("10_toy", split, {})
    (run.checkpoints("cnn") / "epoch").write_text("needed if this attempt still fails")
    assert run.finish().name == "result.pending.json"
    assert read_run(run.directory).state == "unfinished" and (run.checkpoints("cnn") / "epoch").exists()
    start_run("10_toy", split, {})
    assert not (run.directory / "result.pending.json").exists()


def test_parameters_are_there_from_the_start(run):
    assert json.loads((run.directory / "parameters.json").read_text()) == {"epochs": 3}


def test_only_finish_makes_a_run_count(run):
    complete(run)
    run.save_history("svm", pd.DataFrame({"epoch": [1], "loss": [0.5]}))
    run.log_figure("curve", "<svg/>")
    assert read_run(run.directory).state == "unfinished"
    assert run.finish() == run.directory / "result.json"
    assert read_run(run.directory).state == "ok"


def test_a_finish_that_fails_leaves_no_result(run, monkeypatch):
    complete(run)

    def stopped(_):
        raise KeyboardInterrupt

    monkeypatch.setattr("fer_utils.paths.os.fsync", stopped)
    with pytest.raises(KeyboardInterrupt):
        run.finish()
    assert read_run(run.directory).state == "unfinished"
    assert not [path for path in run.directory.iterdir() if "result" in path.name]


def test_the_record_says_what_was_done(run):
    complete(run)
    run.save_history("svm", pd.DataFrame({"epoch": [1, 2], "loss": [0.5, 0.4]}), fold=1, seed=1)
    run.log_figure("curve", "<svg>1</svg>")
    run.log_figure("curve", "<svg>2</svg>")
    run.describe_model("big", "Only built", "CNN", parameters=np.int64(52339), trained=False)
    run.finish()
    record = read_run(run.directory)
    assert record.result["protocol"] == json.loads(json.dumps(run.split.to_dict()))
    assert record.result["models"][0]["train_seconds"] == 1.23
    assert record.result["models"][1]["parameters"] == 52339
    assert record.result["figures"] == ["curve.svg"]
    assert (run.directory / "figures" / "curve.svg").read_text() == "<svg>2</svg>"
    assert record.result["provenance"]["wall_seconds"] >= 0
    assert list(record.history.columns) == ["model", "fold", "seed", "epoch", "loss"] and len(record.history) == 2
    content = (run.directory / "predictions.csv.gz").read_bytes()
    rows = sum(len(fold.test) for fold in run.split.folds) * 2
    assert record.result["predictions"] == {
        "file": "predictions.csv.gz",
        "sha256": hashlib.sha256(content).hexdigest(),
        "rows": rows,
    }


def test_probabilities_come_back_as_they_were(run):
    stored = {(f, s): probabilities(run.split, f, s) for f in (0, 1) for s in (0, 1)}
    complete(run)
    run.finish()
    table = read_run(run.directory).predictions
    head = ["model", "sample_id", "subject", "sequence", "fold", "seed", "y_true", "y_pred"]
    assert list(table) == [*head, "p_negative", "p_neutral", "p_positive", "detected"]
    split = run.split
    for (fold, seed), values in stored.items():
        here, test = table[(table["fold"] == fold) & (table["seed"] == seed)], split.folds[fold].test
        assert list(here["sample_id"]) == list(split.table.rows["sample_id"].iloc[test])
        assert list(here["subject"]) == list(split.table.subject[test])
        assert list(here["y_true"]) == [split.classes[y] for y in split.y[test]]
        assert list(here["y_pred"]) == [split.classes[y] for y in values.argmax(axis=1)]
        assert np.allclose(here.filter(like="p_n").to_numpy(), values[:, :2], atol=1e-6)
    assert table["detected"].all()


def test_a_face_that_was_not_detected_has_an_empty_prediction(run):
    values = probabilities(run.split)
    values[3] = np.nan
    run.save_predictions("svm", 0, 0, values)
    text = gzip.decompress((run.directory / "predictions.csv.gz").read_bytes()).decode()
    row = list(csv.DictReader(io.StringIO(text)))[3]
    assert [row[name] for name in ("y_pred", "p_negative", "p_neutral", "p_positive")] == [""] * 4
    assert row["detected"] == "False" and row["y_true"]
    assert run.predictions()["detected"].sum() == len(values) - 1


def test_what_a_model_says_about_a_black_picture_does_not_count(faces, tmp_path):
    table = faces()
    rows = table.rows.assign(detected=np.arange(len(table)) % 7 != 0)
    split = Protocol.for_table(table, "three-drop", folds=1).split(dataclasses.replace(table, rows=rows))
    run = Run("10_toy", split, {}, tmp_path / "10_toy" / "k1")
    run.describe_model("svm", "A linear SVM", "SVM")
    found = split.table.rows["detected"].to_numpy()[split.folds[0].test]
    run.save_predictions("svm", 0, 0, probabilities(split))
    run.save_audit("svm", np.zeros((2, len(found)), int))
    assert not found.all() and list(run.predictions()["detected"]) == list(found)
    assert list(run.predictions()["y_pred"].notna()) == list(found)
    assert ((run.audited()[0].predicted == NO_FACE) == ~found).all()


@pytest.mark.parametrize("missing", [-1, np.nan])
def test_undetected_faces_among_class_indices(run, missing):
    guesses = np.array(run.split.y[run.split.folds[0].test], dtype=float)
    guesses[0] = missing
    run.save_predictions("svm", y_pred=guesses)
    table = run.predictions()
    assert table["y_pred"].isna().tolist() == [True] + [False] * (len(guesses) - 1)
    assert (table["y_pred"] == table["y_true"])[1:].all()
    assert not [column for column in table if column.startswith(("p_", "score_"))]


def test_scores_are_not_called_probabilities_and_the_largest_wins(run):
    scores = np.random.default_rng(0).normal(0, 5, (len(run.split.folds[0].test), 3))
    run.save_predictions("svm", scores=scores)
    table = run.predictions()
    assert not [column for column in table if column.startswith("p_")]
    assert np.allclose(table[["score_negative", "score_neutral", "score_positive"]], scores, atol=1e-6)
    assert list(table["y_pred"]) == [run.split.classes[i] for i in scores.argmax(axis=1)]


def test_a_class_that_a_classifier_rules_out_is_no_undetected_face(run):
    """Logarithms of probabilities hold minus infinity."""
    scores = np.log(np.tile([0.25, 0.75, 1e-300], (len(run.split.folds[0].test), 1)))
    scores[:, 2] = -np.inf
    run.save_predictions("svm", scores=scores)
    assert run.predictions()["detected"].all() and set(run.predictions()["y_pred"]) == {"neutral"}


def test_probabilities_and_scores_of_two_models_share_a_table(run):
    run.describe_model("knn", "k-NN", "neighbors")
    run.save_predictions("svm", scores=probabilities(run.split))
    run.save_predictions("knn", probabilities=probabilities(run.split))
    table = run.predictions()
    assert table.loc[table["model"] == "svm", "p_neutral"].isna().all()
    assert table.loc[table["model"] == "knn", "score_neutral"].isna().all()


def test_the_test_part_is_predicted_once(run):
    run.save_predictions("svm", 0, 0, probabilities(run.split))
    stored = (run.directory / "predictions.csv.gz").read_bytes()
    with pytest.raises(RunError, match=r"predicted by 'svm' \(seed 0\) before\. It is predicted once"):
        run.save_predictions("svm", 0, 0, probabilities(run.split, seed=1))
    assert (run.directory / "predictions.csv.gz").read_bytes() == stored


@pytest.mark.parametrize("fold", [-1, -2, 2, "0"])
def test_a_fold_that_is_not_there_is_refused_so_that_no_fold_is_predicted_twice(run, fold):
    complete(run)
    with pytest.raises(RunError, match=f"no fold {fold}: the split has 2"):
        run.save_predictions("svm", fold, 0, probabilities(run.split))


def wrong(change):
    def make(split):
        values = probabilities(split)
        change(values)
        return values

    return make


@pytest.mark.parametrize(
    ("kind", "make", "message"),
    [
        ("probabilities", lambda s: probabilities(s)[1:], r"have shape \(11, 3\); expected \(12, 3\)"),
        ("probabilities", lambda s: probabilities(s)[:, :2], r"have shape \(12, 2\)"),
        ("probabilities", lambda s: probabilities(s) * 2, "do not sum to one"),
        ("probabilities", wrong(lambda v: v.__setitem__(0, [1.5, -0.5, 0])), "negative"),
        ("probabilities", wrong(lambda v: v.__setitem__(0, [np.inf, 0, 0])), "do not sum to one"),
        ("scores", lambda s: probabilities(s)[:, 0], r"expected \(12, 3\)"),
        ("y_pred", lambda s: probabilities(s), r"expected \(12,\)"),
        ("y_pred", lambda s: np.full(12, 3), "other numbers than 0-2 and -1"),
        ("y_pred", lambda s: np.full(12, 0.5), "other numbers"),
        ("y_pred", lambda s: np.full(12, -2), "other numbers"),
        ("y_pred", lambda s: ["neutral"] * 12, "are no numbers"),
        ("probabilities", lambda s: np.full((12, 3), np.nan), "Did the training diverge"),
    ],
)
def test_predictions_that_cannot_be_right_are_refused(run, kind, make, message):
    with pytest.raises(RunError, match=message):
        run.save_predictions("svm", **{kind: make(run.split)})
    assert not (run.directory / "predictions.csv.gz").exists()


def test_predictions_need_a_described_model_one_kind_and_a_seed_of_the_protocol(run):
    values = probabilities(run.split)
    with pytest.raises(RunError, match="'knn' is not described: call "):
        run.save_predictions("knn", 0, 0, values)
    with pytest.raises(RunError, match="exactly one"):
        run.save_predictions("svm", probabilities=values, scores=values)
    with pytest.raises(RunError, match="exactly one"):
        run.save_predictions("svm")
    with pytest.raises(RunError, match=r"Seed 2 is not among the protocol's seeds \[0, 1\]"):
        run.save_predictions("svm", 0, 2, values)


def test_a_run_with_a_fold_or_seed_missing_cannot_be_finished(run):
    for fold, seed in ((0, 0), (0, 1), (1, 0)):
        run.save_predictions("svm", fold, seed, probabilities(run.split, fold))
    with pytest.raises(RunError, match="'svm' has no predictions for fold 1, seed 1"):
        run.finish()
    assert read_run(run.directory).state == "unfinished"
    run.save_predictions("svm", 1, 1, probabilities(run.split, 1))
    run.describe_model("big", "Only built", "CNN", 420283, trained=False)  # needs none
    assert run.finish().exists()


def test_nothing_is_added_to_a_finished_run(run):
    complete(run)
    before = run.finish().read_bytes()
    stored = (run.directory / "predictions.csv.gz").read_bytes()
    for add in (
        lambda: run.describe_model("knn", "k-NN", "neighbors"),
        lambda: run.save_predictions("svm", 0, 0, probabilities(run.split)),
        lambda: run.save_history("svm", pd.DataFrame({"epoch": [1]})),
        lambda: run.log_figure("late", "<svg/>"),
        lambda: run.save_model(object()),
    ):
        with pytest.raises(RunError, match="this run is finished"):
            add()
    assert run.finish().read_bytes() == before  # closing it again changes nothing
    assert (run.directory / "predictions.csv.gz").read_bytes() == stored
    with pytest.raises(RunError, match="this run is finished; remove the folder"):
        Run("10_toy", run.split, {}, run.directory)


def test_a_second_attempt_starts_without_what_the_first_one_left(run):
    run.save_predictions("svm", 0, 0, probabilities(run.split))
    run.save_history("svm", pd.DataFrame({"epoch": [1]}))
    (run.directory / "error.json").write_text("{}")
    (run.directory / ".history.csv.x1y2z3").write_text("a write that was killed")
    (run.checkpoints("svm") / "weights").write_text("kept, to go on from")
    again = Run("10_toy", run.split, {"epochs": 4}, run.directory)
    assert sorted(path.name for path in run.directory.iterdir()) == ["checkpoints", "parameters.json"]
    assert (again.checkpoints("svm") / "weights").exists() and len(again.predictions()) == 0
    again.describe_model("svm", "A linear SVM", "SVM")
    complete(again)
    again.finish()
    assert not (run.directory / "checkpoints").exists()


def test_unknown_subjects_are_empty_and_come_back_as_missing(faces, tmp_path):
    table = faces(subjects=40, parts=["Training"] * 36 + ["PublicTest"] * 4, known=False)
    split = Protocol.for_table(table, "three-drop", "fer2013-public-as-test").split(table)
    run = Run("10_toy", split, {}, tmp_path / "run")
    run.describe_model("svm", "SVM", "SVM")
    run.save_predictions("svm", y_pred=split.y[split.folds[0].test])
    run.finish()
    text = gzip.decompress((run.directory / "predictions.csv.gz").read_bytes()).decode()
    assert {row["subject"] for row in csv.DictReader(io.StringIO(text))} == {""}
    table = read_run(run.directory).predictions
    assert table["subject"].isna().all()

    from fer_utils.evaluation.scores import score

    found = score(table, split.classes, resamples=50)
    assert found.subjects is None and found.accuracy.value == 1


def test_names_with_commas_quotes_and_line_ends_survive(faces, tmp_path, monkeypatch):
    names = ('sad, "really"', "it's\nfine", "NA")
    mapping = dict(zip(("sadness", "neutral", "happiness"), names, strict=True))
    monkeypatch.setitem(LABEL_MAPS, "odd", LabelMap("odd", names, mapping))
    table = faces()
    table.rows["subject"] = table.rows["subject"].map(lambda name: "nan" if name == "p00" else f'{name}, "x"')
    split = Protocol.for_table(table, "odd", folds=2).split(table)
    run = Run("10_toy", split, {}, tmp_path / "run")
    run.describe_model("m,1", "M", "SVM")
    for fold in (0, 1):
        run.save_predictions("m,1", fold, 0, probabilities(split, fold))
    run.finish()
    stored = read_run(run.directory).predictions
    assert set(stored["y_true"]) == set(names) and set(stored["model"]) == {"m,1"}
    assert [f"p_{name}" for name in names] == [column for column in stored if column.startswith("p_")]
    for column in ("sample_id", "subject", "y_true", "y_pred"):
        assert list(stored[column]) == list(run.predictions()[column])


def test_equal_predictions_give_equal_bytes(run, tmp_path):
    other = Run("10_toy", run.split, {}, tmp_path / "other")
    other.describe_model("svm", "A linear SVM", "SVM")
    complete(run)
    complete(other)
    first, second = ((r.directory / "predictions.csv.gz").read_bytes() for r in (run, other))
    assert first == second


def test_a_classifier_is_stored_without_pickle(run):
    skops = pytest.importorskip("skops.io")
    from sklearn.dummy import DummyClassifier

    run.save_model(DummyClassifier().fit([[0], [1]], [0, 1]), "dummy")
    path = run.directory / "model-dummy.skops"
    assert skops.load(path, trusted=[]).predict([[5]]).shape == (1,)
