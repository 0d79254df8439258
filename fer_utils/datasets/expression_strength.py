"""How strong the expression of each frame of a drawn clip is: known because it was drawn."""

import re
from pathlib import PurePosixPath

import numpy as np
import pandas as pd

from fer_utils.datasets.face_table import FaceTable
from fer_utils.datasets.sources import PRESETS, SEEDS
from fer_utils.datasets.synthetic.twins.cached import cached_twin
from fer_utils.datasets.synthetic.twins.writing import TRUTH
from fer_utils.errors import ParameterError

PLACES = ("file", "frame")  # which frame a row of the truth is about
SIDES = r"au_(?!43_)\d+_(?:right|left)"  # all action units but 43: a blink is no part of an expression


def expression_strength(table: FaceTable, data: str = "") -> np.ndarray:
    """Sums how far the action units of each frame lie above the least that its clip shows.

    Args:
        table: `FaceTable` of drawn clips, `synthetic` or a twin, of any rows and size.
        data: str. With which it was opened, such as "twin": twins keep the truth in a file of their own.

    Returns:
        float array (n,): 0 where a clip is at rest, several units of FACS intensity at its apex; all NaN for
        photographed faces, of which nobody knows it, and for still pictures of twins.

    Raises:
        ParameterError: some frames are not in the truth, so that it is the truth of other clips.
    """
    if data in PRESETS and table.name in SEEDS:
        path = cached_twin(table.name, PRESETS[data], SEEDS[table.name]) / TRUTH
        truth = pd.read_csv(path, usecols=lambda name: name in PLACES or re.fullmatch(SIDES, name))
        return _look_up(table, truth) if "frame" in truth else np.full(len(table), np.nan)
    if not table.synthetic or "au_1_right" not in table.rows:
        return np.full(len(table), np.nan)
    return _strength(table.rows, table.rows["sequence"]).to_numpy()


def _strength(rows: pd.DataFrame, clips: pd.Series) -> pd.Series:
    units = rows.filter(regex=f"^{SIDES}$").astype(float)
    return (units - units.groupby(clips.to_numpy()).transform("min")).sum(axis=1)


def _look_up(table: FaceTable, truth: pd.DataFrame) -> np.ndarray:
    """Finds frames of a twin by their ids: loaders make them of the film, of its part and name, or of the picture."""
    files = truth["file"].map(PurePosixPath)
    parts = files.map(lambda file: file.parts[0].partition("_")[0].title())
    number = truth["frame"].map("{:05d}".format)
    pictures = files.map(lambda file: file.stem)
    clips = truth["file"] if not truth["file"].is_unique else files.map(lambda file: file.parent.as_posix())
    strength = _strength(truth, clips).to_numpy()
    for ids in (truth["file"] + "-" + number, parts + "/" + pictures + "-" + number, pictures):
        known = pd.Series(strength, index=ids)
        if known.index.is_unique and table.rows["sample_id"].isin(known.index).all():
            return known[table.rows["sample_id"]].to_numpy()
    raise ParameterError(
        f"{table.name}: the frame '{table.rows['sample_id'].iloc[0]}' is not in the truth of the twin that data names. "
        "Give the data with which the faces were opened."
    )
