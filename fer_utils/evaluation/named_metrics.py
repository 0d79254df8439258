"""Metrics by name, as a number and as its resamples: what comparisons, subgroups and transfer share."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import sparse

from fer_utils.errors import ParameterError, nearest
from fer_utils.evaluation import metrics, probabilities
from fer_utils.evaluation.intervals import Interval, percentile_interval
from fer_utils.evaluation.resampling import resampled_sums, units_of

COUNTED = ("accuracy", "uar", "macro_f1", "accuracy_of_detected", "uar_of_detected", "macro_f1_of_detected")
METRICS = COUNTED + probabilities.NAMES
SMALLER_IS_BETTER = ("ece", "nll", "brier")


def check_metric(name: str) -> None:
    """Refuses a metric that does not exist, with the nearest name."""
    if name not in METRICS:
        raise ParameterError(f"No metric '{name}'. Known: {', '.join(METRICS)}.{nearest(name, METRICS)}")


def resampled_metric(
    predictions: pd.DataFrame, classes: Sequence[str], metric: str, resamples: int = 2000, seed: int = 0
) -> tuple[float, np.ndarray]:
    """Computes a metric of all predictions of one model, and of resamples of its units and seeds.

    Args:
        predictions: DataFrame as `score` takes it, checked. Tables of the same items in the same order are resampled
            with the same units, whatever was predicted.
        classes: sequence of str. The classes, in order.
        metric: str. One of `METRICS`.
        resamples: int. Number B of resamples.
        seed: int. Seed of the resampling.

    Returns:
        float, and float array (B,).

    Raises:
        ParameterError: there is no such metric, or the model does not store what it takes.
    """
    check_metric(metric)
    true = metrics.class_codes(predictions["y_true"], classes)
    predicted = metrics.class_codes(predictions["y_pred"], classes, undetected=True)
    if metric in COUNTED:
        shape = len(classes), len(classes) + 1
        cells = true * shape[1] + predicted
        ones = np.ones(len(cells))
        added = sparse.csr_array((ones, (np.arange(len(cells)), cells)), shape=(len(cells), shape[0] * shape[1]))
        compute = getattr(metrics, metric)
    else:
        outputs = probabilities.read_outputs(predictions, classes)
        if outputs.kind == "answers" or (outputs.missing and metric != "top2"):
            raise ParameterError(f"The metric '{metric}' needs probabilities. {outputs.missing}.")
        added = probabilities.what_each_adds(outputs, true, predicted)
        shape = added.shape[1:]

        def compute(sums):
            return probabilities.metrics_of(sums)[metric]

    drawn = resampled_sums(
        added, units_of(predictions).codes, predictions["seed"].to_numpy(int), resamples=resamples, seed=seed
    )
    return float(compute(added.sum(0).reshape(shape))), compute(drawn.reshape(-1, *shape))


def metric_interval(
    predictions: pd.DataFrame, classes: Sequence[str], metric: str, resamples: int = 2000, seed: int = 0
) -> Interval:
    """Computes a metric of one model with its 95 % interval; the arguments are those of `resampled_metric`."""
    return percentile_interval(*resampled_metric(predictions, classes, metric, resamples, seed))
