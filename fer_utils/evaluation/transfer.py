"""Trained on one dataset, tested on another: one number a pair."""

from collections.abc import Mapping, Sequence

import pandas as pd

from fer_utils.errors import ParameterError
from fer_utils.evaluation.checks import check_predictions
from fer_utils.evaluation.named_metrics import metric_interval


def transfer_matrix(
    predictions_by_pair: Mapping[tuple[str, str], pd.DataFrame],
    classes: Sequence[str],
    metric: str = "uar",
    resamples: int = 2000,
    seed: int = 0,
) -> pd.DataFrame:
    """Sets every training set beside every test set.

    Args:
        predictions_by_pair: mapping from (training set, test set) to the predictions of one model, as `score` takes
            them. The diagonal is a model on its own dataset's test part. Pairs may be absent.
        classes: sequence of str. The classes, in order: the same for all datasets.
        metric: str. One of `named_metrics.METRICS`.
        resamples: int. Number of bootstrap resamples.
        seed: int. Seed of the bootstrap.

    Returns:
        DataFrame of `Interval`, or None where a pair was not run. Rows are training sets, columns test sets, in the
        order in which they first appear. Within a column all numbers are of the same items if the protocol is one.

    Raises:
        ParameterError: no pairs, a key that is no pair, no such metric, or predictions that are none; names the pair.
    """
    if not predictions_by_pair:
        raise ParameterError("There are no predictions: expected a mapping from (training set, test set).")
    cells = {}
    for pair, predictions in predictions_by_pair.items():
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise ParameterError(f"'{pair}' is no pair; expected keys such as ('ckplus', 'jaffe').")
        try:
            check_predictions(predictions)
            cells[pair] = metric_interval(predictions, classes, metric, resamples, seed)
        except ParameterError as error:
            raise ParameterError(f"Trained on {pair[0]}, tested on {pair[1]}: {error}") from error
    trained, tested = (list(dict.fromkeys(pair[side] for pair in cells)) for side in (0, 1))
    values = [[cells.get((one, other)) for other in tested] for one in trained]
    index, columns = pd.Index(trained, name="trained on"), pd.Index(tested, name="tested on")
    return pd.DataFrame(values, index=index, columns=columns, dtype=object)
