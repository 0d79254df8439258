import numpy as np
import pandas as pd
import pytest

from fer_utils.errors import ParameterError
from fer_utils.evaluation.checks import check_against_split, check_same_items
from fer_utils.evaluation.scores import score
from fer_utils.protocol import Protocol
from fer_utils.runs.predictions import prediction_table

CLASSES = ("negative", "neutral", "positive")


def change(table, row, column, value):
    table = table.copy()
    table.loc[row, column] = value
    return table


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda t: t.iloc[:0], "no predictions"),
        (lambda t: t.drop(columns="seed"), r"lack the columns \['seed'\]"),
        (lambda t: pd.concat([t, t.iloc[:1]]), "'s0000' was predicted twice with seed 0"),
        (lambda t: t.assign(model=["a"] + ["b"] * (len(t) - 1)), "one model, not of .*'a', 'b'"),
        (lambda t: t.assign(y_pred="surprise"), "'surprise' is not one of the classes"),
        (lambda t: t.assign(seed="first"), "seed: found .'first'.; expected whole numbers"),
        (
            lambda t: change(t, 5, "subject", np.nan),
            "1 of 720 predictions have no subject, such as that of item 's0005'",
        ),
        (lambda t: change(t, 5, "subject", ""), "1 of 720 predictions have no subject"),
        (lambda t: change(t, 5, "subject", "p059"), "'s0005' has two subjects or two true classes"),
        (lambda t: t.drop(index=5), "'s0005' has no prediction with seed 0, but with others; 1 items"),
        (lambda t: t[~((t["fold"] == 3) & (t["seed"] == 1))], "no prediction with seed 1, .* 36 items"),
        (lambda t: t[t["fold"] != 3], "Fold 3 has no predictions, but folds 0 and 9 have"),
        (lambda t: t[(t["fold"] != 3) | (t["y_true"] == "neutral")], "Fold 3 tests the class 'neutral' alone"),
        (lambda t: t.assign(y_true="neutral"), "Fold 0 tests the class 'neutral' alone"),
        (lambda t: t.assign(fold="a"), r"fold: found \['a'\]; expected whole numbers"),
    ],
)
def test_bad_tables_are_refused_with_what_and_where(answers, spoil, message):
    with pytest.raises(ParameterError, match=message):
        score(spoil(answers(seeds=(0, 1))), CLASSES)


def test_one_fold_alone_may_be_scored(answers):
    table = answers()
    assert score(table[table["fold"] == 3], CLASSES, resamples=20).folds == 1


@pytest.fixture
def split(faces):
    return Protocol.for_table(faces(subjects=30), "three-drop", folds=2, seeds=(0, 1)).split(faces(subjects=30))


@pytest.fixture
def predicted(split):
    parts = [
        prediction_table(split, "m", fold, seed, y_pred=split.y[split.folds[fold].test])
        for fold in (0, 1)
        for seed in (0, 1)
    ]
    return pd.concat(parts, ignore_index=True)


def test_predictions_of_the_test_parts_pass(predicted, split):
    check_against_split(predicted.sample(frac=1, random_state=0), split)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda t: change(t, 2, "sample_id", "stranger"), "Fold 0, seed 0: 1 predictions are of items .*: 'stranger'"),
        (lambda t: t.drop(index=2), "Fold 0, seed 0: 1 test items have no prediction: 'p"),
        (lambda t: t[t["seed"] == 0], "Fold 0, seed 1: 18 test items have no prediction: .*, ..."),
        (lambda t: change(t, 2, "fold", 1), "Fold 0, seed 0: 1 test items have no prediction"),
        (lambda t: pd.concat([t, t.iloc[:2].assign(seed=5)]), "2 predictions are of no fold or seed of the protocol"),
        (lambda t: change(t, 2, "y_true", "positive"), "1 items have another true class"),
    ],
)
def test_predictions_of_other_items_are_refused_with_their_ids(predicted, split, spoil, message):
    with pytest.raises(ParameterError, match=message):
        check_against_split(spoil(predicted), split)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda t: t.iloc[3:], "3 items only the first model has: 's0000', 's0001', 's0002'"),
        (lambda t: t.assign(sample_id="x" + t["sample_id"]), "360 items only the first model has: .*, ..."),
        (lambda t: change(t, 3, "y_true", "other"), "1 items differ in y_true: 's0003'"),
        (lambda t: t.assign(subject=np.nan), "360 items differ in subject"),
    ],
)
def test_models_that_answered_other_items_are_not_compared(answers, spoil, message):
    with pytest.raises(ParameterError, match=message):
        check_same_items(answers(), spoil(answers(draw=2)))
