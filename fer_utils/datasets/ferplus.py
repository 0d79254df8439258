"""FER+ votes: ten people's labels for every FER2013 image."""

from pathlib import Path

import numpy as np
import pandas as pd

from fer_utils.errors import DatasetLayoutError

VOTES = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "NF")


def add_votes(rows: pd.DataFrame, path: Path) -> pd.DataFrame:
    """Adds the ten vote counts and their majority to a FER2013 table.

    The votes stand in the csv's order, so the n-th row of a part belongs to the n-th image of that part; a table
    without PrivateTest simply leaves those votes out.

    Args:
        rows: DataFrame of `Fer2013`, in the csv's order.
        path: Path of `fer2013new.csv`.

    Returns:
        DataFrame with `votes_<name>` (uint8, ten columns) and `ferplus` (majority label; NaN where it is tied, or
        "unknown" or "no face" won).

    Raises:
        DatasetLayoutError: the file cannot be read, columns are missing, a part has another number of rows than the
            csv, or a cell is no number of votes.

    Reference: Barsoum et al. 2016, arXiv:1608.01041, majority voting.
    """
    try:
        votes = pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise DatasetLayoutError(
            f"{path}: cannot be read as FER+ votes ({type(error).__name__}: {str(error).strip()}). Get it anew, or "
            "remove it to go on without votes."
        ) from error
    missing = [column for column in ("Usage", *VOTES) if column not in votes]
    if missing:
        raise DatasetLayoutError(f"{path}: no column '{missing[0]}'. Expected Usage, Image name, {', '.join(VOTES)}.")
    numbers = votes[list(VOTES)].apply(pd.to_numeric, errors="coerce").to_numpy(float)
    bad = ~np.isin(numbers, np.arange(11)).all(axis=1)
    if bad.any():
        first = int(bad.argmax())
        found = votes.loc[first, list(VOTES)].tolist()
        raise DatasetLayoutError(f"{path}, line {first + 2}: the votes are {found}. Expected ten numbers from 0 to 10.")
    counts = np.zeros((len(rows), len(VOTES)), dtype=np.uint8)
    for part in rows["split"].unique():
        here, there = (rows["split"] == part).to_numpy(), (votes["Usage"] == part).to_numpy()
        if here.sum() != there.sum():
            raise DatasetLayoutError(
                f"{path}: {there.sum():,} rows of votes for {part}, but the csv has {here.sum():,} images. Both files "
                "must be complete and in their original order; remove one of them to go on without votes."
            )
        counts[here] = numbers[there]
    winners = counts.argmax(axis=1)
    tied = (counts == counts.max(axis=1, keepdims=True)).sum(axis=1) > 1
    names = np.array([*VOTES[:8], None, None], dtype=object)
    majority = np.where(tied, None, names[winners])
    return rows.assign(**{f"votes_{name}": counts[:, i] for i, name in enumerate(VOTES)}, ferplus=majority)


def vote_shares(rows: pd.DataFrame) -> pd.DataFrame:
    """Holds the votes against the labels of FER2013.

    Args:
        rows: DataFrame of `Fer2013` with votes.

    Returns:
        DataFrame indexed by the label of FER2013: `images`; `agree`, the share of them whose majority of votes is that
        label (0-1; a tie, "unknown" or "no face" does not agree); and the mean share of votes for each of `VOTES`,
        which sum to 1.
    """
    columns = [f"votes_{name}" for name in VOTES]
    votes = rows[columns].to_numpy(float)
    shares = pd.DataFrame(votes / votes.sum(axis=1, keepdims=True).clip(1), columns=VOTES, index=rows.index)
    labels = rows["label"].astype(object)
    found = shares.assign(agree=(rows["ferplus"].astype(object) == labels).astype(float)).groupby(labels)
    table = found.mean()
    return table.assign(images=found.size()).rename_axis(None)[["images", "agree", *VOTES]]
