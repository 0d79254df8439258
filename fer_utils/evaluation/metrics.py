"""Metrics of classification, computed from confusion matrices so that thousands of resamples cost one call.

A confusion matrix here has one row for each true class, one column for each predicted class, and a last column of
faces that were not detected. An undetected face counts as wrong. Every function takes one matrix (K, K + 1), or a block
of them (..., K, K + 1), and gives one number, or a block of numbers.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from fer_utils.errors import ParameterError, nearest

UNDETECTED = "not detected"


def class_codes(labels, classes: Sequence[str], undetected: bool = False) -> np.ndarray:
    """Turns class names into column numbers.

    Args:
        labels: sequence of str; empty or missing where no face was detected.
        classes: sequence of str. The classes, in order.
        undetected: bool. Whether empty labels are allowed; they become `len(classes)`.

    Returns:
        int array (n,).

    Raises:
        ParameterError: a label is not among the classes, or empty where it must not be.
    """
    labels = pd.Series(labels, dtype="object").fillna("")
    codes = pd.Index(classes).get_indexer(labels)
    if undetected:
        codes = np.where(labels == "", len(classes), codes)
    if (codes < 0).any():
        stranger = labels[codes < 0].iloc[0]
        raise ParameterError(
            f"The label '{stranger}' is not one of the classes {list(classes)}.{nearest(stranger, classes)}"
        )
    return codes


def confusion_matrix(y_true, y_pred, classes: Sequence[str]) -> np.ndarray:
    """Counts which class was taken for which.

    Args:
        y_true: sequence of str. True classes.
        y_pred: sequence of str. Predicted classes; empty or missing where no face was detected.
        classes: sequence of str. The classes, in order.

    Returns:
        int array (K, K + 1). Rows are true classes, columns predicted ones; the last column counts undetected faces.
    """
    k = len(classes)
    cells = class_codes(y_true, classes) * (k + 1) + class_codes(y_pred, classes, undetected=True)
    return np.bincount(cells, minlength=k * (k + 1)).reshape(k, k + 1)


def fold_confusions(predictions: pd.DataFrame, classes: Sequence[str]) -> np.ndarray:
    """Counts one confusion matrix a fold, all seeds together.

    Args:
        predictions: DataFrame with `fold`, `y_true` and `y_pred`.
        classes: sequence of str. The classes, in order.

    Returns:
        int array (F, K, K + 1), folds in ascending order. Its mean over folds is the mean matrix in counts.
    """
    return np.stack([confusion_matrix(r["y_true"], r["y_pred"], classes) for _, r in predictions.groupby("fold")])


def mean_rates(confusions: np.ndarray) -> np.ndarray:
    """Averages the row rates of folds, each fold with equal weight; pooling weights folds by their items.

    Args:
        confusions: int array (F, K, K + 1). One matrix a fold.

    Returns:
        float array (K, K + 1). Rows sum to one; folds without items of a class do not count for its row, and a row is
        NaN where no fold has any.
    """
    items = confusions.sum(-1, keepdims=True)
    rates = confusions / np.maximum(items, 1)
    with np.errstate(invalid="ignore"):
        return rates.sum(0) / (items > 0).sum(0)


def accuracy(confusion: np.ndarray) -> np.ndarray:
    """Share of all items that are right (weighted average recall); NaN without items."""
    with np.errstate(invalid="ignore"):
        return _hits(confusion).sum(-1) / confusion.sum((-2, -1))


def accuracy_of_detected(confusion: np.ndarray) -> np.ndarray:
    """Share of the detected faces that are right; NaN where no face was detected."""
    return accuracy(_only_detected(confusion))


def uar_of_detected(confusion: np.ndarray) -> np.ndarray:
    """Mean recall over the detected faces, over the classes of which one was detected."""
    return uar(_only_detected(confusion))


def macro_f1_of_detected(confusion: np.ndarray) -> np.ndarray:
    """Mean F1 over the detected faces, over the classes of which one was detected."""
    return macro_f1(_only_detected(confusion))


def recall(confusion: np.ndarray) -> np.ndarray:
    """Recall of every class (..., K): share of its items that are right; NaN for a class without items."""
    with np.errstate(invalid="ignore"):
        return _hits(confusion) / confusion.sum(-1)


def precision(confusion: np.ndarray) -> np.ndarray:
    """Precision of every class (..., K): share of what was called so that is so; 0 for a class never predicted."""
    called = confusion[..., :-1].sum(-2)
    return _hits(confusion) / np.maximum(called, 1e-12)


def f1(confusion: np.ndarray) -> np.ndarray:
    """F1 of every class (..., K): harmonic mean of precision and recall; NaN for a class without items."""
    called, items = confusion[..., :-1].sum(-2), confusion.sum(-1)
    return np.where(items > 0, 2 * _hits(confusion) / np.maximum(called + items, 1e-12), np.nan)


def uar(confusion: np.ndarray) -> np.ndarray:
    """Unweighted average recall: mean recall over the classes that have items."""
    return _mean_of_present(recall(confusion))


def macro_f1(confusion: np.ndarray) -> np.ndarray:
    """Mean F1 over the classes that have items."""
    return _mean_of_present(f1(confusion))


def majority_rate(confusion: np.ndarray) -> np.ndarray:
    """Accuracy of always answering the most frequent class of the test items."""
    with np.errstate(invalid="ignore"):
        return confusion.sum(-1).max(-1) / confusion.sum((-2, -1))


def _only_detected(confusion: np.ndarray) -> np.ndarray:
    return np.concatenate([confusion[..., :-1], np.zeros_like(confusion[..., -1:])], axis=-1)


def _hits(confusion: np.ndarray) -> np.ndarray:
    return np.einsum("...ii->...i", confusion[..., : confusion.shape[-2]])


def _mean_of_present(values: np.ndarray) -> np.ndarray:
    present = ~np.isnan(values)
    with np.errstate(invalid="ignore"):
        return np.where(present, values, 0).sum(-1) / present.sum(-1)
