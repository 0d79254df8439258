"""Networks that another run trained on other pictures, opened only where nobody who is tested here was among them."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from fer_utils.errors import RunError
from fer_utils.protocol import Split
from fer_utils.protocol.split_rules import split_rule
from fer_utils.runs.record import RunRecord
from fer_utils.training.trained_run import finished_run, stored_networks

SAME = ("dataset", "label_map", "split", "synthetic")  # of the protocol, as results state it
NAMED = 3  # how many of many are named


def trained_on_others(folder: Path | str, split: Split, model: str) -> Callable[[int, int], object]:
    """Opens the networks of a finished run on other pictures of the same data, such as single frames of the clips here.

    `trained_networks` asks for the same pictures. Here the run may have had others: whoever is tested in a fold here
    must be among those whom it tested in that fold, so that its network was not trained on them. Under a paper's own
    random split, which keeps clips together and not people, the same is asked of clips.

    Args:
        folder: Path. Folder of the run, such as `reports/runs/13_mini_xception/<key>`.
        split: `Split` of the study that asks.
        model: str. Id of the model, such as "dense_mini_xception".

    Returns:
        function from fold and seed to the `keras.Model` that was trained on that fold's training part.

    Raises:
        RunError: there is no finished run; it has no such model; its dataset, labels or split are others; or it lacks a
            fold or seed of this study, or may have been trained on somebody who is tested here.
    """
    folder = Path(folder)
    record = finished_run(folder, model)
    theirs, mine = record.result["protocol"], split.to_dict()
    for name in SAME:
        if theirs.get(name) != mine[name]:
            raise RunError(
                f"{folder}: its networks were trained with {name} = {theirs.get(name)}, and this study has "
                f"{name} = {mine[name]}. Train them with the same dataset, labels and split."
            )
    for number in range(len(split.folds)):
        for seed in split.protocol.seeds:
            _check_fold(folder, record, split, model, number, seed)
    return stored_networks(folder, record)


def _check_fold(folder: Path, record: RunRecord, split: Split, model: str, number: int, seed: int) -> None:
    """Compares whom, or which clips, a fold tests there and here."""
    rows = record.predictions
    theirs = rows[(rows["model"] == model) & (rows["fold"] == number) & (rows["seed"] == seed)]
    if theirs.empty:
        raise RunError(f"{folder}: no network for fold {number}, seed {seed}. Run it with the same folds and seeds.")
    mine = split.table.rows.iloc[split.folds[number].test]
    by_clip = split_rule(split.protocol.split_rule).paper or mine["subject"].isna().any()
    column, what = ("sequence", "clips") if by_clip else ("subject", "people")
    known = sorted(set(mine[column].astype(str)) - set(_text(theirs[column])))
    if known:
        named = ", ".join(known[:NAMED]) + ", ..." * (len(known) > NAMED)
        raise RunError(
            f"{folder}: fold {number} tests {len(known)} {what} here that it did not test there ({named}), so its "
            "network may have been trained on them. Label maps or options that leave people out move the folds: train "
            "with the same ones, such as rest = False in both."
        )


def _text(column: pd.Series) -> pd.Series:
    return column.dropna().astype(str)
