"""Models that answer for clips or windows, in one run with models that answer for frames."""

import numpy as np
import pytest

from fer_utils.datasets.synthetic import SyntheticFaces
from fer_utils.errors import RunError
from fer_utils.evaluation.clip_predictions import clip_predictions, counted_items
from fer_utils.protocol import Protocol
from fer_utils.protocol.clips import Clips
from fer_utils.report.collect import collect
from fer_utils.runs.record import read_run
from fer_utils.runs.run import Run


@pytest.fixture(scope="module")
def table():
    return SyntheticFaces("tiny", subjects=12, images_per_emotion=1, size=48, frames=6).load()


@pytest.fixture
def split(table):
    return Protocol.for_table(table, folds=2, unit="sequence").split(table)


def sure(y, classes=7):
    return np.eye(classes)[y]


def make_run(split, folder):
    run = Run("20_toy", split, {}, folder)
    for name in ("frames", "clips", "windows"):
        run.describe_model(name, name, "toy")
    for number, fold in enumerate(split.folds):
        clips = Clips.of(split, fold.test)
        _, clip = clips.windows(4)
        run.save_predictions("frames", number, probabilities=sure(split.y[fold.test]))
        run.save_predictions("clips", number, probabilities=sure(clips.y), sequences=clips.sequence)
        run.save_predictions("windows", number, probabilities=sure(clips.y[clip]), sequences=clips.sequence[clip])
    return run


def test_frames_windows_and_clips_are_counted_alike(split, tmp_path):
    runs = tmp_path / "runs"
    run = make_run(split, runs / "20_toy" / "k")
    run.finish()
    counted = clip_predictions(run.predictions())
    number = sum(len(Clips.of(split, fold.test)) for fold in split.folds)
    assert counted.groupby("model").size().to_dict() == {"frames": number, "clips": number, "windows": number}
    assert (counted["y_true"] == counted["y_pred"]).all()
    windows = run.predictions().query("model == 'windows'")
    assert windows["sample_id"].str.endswith("#2").sum() == number and len(windows) == 3 * number
    entries = collect(runs).entries
    assert [entry.model for entry in entries] == ["frames", "clips", "windows"]
    assert {entry.score.n for entry in entries} == {number}
    record = read_run(run.directory)
    items = counted_items(record.items, record.predictions.query("model == 'clips'"), record.result["protocol"])
    assert set(items["sample_id"]) == set(counted["sequence"]) and "sequence" not in items


def test_each_clip_needs_an_answer_and_no_other_gets_one(split, tmp_path):
    clips = Clips.of(split, split.folds[0].test)
    run = Run("20_toy", split, {}, tmp_path)
    run.describe_model("m", "M", "toy")
    with pytest.raises(RunError, match=f"no answer for the clip '{clips.sequence[-1]}'"):
        run.save_predictions("m", probabilities=sure(clips.y[:-1]), sequences=clips.sequence[:-1])
    strange = [*clips.sequence[:-1], "nobody"]
    with pytest.raises(RunError, match="'nobody' is no clip of it"):
        run.save_predictions("m", probabilities=sure(clips.y), sequences=strange)
    with pytest.raises(RunError, match="expected"):
        run.save_predictions("m", probabilities=sure(clips.y[:-1]), sequences=clips.sequence)


def test_answers_for_clips_are_refused_where_images_are_counted(table, tmp_path):
    split = Protocol.for_table(table, folds=1).split(table)
    run = Run("20_toy", split, {}, tmp_path)
    run.describe_model("m", "M", "toy")
    test = split.folds[0].test
    with pytest.raises(RunError, match="the protocol counts images"):
        run.save_predictions("m", probabilities=sure(split.y[test]), sequences=split.table.sequence[test])


def test_a_clip_without_any_face_counts_as_not_detected(table, tmp_path):
    split = Protocol.for_table(table, folds=1, unit="sequence").split(table)
    clips = Clips.of(split, split.folds[0].test)
    lost = split.table.sequence == clips.sequence[0]
    one = split.folds[0].test[clips.frames[1][0]]
    split.table.rows["detected"] = ~lost & (np.arange(len(split.table)) != one)
    run = Run("20_toy", split, {}, tmp_path)
    run.describe_model("m", "M", "toy")
    run.save_predictions("m", probabilities=sure(clips.y), sequences=clips.sequence)
    assert run.predictions()["detected"].tolist() == [False] + [True] * (len(clips) - 1)
