"""The table of test predictions, checked before it is sealed."""

import numpy as np
import pandas as pd

from fer_utils.errors import RunError
from fer_utils.protocol import Split


def prediction_table(
    split: Split, model: str, fold: int, seed: int, probabilities=None, scores=None, y_pred=None, sequences=None
) -> pd.DataFrame:
    """Builds the rows of `predictions.csv.gz` for one model, fold and seed.

    Exactly one of `probabilities`, `scores` and `y_pred` is given. A face that was not detected has NaN in its row, or
    -1 in `y_pred`; where the column `detected` of the split's table says so, what is given for it does not count. So
    with a clip in none of whose frames a face was found.

    Args:
        split: `Split` that was predicted.
        model: str. Model id.
        fold: int. Index into `split.folds`.
        seed: int. Seed of the training.
        probabilities: float array (n_test, classes), rows summing to one.
        scores: float array (n_test, classes) of a classifier without probabilities; the largest wins.
        y_pred: int array (n_test,) of class indices.
        sequences: str array (m,). Of a model that answers for clips, or for windows of them: the clip of each row of
            what is given, which then has m rows in place of n_test. None for one row a frame.

    Returns:
        DataFrame with `model, sample_id, subject, sequence, fold, seed, y_true, y_pred`, then `p_<class>` or
        `score_<class>`, then `detected`.

    Raises:
        RunError: the numbers do not fit the test part or are no predictions of its classes.
    """
    given = {"probabilities": probabilities, "scores": scores, "y_pred": y_pred}
    kinds = [kind for kind, array in given.items() if array is not None]
    if len(kinds) != 1:
        raise RunError("Give exactly one of probabilities, scores and y_pred.")
    (kind,) = kinds
    what = f"{kind} of '{model}', fold {fold}"
    test, ids, found = _answered(split, fold, sequences, what)
    classes = np.array(split.classes, dtype=object)
    values = _numbers(given[kind], (len(test),) if kind == "y_pred" else (len(test), len(classes)), what)
    values[~found] = np.nan  # a model answers for a black picture, too
    if kind == "y_pred":
        values = np.where(values == -1, np.nan, values)
        detected = ~np.isnan(values)
        winner = np.where(detected, values, 0)
        if not np.isin(winner, np.arange(len(classes))).all():
            raise RunError(f"{what}: other numbers than 0-{len(classes) - 1} and -1.")
    else:
        detected = ~np.isnan(values).any(axis=1)
        winner = np.where(detected[:, None], values, 0).argmax(axis=1)
    if len(test) and not detected.any():
        raise RunError(f"{what}: every row is missing. Did the training diverge? Nothing was stored.")
    if kind == "probabilities" and not _sum_to_one(values[detected]):
        raise RunError(f"{what}: they do not sum to one in every row, or are negative.")
    known = split.table.rows.iloc[test][["sample_id", "subject", "sequence"]]
    table = known.assign(sample_id=ids, fold=fold, seed=seed)
    table.insert(0, "model", model)
    table["y_true"] = classes[split.y[test]]
    table["y_pred"] = np.where(detected, classes[winner.astype(int)], None)
    if kind != "y_pred":
        prefix = "p" if kind == "probabilities" else "score"
        for column, name in enumerate(classes):
            table[f"{prefix}_{name}"] = np.where(detected, values[:, column], np.nan).round(6)
    return table.assign(detected=detected)


def rows_tested(split: Split, fold: int) -> np.ndarray:
    """Returns the rows of a fold's test part.

    Args:
        split: `Split`.
        fold: int. Index into `split.folds`.

    Returns:
        int array (n_test,).

    Raises:
        RunError: there is no such fold.
    """
    if fold not in range(len(split.folds)):
        raise RunError(f"There is no fold {fold}: the split has {len(split.folds)}, counted from 0.")
    return split.folds[fold].test


def faces_found(split: Split, fold: int) -> np.ndarray:
    """Says for which test rows of a fold there is a face to classify.

    Args:
        split: `Split`.
        fold: int. Index into `split.folds`.

    Returns:
        bool array (n_test,), the column `detected` of the table; all True where it has none.
    """
    test = rows_tested(split, fold)
    if "detected" not in split.table.rows:
        return np.ones(len(test), dtype=bool)
    return split.table.rows["detected"].to_numpy(dtype=bool)[test]


def _answered(split: Split, fold: int, sequences, what: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Returns for each answer a row of the table that it is about, its id, and whether there was a face."""
    test, found = rows_tested(split, fold), faces_found(split, fold)
    if sequences is None:
        return test, split.table.rows["sample_id"].to_numpy()[test], found
    if split.protocol.unit != "sequence":
        raise RunError(f"{what}: answers for clips, but the protocol counts images. State it with unit='sequence'.")
    clips = pd.DataFrame({"sequence": split.table.sequence[test], "row": test, "found": found}).groupby("sequence")
    first, seen = clips["row"].first(), clips["found"].any()
    named = pd.Series(np.asarray(sequences, dtype=object))
    strange, missing = named[~named.isin(first.index)], first.index[~first.index.isin(named)]
    if len(strange) or len(missing):
        wrong = f"'{strange.iloc[0]}' is no clip of it" if len(strange) else f"no answer for the clip '{missing[0]}'"
        raise RunError(f"{what}: {wrong}. Each of the {len(first):,} clips of the test part needs an answer.")
    number = named.groupby(named).cumcount().astype(str)
    ids = np.where(named.duplicated(keep=False), named + "#" + number, named)
    return first[named].to_numpy(), ids, seen[named].to_numpy(dtype=bool)


def _numbers(array, shape: tuple[int, ...], what: str) -> np.ndarray:
    try:
        values = np.array(array, dtype=float)
    except (TypeError, ValueError) as error:
        raise RunError(f"{what}, are no numbers: {error}.") from error
    if values.shape != shape:
        raise RunError(f"{what}, have shape {values.shape}; expected {shape}.")
    return values


def _sum_to_one(rows: np.ndarray) -> bool:
    return bool((rows >= 0).all() and np.allclose(rows.sum(axis=1), 1, atol=1e-3))
