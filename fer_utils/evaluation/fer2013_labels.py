"""FER2013's two caveats as numbers: its labels against ten FER+ votes, and its test images that were trained on."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from fer_utils.errors import ParameterError
from fer_utils.evaluation.known_items import check_all_predicted, known_of
from fer_utils.protocol.label_maps import label_map


@dataclass(frozen=True, eq=False)
class Changed:
    """Predictions under other labels, or of fewer items.

    Attributes:
        predictions: DataFrame, as `score` takes it.
        note: str. What was changed and what was left out, with counts of images.
        left_out: int. Images that are not in `predictions` any more.
    """

    predictions: pd.DataFrame
    note: str
    left_out: int


def changes(items: pd.DataFrame, labels: str) -> dict[str, Callable[[pd.DataFrame], Changed]]:
    """Names what can be changed about predictions with what is known of their items.

    Args:
        items: DataFrame of the test items, as `Run.items` gives it.
        labels: str. Name of the label map of the predictions.

    Returns:
        dict from a name to a function from predictions to `Changed`; "FER+ labels" only where there are votes.
    """
    found = {"FER+ labels": lambda predictions: under_ferplus(predictions, items, labels)} if "ferplus" in items else {}
    return found | {"without duplicates": lambda predictions: without_duplicates(predictions, items)}


def under_ferplus(predictions: pd.DataFrame, items: pd.DataFrame, labels: str) -> Changed:
    """Judges predictions by the majority of the ten FER+ votes, in place of FER2013's own labels.

    The majority is the label with most votes. Images are left out where it is tied, where most say "unknown" or "no
    face", and where the label map has no class for it, such as contempt under seven classes. The model was trained on
    the labels of FER2013 all the same.

    Args:
        predictions: DataFrame of one or several models, as `score` takes it.
        items: DataFrame of the test items, as `Run.items` gives it, with the column `ferplus`.
        labels: str. Name of the label map of the predictions.

    Returns:
        `Changed`, with `y_true` by FER+.

    Raises:
        ParameterError: the items have no FER+ votes, or are not those of the predictions.

    Reference: Barsoum et al. 2016, arXiv:1608.01041, majority voting.
    """
    if "ferplus" not in items:
        raise ParameterError(
            "The test items have no FER+ votes. Put fer2013new.csv beside fer2013.csv and run again; it is at "
            "https://github.com/microsoft/FERPlus."
        )
    check_all_predicted(predictions, items)
    majority = known_of(predictions, items, ["ferplus"])["ferplus"]
    voted = majority.notna().to_numpy()
    codes = np.full(len(majority), -1)
    codes[voted] = label_map(labels).encode(majority[voted].to_numpy(dtype=object))
    kept = codes >= 0
    result = predictions[kept].assign(y_true=np.array(label_map(labels).classes, dtype=object)[codes[kept]])
    names = predictions["sample_id"]
    undecided, unmapped = names[~voted].nunique(), names[voted & ~kept].nunique()
    agreed = (result["y_true"] == predictions["y_true"][kept])[~result["sample_id"].duplicated()].mean()
    note = (
        f"the majority of ten votes decides; {undecided:,} of {names.nunique():,} test images left out without one "
        f"(tied, unknown or no face), {unmapped:,} because the label map '{labels}' has no class for it. Of the others "
        f"{100 * agreed:.1f} % have the label that FER2013 gives them."
    )
    return Changed(result.reset_index(drop=True), note, undecided + unmapped)


def without_duplicates(predictions: pd.DataFrame, items: pd.DataFrame) -> Changed:
    """Leaves out test images that are byte-identical to one that the model may have been trained or chosen on.

    Args:
        predictions: DataFrame of one or several models, as `score` takes it.
        items: DataFrame of the test items, as `Run.items` gives it.

    Returns:
        `Changed`. Identical images inside the test part stay.

    Raises:
        ParameterError: the items are not those of the predictions.
    """
    check_all_predicted(predictions, items)
    seen = known_of(predictions, items, ["in_training", "in_validation"]).to_numpy(bool)
    names = predictions["sample_id"]
    trained, left_out = names[seen[:, 0]].nunique(), names[seen.any(axis=1)].nunique()
    note = f"{left_out:,} of {names.nunique():,} test images left out: {trained:,} byte-identical to a training image"
    note += f", {left_out - trained:,} more to a validation image." if left_out > trained else "."
    return Changed(predictions[~seen.any(axis=1)].reset_index(drop=True), note, left_out)
