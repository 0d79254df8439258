import numpy as np
import pytest
from sklearn import metrics as sk

from fer_utils.errors import ParameterError
from fer_utils.evaluation import metrics

CLASSES = ("anger", "fear", "happiness", "neutral")


@pytest.fixture
def labels():
    random = np.random.default_rng(3)
    true = random.choice(CLASSES, 500, p=[0.1, 0.2, 0.3, 0.4])
    return true, np.where(random.random(500) < 0.6, true, random.choice(CLASSES, 500))


def test_rows_are_true_classes_and_columns_predicted_ones():
    matrix = metrics.confusion_matrix(["fear", "fear", "anger"], ["neutral", "", "anger"], CLASSES)
    assert matrix[1].tolist() == [0, 0, 0, 1, 1]
    assert matrix[0].tolist() == [1, 0, 0, 0, 0]


def test_all_figures_equal_scikit_learn(labels):
    true, predicted = labels
    matrix = metrics.confusion_matrix(true, predicted, CLASSES)
    precision, recall, f1, support = sk.precision_recall_fscore_support(true, predicted, labels=CLASSES)
    np.testing.assert_array_equal(matrix[:, :-1], sk.confusion_matrix(true, predicted, labels=CLASSES))
    np.testing.assert_allclose(metrics.accuracy(matrix), sk.accuracy_score(true, predicted))
    np.testing.assert_allclose(metrics.uar(matrix), sk.balanced_accuracy_score(true, predicted))
    np.testing.assert_allclose(metrics.macro_f1(matrix), sk.f1_score(true, predicted, average="macro"))
    np.testing.assert_allclose(metrics.precision(matrix), precision)
    np.testing.assert_allclose(metrics.recall(matrix), recall)
    np.testing.assert_allclose(metrics.f1(matrix), f1)
    np.testing.assert_array_equal(matrix.sum(1), support)


def test_a_class_that_is_absent_from_the_test_items_does_not_lower_the_mean_recall(labels):
    true, predicted = labels
    kept = true != "anger"
    matrix = metrics.confusion_matrix(true[kept], predicted[kept], CLASSES)
    present = CLASSES[1:]
    np.testing.assert_allclose(
        metrics.uar(matrix), sk.recall_score(true[kept], predicted[kept], labels=present, average="macro")
    )
    np.testing.assert_allclose(
        metrics.macro_f1(matrix), sk.f1_score(true[kept], predicted[kept], labels=present, average="macro")
    )


def test_an_undetected_face_is_wrong_in_one_column_and_left_out_in_the_other():
    matrix = metrics.confusion_matrix(["fear"] * 4, ["fear", "fear", "anger", None], CLASSES)
    assert metrics.accuracy(matrix) == 0.5
    assert metrics.recall(matrix)[1] == 0.5
    assert metrics.accuracy_of_detected(matrix) == pytest.approx(2 / 3)
    assert metrics.precision(matrix)[1] == 1  # nothing else was called fear


def test_undetected_faces_may_be_left_out_of_every_mean(labels):
    true, predicted = labels
    found = np.arange(len(true)) % 4 > 0
    matrix = metrics.confusion_matrix(true, np.where(found, predicted, ""), CLASSES)
    alone = metrics.confusion_matrix(true[found], predicted[found], CLASSES)
    for name in ("accuracy", "uar", "macro_f1"):
        of_detected, plain = getattr(metrics, f"{name}_of_detected"), getattr(metrics, name)
        assert of_detected(matrix) == plain(alone) > plain(matrix)


def test_folds_count_equally_in_the_mean_of_rates_and_only_where_they_test_a_class():
    first, second = [[9, 1, 0], [0, 0, 0]], [[0, 1, 0], [0, 3, 1]]
    rates = metrics.mean_rates(np.array([first, second]))
    np.testing.assert_allclose(rates, [[0.45, 0.55, 0], [0, 0.75, 0.25]])
    assert np.isnan(metrics.mean_rates(np.zeros((2, 2, 3), int))).all()


def test_majority_rate_of_fer2013_in_three_classes_is_that_of_the_public_counts():
    with_surprise = np.zeros((3, 4), int)
    with_surprise[:, 0] = [4953 + 547 + 5121 + 6077 + 4002, 6198, 8989]  # all 35,887 rows
    assert metrics.majority_rate(with_surprise) == pytest.approx(0.5768, abs=5e-5)
    without = with_surprise - np.array([[4002], [0], [0]]) * np.eye(1, 4, dtype=int)
    assert metrics.majority_rate(without) == pytest.approx(0.5237, abs=5e-5)


def test_a_block_of_matrices_gives_a_block_of_numbers(labels):
    matrix = metrics.confusion_matrix(*labels, CLASSES)
    block = np.stack([matrix, matrix.T[:-1] @ np.eye(4, 5, dtype=int), matrix * 3])
    assert metrics.uar(block).shape == (3,)
    assert metrics.uar(block)[2] == pytest.approx(metrics.uar(matrix))


def test_a_label_from_another_task_is_named_with_the_nearest_class():
    with pytest.raises(ParameterError, match=r"'happy' is not one of .*Did you mean 'happiness'"):
        metrics.confusion_matrix(["happy"], ["fear"], CLASSES)


def test_a_missing_truth_is_an_error_and_not_an_undetected_face():
    with pytest.raises(ParameterError, match="'' is not one of"):
        metrics.confusion_matrix([None], ["fear"], CLASSES)
