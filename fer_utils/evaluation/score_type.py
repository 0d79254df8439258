"""What a score is made of: every number that a report prints about the predictions of one model."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from fer_utils.evaluation.intervals import Interval


@dataclass(frozen=True, eq=False)
class Score:
    """What one model's predictions are worth.

    Attributes:
        classes: tuple of str. The K classes, in the order of the confusion matrix.
        n: int. Number of different test items.
        predictions: int. Number of predictions: items times seeds.
        subjects: int, or None where subjects are unknown.
        folds: int. Number of folds that the predictions come from.
        seeds: int. Number of seeds.
        accuracy: `Interval`. Undetected faces count as wrong, here and in all numbers that do not say otherwise.
        uar: `Interval`. Mean recall over the classes that have items.
        macro_f1: `Interval`. Mean F1 over the classes that have items.
        accuracy_of_detected: `Interval`. Undetected faces are left out, here and in the next two; NaN without faces.
        uar_of_detected: `Interval`.
        macro_f1_of_detected: `Interval`.
        top2: `Interval`. Share of items whose true class is among the two largest probabilities or scores.
        ece: `Interval`. Expected calibration error, 0-1, over 15 bins of equal width. This and the next two leave
            undetected faces out, and are NaN for a model without probabilities.
        nll: `Interval`. Mean negative log-likelihood, in nats.
        brier: `Interval`. Brier score summed over classes, 0-2.
        outputs: str. What the model stored: "probabilities", "scores" or "answers".
        missing: str. Why ECE, NLL and Brier score are n/a; empty where they are not.
        confusion: int array (K, K + 1). Rows true, columns predicted, last column "not detected"; pooled over folds
            and seeds.
        confusion_mean: float array (K, K + 1). Mean of the folds' matrices, in counts.
        confusion_mean_rate: float array (K, K + 1). Mean of the folds' row rates.
        per_class: DataFrame, index = class; columns `support`, and `precision`, `recall`, `f1`, each with `_low` and
            `_high`.
        majority: float. Accuracy of always answering the most frequent class of the test items.
        undetected: int. Predictions without a face.
        unit: str. What the bootstrap drew, in words.
        note: str. What to know before trusting the intervals; empty where nothing.
    """

    classes: tuple[str, ...]
    n: int
    predictions: int
    subjects: int | None
    folds: int
    seeds: int
    accuracy: Interval
    uar: Interval
    macro_f1: Interval
    accuracy_of_detected: Interval
    uar_of_detected: Interval
    macro_f1_of_detected: Interval
    top2: Interval
    ece: Interval
    nll: Interval
    brier: Interval
    outputs: str
    missing: str
    confusion: np.ndarray
    confusion_mean: np.ndarray
    confusion_mean_rate: np.ndarray
    per_class: pd.DataFrame
    majority: float
    undetected: int
    unit: str
    note: str

    @property
    def accuracy_detected(self) -> float:
        """Accuracy over detected faces only; NaN where there are none."""
        return self.accuracy_of_detected.value

    def metric(self, name: str, emotion: str | None = None) -> Interval:
        """Looks a number up by name.

        Args:
            name: str. "accuracy", "uar", "macro_f1", the same with "_of_detected", "top2", "ece", "nll", "brier"; with
                a class "precision", "recall" or "f1".
            emotion: str. One of `classes`, for a per-class metric.

        Returns:
            `Interval`.
        """
        if emotion is None:
            return getattr(self, name)
        row = self.per_class.loc[emotion]
        return Interval(*(float(row[name + end]) for end in ("", "_low", "_high")))
