"""The score of one model, computed from its predictions, with intervals."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from fer_utils.evaluation import metrics, probabilities
from fer_utils.evaluation.checks import check_folds, check_predictions
from fer_utils.evaluation.coverage import FEW_SUBJECTS, MEASURED_COVERAGE, coverage_note
from fer_utils.evaluation.intervals import Interval, bootstrap, percentile_interval
from fer_utils.evaluation.resampling import Units, resampled_sums, units_of
from fer_utils.evaluation.score_type import Score

__all__ = ["FEW_SUBJECTS", "MEASURED_COVERAGE", "Score", "score"]


def score(predictions: pd.DataFrame, classes: Sequence[str], resamples: int = 2000, seed: int = 0) -> Score:
    """Scores the predictions of one model.

    Args:
        predictions: DataFrame with the columns of `predictions.csv.gz`, one model only: `sample_id`, `subject` (missing
            where unknown), `fold`, `seed`, `y_true`, `y_pred` (empty or missing where no face was detected), and
            `p_<class>` or `score_<class>` where the model has them.
        classes: sequence of str. The classes, in order.
        resamples: int. Number of bootstrap resamples.
        seed: int. Seed of the bootstrap; the same predictions always give the same intervals.

    Returns:
        `Score`.

    Raises:
        ParameterError: no predictions, several models, a missing column, an unknown class, an item that was predicted
            twice with one seed, a fold without items or with one class, subjects that are missing in part, or
            probabilities that are none.
    """
    check_predictions(predictions)
    classes = tuple(classes)
    units = units_of(predictions)
    true = metrics.class_codes(predictions["y_true"], classes)
    predicted = metrics.class_codes(predictions["y_pred"], classes, undetected=True)
    check_folds(predictions)
    seeds = pd.factorize(predictions["seed"].to_numpy())[0]
    by_fold = metrics.fold_confusions(predictions, classes)
    confusion = by_fold.sum(0)
    drawn = bootstrap(true * (len(classes) + 1) + predicted, units.codes, seeds, len(classes), resamples, seed)
    outputs = probabilities.read_outputs(predictions, classes)
    counted = ("accuracy", "uar", "macro_f1", "accuracy_of_detected", "uar_of_detected", "macro_f1_of_detected")
    return Score(
        classes=classes,
        n=predictions["sample_id"].nunique(),
        predictions=len(predictions),
        subjects=units.subjects,
        folds=len(by_fold),
        seeds=predictions["seed"].nunique(),
        **{name: _interval(getattr(metrics, name), confusion, drawn) for name in counted},
        **_of_probabilities(outputs, true, predicted, units, predictions["seed"].to_numpy(int), resamples, seed),
        outputs=outputs.kind,
        missing=outputs.missing,
        confusion=confusion,
        confusion_mean=by_fold.mean(0),
        confusion_mean_rate=metrics.mean_rates(by_fold),
        per_class=_per_class(confusion, drawn, classes),
        majority=float(metrics.majority_rate(confusion)),
        undetected=int(confusion[:, -1].sum()),
        unit=units.words,
        note=coverage_note(units.subjects),
    )


def _interval(metric, confusion: np.ndarray, drawn: np.ndarray) -> Interval:
    return percentile_interval(metric(confusion), metric(drawn))


def _of_probabilities(outputs, true, predicted, units: Units, seeds, resamples: int, seed: int) -> dict[str, Interval]:
    """Scores probabilities; where there are none nothing is resampled."""
    if outputs.kind == "answers":
        return dict.fromkeys(probabilities.NAMES, Interval(np.nan, np.nan, np.nan))
    added = probabilities.what_each_adds(outputs, true, predicted)
    values = probabilities.metrics_of(added.sum(0))
    drawn = probabilities.metrics_of(resampled_sums(added, units.codes, seeds, resamples, seed))
    return {name: percentile_interval(values[name], drawn[name]) for name in probabilities.NAMES}


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
