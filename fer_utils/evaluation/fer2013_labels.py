"""FER2013's two caveats as numbers: its labels against ten FER+ votes, and its test images that were trained on."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from fer_utils.errors import ParameterError
from fer_utils.evaluation.checks import check_against_split
from fer_utils.protocol import Split
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


def under_ferplus(predictions: pd.DataFrame, split: Split) -> Changed:
    """Judges predictions by the majority of the ten FER+ votes, in place of FER2013's own labels.

    The majority is the label with most votes. Images are left out where it is tied, where most say "unknown" or "no
    face", and where the label map has no class for it, such as contempt under seven classes. The model was trained on
    the labels of FER2013 all the same.

    Args:
        predictions: DataFrame of one model, as `score` takes it.
        split: `Split` of FER2013 that the predictions answer, with the column `ferplus`.

    Returns:
        `Changed`, with `y_true` by FER+.

    Raises:
        ParameterError: the table has no FER+ votes, or the predictions are not those of the split.

    Reference: Barsoum et al. 2016, arXiv:1608.01041, majority voting.
    """
    rows = split.table.rows
    if "ferplus" not in rows:
        raise ParameterError(
            f"{split.table.name}: the table has no FER+ votes. Put fer2013new.csv beside fer2013.csv; it is at "
            "https://github.com/microsoft/FERPlus."
        )
    check_against_split(predictions, split)
    majority = rows.set_index("sample_id")["ferplus"].loc[predictions["sample_id"]]
    voted = majority.notna().to_numpy()
    codes = np.full(len(majority), -1)
    codes[voted] = label_map(split.protocol.labels).encode(majority[voted].to_numpy(dtype=object))
    kept = codes >= 0
    result = predictions[kept].assign(y_true=np.array(split.classes, dtype=object)[codes[kept]])
    items = predictions["sample_id"]
    undecided, unmapped = items[~voted].nunique(), items[voted & ~kept].nunique()
    agreed = (result["y_true"] == predictions["y_true"][kept])[~result["sample_id"].duplicated()].mean()
    note = (
        f"Labels by FER+ majority; {undecided:,} of {items.nunique():,} test images left out without one (tied, "
        f"unknown or no face), {unmapped:,} because the label map '{split.protocol.labels}' has no class for it. Of "
        f"the others {100 * agreed:.1f} % have the label that FER2013 gives them."
    )
    return Changed(result.reset_index(drop=True), note, undecided + unmapped)


def without_duplicates(predictions: pd.DataFrame, split: Split) -> Changed:
    """Leaves out test images that are byte-identical to an image that the model may have been trained on.

    Args:
        predictions: DataFrame of one model, as `score` takes it.
        split: `Split` that the predictions answer.

    Returns:
        `Changed`. Identical images inside the test part stay.

    Raises:
        ParameterError: the predictions are not those of the split.
    """
    check_against_split(predictions, split)
    digests, names = split.table.image_digests(), split.table.rows["sample_id"].to_numpy()
    seen = np.zeros(len(predictions), dtype=bool)
    for number, fold in enumerate(split.folds):
        trained = digests[np.union1d(fold.train, fold.fit_all)]
        twins = names[fold.test][np.isin(digests[fold.test], trained)]
        seen |= (predictions["fold"] == number).to_numpy() & predictions["sample_id"].isin(twins).to_numpy()
    left_out, total = predictions["sample_id"][seen].nunique(), predictions["sample_id"].nunique()
    note = f"{left_out:,} of {total:,} test images left out: byte-identical to a training image."
    return Changed(predictions[~seen].reset_index(drop=True), note, left_out)
