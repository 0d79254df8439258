"""A network for still images, under a study of clips of the same people."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from fer_utils.errors import RunError
from fer_utils.protocol import Protocol
from fer_utils.runs.run import Run
from fer_utils.training.trained_on_others import trained_on_others


def divided(table, **options):
    return Protocol.for_table(table, **{"folds": 2} | options).split(table)


def trained(folder, split):
    run = Run("13_toy", split, {}, folder)
    run.describe_model("net", "Net", "CNN")
    for number, fold in enumerate(split.folds):
        inputs = keras.Input((6,))
        network = keras.Model(inputs, keras.layers.Dense(1, name=f"of_fold_{number}")(inputs))
        run.save_model(network, None if split.protocol.folds == 1 else f"fold{number}-seed0")
        run.save_predictions("net", number, y_pred=np.zeros(len(fold.test), int))
    run.finish()
    return folder


def as_clips(table):
    """Three frames of each picture's person and emotion, under names of their own."""
    rows = table.rows.loc[table.rows.index.repeat(3)].reset_index(drop=True)
    rows = rows.assign(frame=np.arange(len(rows)) % 3, sample_id=[f"f{i}" for i in range(len(rows))])
    return replace(table, rows=rows, fingerprint="another")


def test_other_pictures_of_the_same_people_are_fine_and_each_fold_has_its_network(faces, tmp_path):
    folder = trained(tmp_path / "run", divided(faces()))
    opened = trained_on_others(folder, divided(as_clips(faces()), unit="sequence"), "net")
    for number in (0, 1):
        assert opened(number, 0).get_layer(f"of_fold_{number}")


def test_fewer_people_keep_their_folds_and_others_are_refused(faces, tmp_path):
    folder = trained(tmp_path / "run", divided(faces(subjects=30)))
    first = as_clips(faces(subjects=20))  # the first twenty of the thirty
    assert trained_on_others(folder, divided(first, unit="sequence"), "net")
    clips = as_clips(faces(subjects=30))
    without_one = clips.select(clips.subject != "p00")  # everybody moves up
    with pytest.raises(RunError, match=r"fold 0 tests 3 people here that it did not test there \(p01, p11, p21\)"):
        trained_on_others(folder, divided(without_one, unit="sequence"), "net")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"labels": "three-drop"}, "trained with label_map = seven, and this study has label_map = three-drop"),
        ({"split": "group-kfold"}, "trained with split = subject-kfold"),
        ({"folds": 3}, "no network for fold 2, seed 0"),
        ({"seeds": (4,)}, "no network for fold 0, seed 4"),
    ],
)
def test_other_labels_splits_folds_and_seeds_are_refused(faces, tmp_path, options, words):
    folder = trained(tmp_path / "run", divided(faces()))
    with pytest.raises(RunError, match=words):
        trained_on_others(folder, divided(as_clips(faces()), unit="sequence", **options), "net")


def test_under_a_random_split_of_clips_the_clips_are_compared(faces, tmp_path):
    rule = {"split": "random-clips-80-20", "folds": 1, "labels": "three-drop"}
    folder = trained(tmp_path / "run", divided(faces(subjects=30), **rule))
    clips = as_clips(faces(subjects=30))
    assert trained_on_others(folder, divided(clips, unit="sequence", **rule), "net")
    tested = clips.sequence[divided(clips, unit="sequence", **rule).folds[0].test]
    fewer = clips.select(~np.isin(clips.sequence.astype(str), tested.astype(str)))  # others are tested now
    with pytest.raises(RunError, match="clips here that it did not test there"):
        trained_on_others(folder, divided(fewer, unit="sequence", **rule), "net")


def test_a_model_that_the_run_does_not_have_is_named(faces, tmp_path):
    folder = trained(tmp_path / "run", divided(faces()))
    with pytest.raises(RunError, match="Did you mean 'net'"):
        trained_on_others(folder, divided(as_clips(faces()), unit="sequence"), "nett")
