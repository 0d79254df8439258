"""The optimism audit: what choosing the epoch that is best on the test part would have claimed."""

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from fer_utils.errors import ParameterError
from fer_utils.evaluation import metrics
from fer_utils.runs.seal import NO_FACE, AuditedTraining

METRICS = {"accuracy": metrics.accuracy, "UAR": metrics.uar, "macro-F1": metrics.macro_f1}


def optimism(
    predictions: pd.DataFrame, audited: Iterable[AuditedTraining], classes: Sequence[str], model: str
) -> pd.DataFrame:
    """Sets the score of the sealed predictions beside that of each training's best epoch on the test part.

    The difference is no property of the network: it is what a paper gains that reports the best test epoch. Folds and
    seeds are pooled, the best epoch is chosen for each training and each metric by itself, as such a paper would.

    Args:
        predictions: DataFrame as `Run.predictions` returns it.
        audited: iterable of `AuditedTraining`.
        classes: sequence of str. Class names in order.
        model: str. Model id.

    Returns:
        DataFrame, index = metric; columns `selected` and `best_epoch` (shares, 0-1) and `optimism` (their difference).
        Empty where the model was not audited.

    Raises:
        ParameterError: an audited training has no predictions, or of another number of test faces.
    """
    chosen = []  # for each training: confusion matrix of its predictions, and one of each epoch
    for training in audited:
        if training.model != model:
            continue
        mine = (predictions["model"] == model) & (predictions["fold"] == training.fold)
        rows = predictions[mine & (predictions["seed"] == training.seed)]
        if len(rows) != training.predicted.shape[1]:
            raise ParameterError(
                f"audit of '{model}', fold {training.fold}, seed {training.seed}: {training.predicted.shape[1]:,} "
                f"audited test faces, but {len(rows):,} predictions. They are not of one run."
            )
        selected = metrics.confusion_matrix(rows["y_true"], rows["y_pred"], classes)
        chosen.append((selected, _confusions(metrics.class_codes(rows["y_true"], classes), training, len(classes))))
    table = pd.DataFrame(index=pd.Index(METRICS, name="metric") if chosen else [])
    if not chosen:
        return table.reindex(columns=["selected", "best_epoch", "optimism"])
    for name, metric in METRICS.items():
        best = sum(epochs[int(np.nanargmax(metric(epochs)))] for _, epochs in chosen)
        table.loc[name, "selected"] = float(metric(sum(selected for selected, _ in chosen)))
        table.loc[name, "best_epoch"] = float(metric(best))
    return table.assign(optimism=table["best_epoch"] - table["selected"])


def optimism_table(table: pd.DataFrame) -> pd.DataFrame:
    """Writes the audit in words for a notebook.

    Args:
        table: DataFrame as `optimism` returns it.

    Returns:
        DataFrame of str, one row a metric.
    """
    written = table[["selected", "best_epoch"]].map(lambda share: f"{100 * share:.1f} %")
    written = written.assign(optimism=[f"{100 * gain:+.1f} points" for gain in table["optimism"]])
    names = {"selected": "chosen on validation", "best_epoch": "best epoch on test", "optimism": "bought by looking"}
    return written.rename(columns=names).rename_axis(None)


def _confusions(true: np.ndarray, training: AuditedTraining, classes: int) -> np.ndarray:
    """Counts a confusion matrix (K, K + 1) for each epoch."""
    predicted = np.where(training.predicted == NO_FACE, classes, training.predicted).astype(int)
    cells = true * (classes + 1) + predicted
    size = classes * (classes + 1)
    return np.stack([np.bincount(epoch, minlength=size).reshape(classes, classes + 1) for epoch in cells])
