"""Metrics of probabilities: how sure a model is, and whether it may be.

ECE, NLL and Brier score are means over the faces that were found, because a face that was not found has no
probabilities. Top-2 accuracy counts such a face as wrong, as accuracy does. A classifier that stores scores has a top-2
accuracy alone; the others are NaN.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from fer_utils.errors import ParameterError

BINS = 15  # of equal width, as in Guo et al. 2017
NAMES = ("ece", "nll", "brier", "top2")
SUM_TOLERANCE = 2e-3  # stored probabilities are rounded
SMALLEST = 5e-7  # stored probabilities have six digits: a zero is less than half of the last one
SUMS = 5  # before the gaps of the bins: found, items, NLL, Brier, top-2


@dataclass(frozen=True, eq=False)
class Outputs:
    """What a model stored beside its answers.

    Attributes:
        kind: str. "probabilities", "scores" or "answers" (nothing but classes).
        values: float array (n, K). Probability or score of each class; NaN in the rows of faces that were not found.
    """

    kind: str
    values: np.ndarray

    @property
    def missing(self) -> str:
        """Why ECE, NLL and Brier score are n/a, in words; empty where they are not."""
        return "" if self.kind == "probabilities" else f"n/a: the model stores {self.kind}, not probabilities"


def read_outputs(predictions: pd.DataFrame, classes: Sequence[str]) -> Outputs:
    """Finds and checks the probabilities or scores of one model.

    Args:
        predictions: DataFrame with `sample_id`, `y_pred`, and `p_<class>` or `score_<class>` for all classes, if any.
        classes: sequence of str. The K classes, in order.

    Returns:
        `Outputs`.

    Raises:
        ParameterError: a class has no column, a cell is no number, only some classes of a row are filled in, a row is
            filled in though no face was found or the other way round, or probabilities are negative, do not sum to one
            or are largest for another class than the answer.
    """
    for prefix, kind in (("p", "probabilities"), ("score", "scores")):
        columns = [f"{prefix}_{name}" for name in classes]
        there = [column for column in columns if column in predictions and predictions[column].notna().any()]
        if there:
            missing = [column for column in columns if column not in predictions]
            if missing:
                raise ParameterError(f"The predictions have '{there[0]}' but no column '{missing[0]}'.")
            values = predictions[columns].apply(pd.to_numeric, errors="coerce").to_numpy(float)
            _check(predictions, values, kind, columns)
            return Outputs(kind, values)
    return Outputs("answers", np.full((len(predictions), len(classes)), np.nan))


def what_each_adds(outputs: Outputs, true: np.ndarray, predicted: np.ndarray) -> sparse.csr_array:
    """Returns what each prediction adds to the sums that the metrics are made of.

    Args:
        outputs: `Outputs` of n predictions.
        true: int array (n,). Index of the true class.
        predicted: int array (n,). Index of the answer; K where no face was found.

    Returns:
        sparse array (n, 5 + 15): face found, item, negative log-likelihood, Brier score, true class among the two
        largest, and by bin of confidence how much confidence exceeds correctness.
    """
    count, classes = outputs.values.shape
    rows = np.arange(count)
    sums = np.zeros((count, SUMS + BINS))
    found = ~np.isnan(outputs.values[:, 0])
    values = np.where(found[:, None], outputs.values, 0)
    of_true = values[rows, true]
    larger = (values > of_true[:, None]).sum(1)
    before = (values == of_true[:, None]) & (np.arange(classes) < true[:, None])  # of equal ones the first wins
    sums[:, 1] = outputs.kind != "answers"
    sums[:, 4] = found & (larger + before.sum(1) < 2)
    if outputs.kind == "probabilities":
        confidence = values.max(1)
        sums[:, 0] = found
        sums[:, 2] = np.where(found, -np.log(np.clip(of_true, SMALLEST, 1)), 0)
        sums[:, 3] = np.where(found, (values**2).sum(1) - 2 * of_true + 1, 0)
        sums[rows, SUMS + bin_of(confidence)] = np.where(found, confidence - (predicted == true), 0)
    return sparse.csr_array(sums)


def bin_of(confidence: np.ndarray) -> np.ndarray:
    """Returns the bin, 0 to 14, of each confidence; a bin includes its upper end."""
    return np.clip(np.ceil(confidence * BINS).astype(int) - 1, 0, BINS - 1)


def metrics_of(sums: np.ndarray) -> dict[str, np.ndarray]:
    """Turns sums into metrics.

    Args:
        sums: float array (..., 5 + 15), summed over predictions.

    Returns:
        dict from each of `NAMES` to a float array (...), NaN where the model does not store what it takes. `ece`:
        expected calibration error, the mean distance between confidence and accuracy over 15 bins of equal width,
        weighted by their items (Guo et al. 2017, arXiv:1706.04599, eq. 3); chance alone makes it larger than 0, see
        `reliability.calibration_error_by_chance`, and no interval of it shows that a model is calibrated. `nll`: mean
        negative log-likelihood in nats, a probability of 0 counted as half of the last stored digit. `brier`: mean
        squared distance to the true class, summed over classes, 0-2 (Brier 1950). `top2`: share of items with the true
        class among the two largest.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        found, items = sums[..., 0], sums[..., 1]
        ece = np.abs(sums[..., SUMS:]).sum(-1) / found
        return {"ece": ece, "nll": sums[..., 2] / found, "brier": sums[..., 3] / found, "top2": sums[..., 4] / items}


def _check(predictions: pd.DataFrame, values: np.ndarray, kind: str, columns: Sequence[str]) -> None:
    empty = predictions[list(columns)].replace("", np.nan).isna().to_numpy()
    filled, finite = ~empty, np.isfinite(values)
    answered = predictions["y_pred"].replace("", np.nan).notna().to_numpy()

    def refuse(bad, what):
        if bad.any():
            first = int(bad.argmax())
            cells = ", ".join(f"{column} {cell}" for column, cell in predictions.iloc[first][list(columns)].items())
            more = f" {int(bad.sum()):,} rows are so." if bad.sum() > 1 else ""
            raise ParameterError(f"Row {first}, item '{predictions['sample_id'].iloc[first]}': {what}: {cells}.{more}")

    refuse(filled.any(1) & ~filled.all(1), f"only some {kind} are filled in")
    refuse((filled & ~finite).any(1), f"not all {kind} are numbers")
    refuse(filled.all(1) & ~answered, f"no answer, which says that no face was found, but {kind}")
    refuse(answered & ~filled.all(1), f"an answer in y_pred, but no {kind}")
    if kind == "probabilities":
        some = filled.all(1)
        refuse((values < 0).any(1), "a probability is negative")
        refuse(some & (np.abs(values.sum(1) - 1) > SUM_TOLERANCE), "the probabilities do not sum to 1")
        answer = pd.Index(columns).get_indexer("p_" + predictions["y_pred"].fillna("").astype(str))
        of_answer = np.where(some, values[np.arange(len(values)), answer], 0)
        largest = np.where(some, values.max(1, initial=-np.inf), 0)
        refuse(of_answer < largest - SUM_TOLERANCE, "y_pred is not the class with the largest probability")
