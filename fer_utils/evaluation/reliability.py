"""Reliability curves: how often answers given with some confidence are right."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy import sparse

from fer_utils.errors import ParameterError
from fer_utils.evaluation import metrics
from fer_utils.evaluation.checks import check_predictions
from fer_utils.evaluation.intervals import percentile_interval
from fer_utils.evaluation.probabilities import BINS, read_outputs
from fer_utils.evaluation.resampling import resampled_sums, units_of


def reliability(
    predictions: pd.DataFrame,
    classes: Sequence[str],
    bins: int = BINS,
    equal_counts: bool = False,
    resamples: int = 2000,
    seed: int = 0,
) -> pd.DataFrame:
    """Compares confidence with correctness, bin by bin.

    Args:
        predictions: DataFrame as `score` takes it, with `p_<class>`. Faces that were not found are left out.
        classes: sequence of str. The classes, in order.
        bins: int. Number of bins of confidence, the largest probability of a row.
        equal_counts: bool. Bins that hold equally many predictions, in place of bins of equal width.
        resamples: int. Number of bootstrap resamples.
        seed: int. Seed of the bootstrap.

    Returns:
        DataFrame, one row a bin: `above` and `up_to` (its ends), `n` (predictions), `confidence` and `accuracy` (means,
        NaN in an empty bin), `accuracy_low` and `accuracy_high` (95 %, over the units that `score` draws), and `spread`
        (standard deviation of the number of right answers if each were right as often as its confidence says).

    Raises:
        ParameterError: the model has no probabilities, or the predictions are none.

    Reference: Guo et al. 2017, arXiv:1706.04599, fig. 1.
    """
    check_predictions(predictions)
    outputs = read_outputs(predictions, classes)
    if outputs.missing:
        raise ParameterError(f"A reliability curve needs probabilities. {outputs.missing}.")
    units = units_of(predictions)
    confidence = outputs.values.max(1)
    found = ~np.isnan(confidence)
    true = metrics.class_codes(predictions["y_true"], classes)
    right = true == metrics.class_codes(predictions["y_pred"], classes, undetected=True)
    edges = np.linspace(0, 1, bins + 1)
    if equal_counts:
        edges[1:-1] = np.quantile(confidence[found], edges[1:-1])
    place = np.clip(np.searchsorted(edges, confidence, side="left") - 1, 0, bins - 1)
    parts = np.stack([np.ones(len(place)), confidence, right, confidence * (1 - confidence)])
    columns = place + bins * np.arange(len(parts))[:, None]
    rows = np.broadcast_to(np.arange(len(place)), columns.shape)
    shape = len(place), bins * len(parts)
    added = sparse.coo_array(
        (parts[:, found].ravel(), (rows[:, found].ravel(), columns[:, found].ravel())), shape=shape
    )
    n, confident, hits, variance = added.sum(0).reshape(len(parts), bins)
    drawn = resampled_sums(added.tocsr(), units.codes, predictions["seed"].to_numpy(int), resamples, seed)
    drawn = drawn.reshape(resamples, len(parts), bins)
    with np.errstate(invalid="ignore"):
        accuracy, resampled = hits / n, drawn[:, 2] / drawn[:, 0]
        table = {"above": edges[:-1], "up_to": edges[1:], "n": n.astype(int), "confidence": confident / n}
    intervals = [percentile_interval(value, resampled[:, number]) for number, value in enumerate(accuracy)]
    ends = {"accuracy_low": [i.low for i in intervals], "accuracy_high": [i.high for i in intervals]}
    return pd.DataFrame(table | {"accuracy": accuracy} | ends | {"spread": np.sqrt(variance)})


def calibration_error(curve: pd.DataFrame) -> float:
    """Returns the expected calibration error, 0-1: the distance between confidence and accuracy, weighted by items."""
    return float((curve["n"] * (curve["confidence"] - curve["accuracy"]).abs()).sum() / curve["n"].sum())


def calibration_error_by_chance(curve: pd.DataFrame) -> float:
    """Returns the calibration error that a perfectly calibrated model would show with so many independent predictions.

    A measured calibration error is never 0: in each bin chance alone moves the number of right answers. The mean
    distance of a normal variable from its mean is sqrt(2 / pi) standard deviations.
    """
    return float(np.sqrt(2 / np.pi) * curve["spread"].sum() / curve["n"].sum())
