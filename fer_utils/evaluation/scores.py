"""The score of one model: every number that a report prints about its predictions, with intervals."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fer_utils.errors import ParameterError
from fer_utils.evaluation import metrics
from fer_utils.evaluation.intervals import Interval, bootstrap, percentile_interval

FEW_SUBJECTS = 50
MEASURED_COVERAGE = {5: 0.84, 10: 0.91, 20: 0.93, 30: 0.935}  # subjects: share of simulated truths inside the interval
COLUMNS = ("sample_id", "subject", "fold", "seed", "y_true", "y_pred")


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
        accuracy: `Interval`. Undetected faces count as wrong, here and in all numbers but `accuracy_detected`.
        uar: `Interval`. Mean recall over the classes that have items.
        macro_f1: `Interval`. Mean F1 over the classes that have items.
        confusion: int array (K, K + 1). Rows true, columns predicted, last column "not detected"; pooled over folds
            and seeds.
        per_class: DataFrame, index = class; columns `support`, and `precision`, `recall`, `f1`, each with `_low` and
            `_high`.
        majority: float. Accuracy of always answering the most frequent class of the test items.
        undetected: int. Predictions without a face.
        accuracy_detected: float. Accuracy over detected faces only; NaN where there are none.
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
    confusion: np.ndarray
    per_class: pd.DataFrame
    majority: float
    undetected: int
    accuracy_detected: float
    unit: str
    note: str

    def metric(self, name: str, emotion: str | None = None) -> Interval:
        """Looks a number up by name.

        Args:
            name: str. "accuracy", "uar", "macro_f1"; with a class "precision", "recall" or "f1".
            emotion: str. One of `classes`, for a per-class metric.

        Returns:
            `Interval`.
        """
        if emotion is None:
            return getattr(self, name)
        row = self.per_class.loc[emotion]
        return Interval(*(float(row[name + end]) for end in ("", "_low", "_high")))


def score(predictions: pd.DataFrame, classes: Sequence[str], resamples: int = 2000, seed: int = 0) -> Score:
    """Scores the predictions of one model.

    Args:
        predictions: DataFrame with the columns of `predictions.csv.gz`, one model only: `sample_id`, `subject` (missing
            where unknown), `fold`, `seed`, `y_true`, `y_pred` (empty or missing where no face was detected).
        classes: sequence of str. The classes, in order.
        resamples: int. Number of bootstrap resamples.
        seed: int. Seed of the bootstrap; the same predictions always give the same intervals.

    Returns:
        `Score`.

    Raises:
        ParameterError: no predictions, several models, a missing column, an unknown class, or an item that was
            predicted twice with one seed.
    """
    _check(predictions)
    classes = tuple(classes)
    subjects = predictions["subject"].replace("", np.nan)
    known = bool(subjects.notna().all())
    units, names = pd.factorize((subjects if known else predictions["sample_id"]).to_numpy(dtype=object))
    seed_codes, seeds = pd.factorize(predictions["seed"].to_numpy())
    true = metrics.class_codes(predictions["y_true"], classes)
    predicted = metrics.class_codes(predictions["y_pred"], classes, undetected=True)
    confusion = metrics.confusion_matrix(predictions["y_true"], predictions["y_pred"], classes)
    drawn = bootstrap(true * (len(classes) + 1) + predicted, units, seed_codes, len(classes), resamples, seed)

    def interval(metric):
        return percentile_interval(metric(confusion), metric(drawn))

    return Score(
        classes=classes,
        n=predictions["sample_id"].nunique(),
        predictions=len(predictions),
        subjects=len(names) if known else None,
        folds=predictions["fold"].nunique(),
        seeds=len(seeds),
        accuracy=interval(metrics.accuracy),
        uar=interval(metrics.uar),
        macro_f1=interval(metrics.macro_f1),
        confusion=confusion,
        per_class=_per_class(confusion, drawn, classes),
        majority=float(metrics.majority_rate(confusion)),
        undetected=int(confusion[:, -1].sum()),
        accuracy_detected=float(metrics.accuracy_of_detected(confusion)),
        unit=("subjects" if known else "items, because subjects are unknown")
        + (" and seeds" if len(seeds) > 1 else ""),
        note=_note(len(names) if known else None),
    )


def _check(predictions: pd.DataFrame) -> None:
    missing = [column for column in COLUMNS if column not in predictions]
    if missing:
        raise ParameterError(f"The predictions lack the columns {missing}; they have {list(predictions)}.")
    if predictions.empty:
        raise ParameterError("There are no predictions to score: the table has no rows. Was the test part empty?")
    if "model" in predictions and predictions["model"].nunique() > 1:
        raise ParameterError(
            f"score() takes the predictions of one model, not of {sorted(predictions['model'].unique())}; "
            "choose one with predictions[predictions.model == name]."
        )
    twice = predictions.duplicated(["sample_id", "seed"])
    if twice.any():
        row = predictions[twice].iloc[0]
        raise ParameterError(
            f"The item '{row['sample_id']}' was predicted twice with seed {row['seed']}; "
            "each test item counts once a seed."
        )


def _per_class(confusion: np.ndarray, drawn: np.ndarray, classes: tuple[str, ...]) -> pd.DataFrame:
    table = pd.DataFrame({"support": confusion.sum(1)}, index=pd.Index(classes, name="class"))
    for name in ("precision", "recall", "f1"):
        metric = getattr(metrics, name)
        values, resampled = metric(confusion), metric(drawn)
        intervals = [percentile_interval(values[k], resampled[:, k]) for k in range(len(classes))]
        table[name] = [i.value for i in intervals]
        table[f"{name}_low"] = [i.low for i in intervals]
        table[f"{name}_high"] = [i.high for i in intervals]
    return table


def _note(subjects: int | None) -> str:
    if subjects is None:
        return "Subjects are unknown: if people occur more than once, the true intervals are wider."
    if subjects >= FEW_SUBJECTS:
        return ""
    simulated = max((s for s in MEASURED_COVERAGE if s <= subjects), default=None)
    covered = (
        f"with {simulated} they held {100 * MEASURED_COVERAGE[simulated]:.1f} % of simulated truths"
        if simulated
        else ""
    )
    return f"Only {subjects} subjects: intervals over few subjects are too narrow; {covered or 'these say little'}."
