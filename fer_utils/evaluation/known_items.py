"""What is known of the items that were predicted, looked up for every prediction."""

from collections.abc import Sequence

import pandas as pd

from fer_utils.errors import ParameterError

NAMED = 3  # how many of many ids are named


def known_of(predictions: pd.DataFrame, items: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Looks up what a table says about the item of each prediction.

    Args:
        predictions: DataFrame with `sample_id`, and `fold` where the table of items has it.
        items: DataFrame with `sample_id` and the columns; with `fold` where what it says differs between folds, as in
            `items_table` of a run.
        columns: sequence of str. Which columns, all of them in `items`.

    Returns:
        DataFrame of these columns, with the rows and the index of `predictions`.

    Raises:
        ParameterError: a predicted item is not in the table.
    """
    by = [name for name in ("sample_id", "fold") if name in items]
    known = items.drop_duplicates(by).set_index(by)[list(columns)]
    wanted = pd.Index(predictions["sample_id"]) if by == ["sample_id"] else pd.MultiIndex.from_frame(predictions[by])
    strange = ~wanted.isin(known.index)
    if strange.any():
        names = predictions["sample_id"][strange].unique()
        raise ParameterError(f"{len(names):,} predicted items are not in the table, such as '{names[0]}'.")
    return known.loc[wanted].set_axis(predictions.index)


def check_all_predicted(predictions: pd.DataFrame, items: pd.DataFrame) -> None:
    """Checks that each test item has a prediction: an item that is missing would not count as wrong.

    Args:
        predictions: DataFrame with `sample_id`.
        items: DataFrame with `sample_id`, one row a test item.

    Raises:
        ParameterError: names test items without a prediction.
    """
    names = items["sample_id"].drop_duplicates()
    missing = names[~names.isin(predictions["sample_id"])]
    if len(missing):
        named = ", ".join(f"'{name}'" for name in missing[:NAMED])
        more = ", ..." * (len(missing) > NAMED)
        raise ParameterError(f"{len(missing):,} test items have no prediction: {named}{more}.")
