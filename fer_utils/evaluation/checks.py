"""What is wrong with predictions is said before anything is computed from them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from fer_utils.errors import ParameterError
from fer_utils.protocol import Split

COLUMNS = ("sample_id", "subject", "fold", "seed", "y_true", "y_pred")
NAMED = 3  # how many of many ids are named


def check_predictions(predictions: pd.DataFrame) -> None:
    """Checks that a table holds the predictions of one model, each once, and nothing half.

    Args:
        predictions: DataFrame with the columns of `predictions.csv.gz`.

    Raises:
        ParameterError: no rows, a missing column, several models, an item that was predicted twice with one seed or has
            two subjects or true classes, a subject that is missing while others are known, or seeds that did not
            predict the same items.
    """
    missing = [column for column in COLUMNS if column not in predictions]
    if missing:
        raise ParameterError(f"The predictions lack the columns {missing}; they have {list(predictions)}.")
    if predictions.empty:
        raise ParameterError("There are no predictions to score: the table has no rows. Was the test part empty?")
    if "model" in predictions and predictions["model"].nunique() > 1:
        raise ParameterError(
            f"Expected the predictions of one model, not of {sorted(predictions['model'].unique())}; "
            "choose one with predictions[predictions.model == name]."
        )
    whole = pd.to_numeric(predictions["seed"], errors="coerce")
    if not (whole.ge(0) & whole.mod(1).eq(0)).all():
        raise ParameterError(
            f"seed: found {list(predictions['seed'].unique()[:NAMED])}; expected whole numbers from 0."
        )
    twice = predictions.duplicated(["sample_id", "seed"])
    if twice.any():
        row = predictions[twice].iloc[0]
        raise ParameterError(
            f"The item '{row['sample_id']}' was predicted twice with seed {row['seed']}; "
            "each test item counts once a seed."
        )
    _check_subjects(predictions)
    _check_seeds(predictions)


def check_folds(predictions: pd.DataFrame) -> None:
    """Checks that every fold between the first and the last was tested, each on more than one class.

    Args:
        predictions: DataFrame with `fold`, `y_true` and `sample_id`.

    Raises:
        ParameterError: names the fold that is empty, or whose test items all have one class.
    """
    classes = predictions.groupby("fold")["y_true"].agg(["nunique", "first", "size"])
    whole = pd.to_numeric(classes.index.to_series(), errors="coerce")
    if not whole.mod(1).eq(0).all():
        raise ParameterError(f"fold: found {list(classes.index[:NAMED])}; expected whole numbers from 0.")
    absent = sorted(set(range(int(whole.min()), int(whole.max()))) - set(whole.astype(int)))
    if absent:
        raise ParameterError(
            f"Fold {absent[0]} has no predictions, but folds {classes.index[0]} and {classes.index[-1]} have: its test "
            "part is empty, or the model was not run on it."
        )
    single = classes[classes["nunique"] == 1]
    if len(single):
        fold, row = single.index[0], single.iloc[0]
        raise ParameterError(
            f"Fold {fold} tests the class '{row['first']}' alone ({row['size']:,} predictions): recall of one class is "
            "no mean recall. Use more data or fewer folds."
        )


def check_against_split(predictions: pd.DataFrame, split: Split) -> None:
    """Compares the predictions of one model with the test parts of a split.

    Args:
        predictions: DataFrame with `sample_id`, `fold`, `seed` and `y_true`.
        split: `Split` that the predictions answer.

    Raises:
        ParameterError: an item is unknown, stands in another fold, or is missing; or its true class is another one.
    """
    names = split.table.rows["sample_id"].to_numpy()
    truth = pd.Series(np.array(split.classes, dtype=object)[split.y], index=names)
    for seed in split.protocol.seeds:
        mine = predictions[predictions["seed"] == seed]
        for number, fold in enumerate(split.folds):
            found, expected = mine["sample_id"][mine["fold"] == number], names[fold.test]
            where = f"Fold {number}, seed {seed}"
            _refuse(where, "predictions are of items that it does not test", found[~found.isin(expected)])
            _refuse(where, "test items have no prediction", expected[~np.isin(expected, found.to_numpy(dtype=object))])
    known = predictions["fold"].isin(range(len(split.folds))) & predictions["seed"].isin(split.protocol.seeds)
    _refuse(split.protocol.id, "predictions are of no fold or seed of the protocol", predictions["sample_id"][~known])
    other = predictions["y_true"].to_numpy(dtype=object) != truth.reindex(predictions["sample_id"]).to_numpy()
    _refuse(split.protocol.id, "items have another true class", predictions["sample_id"][other])


def check_same_items(first: pd.DataFrame, second: pd.DataFrame) -> None:
    """Checks that two models answered the same items, so that their difference is a paired one.

    Args:
        first: DataFrame of the predictions of one model.
        second: DataFrame of those of the other.

    Raises:
        ParameterError: names items that only one of them has, or whose subject or true class differs.
    """
    facts = [
        table.drop_duplicates("sample_id").set_index("sample_id")[["subject", "y_true"]] for table in (first, second)
    ]
    for one, other, which in ((*facts, "first"), (*facts[::-1], "second")):
        alone = one.index.difference(other.index)
        _refuse("The models did not answer the same items", f"items only the {which} model has", alone.to_numpy())
    one, other = (table.astype(object).fillna("").sort_index() for table in facts)
    for column in ("subject", "y_true"):
        differ = one.index[(one[column] != other[column]).to_numpy()]
        _refuse("The models did not answer the same items", f"items differ in {column}", differ.to_numpy())


def _refuse(where: str, what: str, ids: Sequence[str]) -> None:
    if len(ids):
        named = ", ".join(f"'{name}'" for name in list(ids)[:NAMED])
        raise ParameterError(f"{where}: {len(ids):,} {what}: {named}{', ...' * (len(ids) > NAMED)}.")


def _check_subjects(predictions: pd.DataFrame) -> None:
    subjects = predictions["subject"].replace("", np.nan)
    part = _datasets(predictions["sample_id"], subjects)
    unknown = subjects.isna() & part.isin(part[subjects.notna()])
    if unknown.any():
        row = predictions[unknown].iloc[0]
        raise ParameterError(
            f"{int(unknown.sum()):,} of {len(subjects):,} predictions have no subject, such as that of item "
            f"'{row['sample_id']}', while others have one. Name all subjects, or none."
        )
    facts = predictions[["sample_id", "subject", "y_true"]].drop_duplicates()
    twice = facts["sample_id"].duplicated()
    if twice.any():
        raise ParameterError(
            f"The item '{facts['sample_id'][twice].iloc[0]}' has two subjects or two true classes in different rows."
        )


def _datasets(items: pd.Series, subjects: pd.Series) -> pd.Series:
    """Names the dataset of each item of a mixture, of which one may know its people and another not."""
    first = items.astype(str).str.partition("/")[0] + "/"
    known = subjects.notna()
    mixed = [str(name).startswith(begin) for name, begin in zip(subjects[known], first[known], strict=True)]
    return first if all(mixed) else pd.Series("", index=items.index)


def _check_seeds(predictions: pd.DataFrame) -> None:
    sizes = predictions.groupby("sample_id")["seed"].size()
    few = sizes[sizes < predictions["seed"].nunique()]
    if len(few):
        there = predictions["seed"][predictions["sample_id"] == few.index[0]].unique()
        absent = sorted(set(predictions["seed"].unique()) - set(there))
        raise ParameterError(
            f"The item '{few.index[0]}' has no prediction with seed {absent[0]}, but with others; {len(few):,} items "
            "are so. Each seed predicts the whole test part."
        )
