from dataclasses import replace

import numpy as np
import pytest

from fer_utils.evaluation.careless_splits import choose_on_test
from fer_utils.evaluation.cross_prediction import (
    accuracy_of,
    audited,
    candidates_by_epoch,
    candidates_by_setting,
    choose,
    cross_predict,
    predict_split,
)
from fer_utils.evaluation.mistakes import bought
from fer_utils.evaluation.optimism import optimism
from fer_utils.protocol import Protocol
from fer_utils.protocol.subject_splits import subject_kfold

SETTINGS = [{"degree": degree, "C": strength} for degree in (1, 3) for strength in (0.01, 1.0)]


@pytest.fixture
def noise(faces):
    """Random pixels: nothing can be learned, so whatever is gained is gained by choosing."""
    table = faces(subjects=12)
    folds = subject_kfold(table, 4)
    return table, folds


def test_an_undetected_face_has_no_answer_and_counts_as_wrong(noise):
    table, folds = noise
    known = np.arange(len(table)) % 5 > 0
    predictions = cross_predict(table, folds, known=known)
    empty = predictions["y_pred"].isna()
    assert set(predictions["sample_id"][empty]) == set(table.rows["sample_id"][~known])
    assert accuracy_of(predictions) == pytest.approx(accuracy_of(predictions[~empty]) * known.mean())


def test_a_division_is_predicted_with_the_classes_of_its_protocol(faces):
    table = faces(subjects=12, images=1)
    rows = table.rows.assign(detected=np.arange(len(table)) > 0)
    split = Protocol.for_table(replace(table, rows=rows), "three-drop", folds=10).split(replace(table, rows=rows))
    answers = predict_split(split)
    assert len(answers) == len(split.table) and set(answers["y_true"]) == set(split.classes)
    assert set(answers["y_pred"].dropna()) <= set(split.classes) and answers["y_pred"].isna().sum() == 1


@pytest.mark.parametrize("candidates", ["epochs", "settings"])
def test_choosing_on_the_test_part_finds_skill_in_noise(noise, candidates):
    table, folds = noise
    if candidates == "epochs":
        answers = candidates_by_epoch(table, folds, epochs=15)
    else:
        answers = candidates_by_setting(table, folds, SETTINGS)
    honest, claimed = (choose(table, some, answers, candidates) for some in (folds, choose_on_test(folds)))
    assert bought(claimed, honest).gain.value > 0
    best = max(accuracy_of(choose(table, choose_on_test(folds), [a[[i]] for a in answers], "one")) for i in range(4))
    assert accuracy_of(claimed) >= best


def test_the_optimism_audit_says_what_choosing_the_epoch_on_test_buys(noise):
    table, folds = noise
    answers, classes = candidates_by_epoch(table, folds, epochs=10), sorted(set(table.label))
    honest, claimed = (choose(table, some, answers, "net") for some in (folds, choose_on_test(folds)))
    table_of_audit = optimism(honest, audited(folds, answers, classes, "net"), classes, "net")
    assert table_of_audit.loc["accuracy", "optimism"] == pytest.approx(bought(claimed, honest).gain.value)


def test_the_same_seed_trains_the_same(noise):
    table, folds = noise
    one, other = (candidates_by_epoch(table, folds[:1], 3, seed=1)[0] for _ in range(2))
    assert (one == other).all() and one.shape == (3, len(table))
