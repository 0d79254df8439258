"""From what a model says of each frame to what it says of each clip: the mean of the frames' probabilities.

Runs store what a model said, of each frame, window or clip, because predictions are the data. Where a protocol counts
clips (`unit="sequence"`), everything that is computed goes through here first, so that frames and clips never stand in
one number.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from fer_utils.errors import ParameterError

OF_CLIP = ["model", "fold", "seed", "sequence"]  # what makes a clip's prediction one
NAMED = 3  # how many of many ids are named


def counted_predictions(predictions: pd.DataFrame, protocol: Mapping) -> pd.DataFrame:
    """Returns what a protocol counts: the predictions as they are, or one for each clip.

    Args:
        predictions: DataFrame as `Run.predictions` returns it, of frames.
        protocol: mapping. The `protocol` entry of a run's `result.json`.

    Returns:
        DataFrame with the same columns.
    """
    return clip_predictions(predictions) if _of_clips(protocol) and len(predictions) else predictions


def counted_items(items: pd.DataFrame, predictions: pd.DataFrame, protocol: Mapping) -> pd.DataFrame:
    """Returns what is known of the items that a protocol counts.

    Args:
        items: DataFrame as `Run.items` returns it, of frames.
        predictions: DataFrame as `Run.predictions` returns it, which tells the clip of each frame where the table of
            items does not.
        protocol: mapping. The `protocol` entry of a run's `result.json`.

    Returns:
        DataFrame with the same columns, one row a fold and frame, or a fold and clip: there `sample_id` is the clip, an
        image that is `in_training` marks it as a whole, angles are means, and the rest is that of the first frame.
    """
    if not _of_clips(protocol) or items.empty:
        return items
    clip = predictions.drop_duplicates("sample_id").set_index("sample_id")["sequence"]
    named = items["sequence"] if "sequence" in items else items["sample_id"].map(clip)  # older runs do not tell
    items = items.assign(sample_id=named).drop(columns="sequence", errors="ignore")
    how = {name: _summary(items[name]) for name in items if name not in ("sample_id", "fold")}
    return items.groupby(["sample_id", "fold"], sort=False, as_index=False).agg(how)[list(items)]


def clip_predictions(predictions: pd.DataFrame) -> pd.DataFrame:
    """Makes one prediction of each clip: the class with the largest mean probability over its frames.

    Frames without a detected face are left out of the mean; a clip without any counts as not detected. How the thesis
    came from frames to clips is not stated; the mean is the usual way, and ties are rarer than in a vote.

    Args:
        predictions: DataFrame as `Run.predictions` returns it, with `p_<class>`.

    Returns:
        DataFrame with the same columns, one row a model, fold, seed and clip, in the order in which they first appear;
        `sample_id` is that of the clip.

    Raises:
        ParameterError: there are no probabilities, or frames of one clip have different labels or subjects.
    """
    columns = [name for name in predictions if name.startswith("p_")]
    if not columns:
        raise ParameterError(
            "The mean over the frames of a clip needs probabilities, p_<class>; the predictions have "
            f"{', '.join(predictions)}. Store probabilities, or count each image: unit = 'image'."
        )
    _check_clips(predictions)
    groups = predictions.groupby(OF_CLIP, sort=False, dropna=False)
    first, mean = groups.first(), groups[columns].mean()  # empty cells are left out
    found = mean.notna().all(axis=1)
    names = np.array([name.removeprefix("p_") for name in columns], dtype=object)
    winner = names[mean.fillna(0).to_numpy().argmax(axis=1)]
    table = first.assign(**{name: mean[name] for name in columns}, detected=found, y_pred=np.where(found, winner, None))
    table = table.reset_index()
    return table.assign(sample_id=table["sequence"])[list(predictions)]


def _summary(column: pd.Series) -> str:
    """Names how what is known of frames becomes what is known of their clip."""
    if pd.api.types.is_bool_dtype(column):
        return "any"
    return "mean" if pd.api.types.is_float_dtype(column) else "first"


def _of_clips(protocol: Mapping) -> bool:
    return protocol.get("unit") == "sequence"


def _check_clips(predictions: pd.DataFrame) -> None:
    """Refuses clips that are none: with several labels there is no truth to compare with."""
    facts = predictions[["sequence", "y_true", "subject"]].drop_duplicates()
    twice = facts["sequence"][facts["sequence"].duplicated()].unique()
    if len(twice):
        named = ", ".join(f"'{name}'" for name in twice[:NAMED]) + ", ..." * (len(twice) > NAMED)
        raise ParameterError(
            f"{len(twice):,} clips have frames with different labels or subjects: {named}. "
            "Count each image instead: unit = 'image'."
        )
