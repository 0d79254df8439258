import numpy as np
import pandas as pd
import pytest

from fer_utils.errors import ParameterError
from fer_utils.evaluation.optimism import optimism, optimism_table
from fer_utils.runs.seal import NO_FACE, AuditedTraining

CLASSES = ("negative", "neutral", "positive")


def predictions(true, predicted, fold=0, seed=0, model="cnn"):
    names = np.array([*CLASSES, ""], dtype=object)
    return pd.DataFrame({"model": model, "fold": fold, "seed": seed, "y_true": names[true], "y_pred": names[predicted]})


def test_the_best_epoch_on_test_is_what_looking_would_have_bought():
    true = np.array([0, 0, 0, 1, 1, 2])
    selected = np.array([0, 0, 1, 1, 0, 2])  # 4 of 6
    epochs = np.array([[0, 0, 0, 0, 0, 0], selected, [0, 0, 0, 1, 1, 0]], dtype=np.uint8)  # 3, 4 and 5 of 6
    table = optimism(predictions(true, selected), [AuditedTraining("cnn", 0, 0, epochs)], CLASSES, "cnn")
    assert table.loc["accuracy", "selected"] == pytest.approx(4 / 6)
    assert table.loc["accuracy", "best_epoch"] == pytest.approx(5 / 6)
    assert table.loc["UAR", "best_epoch"] == pytest.approx((2 / 3 + 1 / 2 + 1) / 3)  # by UAR the selected one is best
    assert table.loc["UAR", "optimism"] == 0
    assert optimism_table(table).loc["accuracy", "bought by looking"] == "+16.7 points"


def test_each_training_has_its_own_best_epoch_and_all_are_pooled():
    true = np.array([0, 1, 2, 2])
    first, second = np.array([0, 1, 0, 0]), np.array([0, 0, 2, 2])
    tables = pd.concat([predictions(true, first, seed=0), predictions(true, first, seed=1)])
    audited = [
        AuditedTraining("cnn", 0, seed, np.stack(order).astype(np.uint8))
        for seed, order in enumerate([(first, second), (second, first)])
    ]
    table = optimism(tables, audited, CLASSES, "cnn")
    assert (table.loc["accuracy"] == [0.5, 0.75, 0.25]).all()


def test_an_epoch_without_answers_is_wrong_everywhere():
    true = np.array([0, 1, 2])
    epochs = np.array([[NO_FACE] * 3, [0, 0, 0]], dtype=np.uint8)
    table = optimism(predictions(true, np.zeros(3, int)), [AuditedTraining("cnn", 0, 0, epochs)], CLASSES, "cnn")
    assert table.loc["accuracy", "optimism"] == 0


def test_a_model_that_was_not_audited_has_no_table():
    table = optimism(predictions(np.array([0]), np.array([0])), [], CLASSES, "cnn")
    assert table.empty and list(table) == ["selected", "best_epoch", "optimism"]


def test_an_audit_of_another_run_is_refused():
    audited = [AuditedTraining("cnn", 0, 0, np.zeros((2, 5), np.uint8))]
    with pytest.raises(ParameterError, match="5 audited test faces, but 1 predictions"):
        optimism(predictions(np.array([0]), np.array([0])), audited, CLASSES, "cnn")
