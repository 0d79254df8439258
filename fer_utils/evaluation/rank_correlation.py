"""Whether two numbers of frames rise and fall together within clips: Spearman's correlation, with its interval."""

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse
from scipy.stats import ConstantInputWarning, spearmanr

from fer_utils.errors import ParameterError
from fer_utils.evaluation.coverage import coverage_note
from fer_utils.evaluation.intervals import Interval, percentile_interval
from fer_utils.evaluation.resampling import resampled_sums, units_of

NEEDED = ("sequence", "subject", "seed")
LEAST = 3  # frames: two are always in order or in reverse


@dataclass(frozen=True)
class RankCorrelation:
    """How far two numbers order the frames of a clip alike.

    Attributes:
        mean: `Interval`. Mean of the clips' correlations, -1 to 1; 0 where one number says nothing of the other.
        clips: int. Clips whose correlation is defined.
        left_out: int. Clips with fewer than three frames, or in which one of the numbers never changes.
        subjects: int, or None where subjects are unknown.
        unit: str. What the bootstrap drew, in words.
        note: str. What to know before trusting the interval; empty where nothing.
    """

    mean: Interval
    clips: int
    left_out: int
    subjects: int | None
    unit: str
    note: str

    def __str__(self):
        ends = f"[{self.mean.low:+.2f}, {self.mean.high:+.2f}]"
        return f"{self.mean.value:+.2f} {ends}, {self.clips} clips"


def rank_correlation(
    frames: pd.DataFrame, first: str, second: str, resamples: int = 2000, seed: int = 0
) -> RankCorrelation:
    """Correlates two columns within clips, and resamples people with all their clips.

    Args:
        frames: DataFrame, one row a frame: `sequence`, `subject`, `seed` (of the training), and the two columns.
        first: str. Name of a column of numbers.
        second: str. Name of another one.
        resamples: int. Number of bootstrap resamples.
        seed: int. Seed of the bootstrap.

    Returns:
        `RankCorrelation`.

    Raises:
        ParameterError: a column is missing, or the correlation is defined in no clip.
    """
    found = clip_correlations(frames, first, second)
    kept = found.dropna(subset="rho").rename(columns={"sequence": "sample_id"})
    if kept.empty:
        raise ParameterError(
            f"In none of {len(found)} clips do {first} and {second} both change over {LEAST} frames or more: there is "
            "nothing to correlate."
        )
    units = units_of(kept)
    added = sparse.csr_array(np.stack([kept["rho"], np.ones(len(kept))], axis=1))
    drawn = resampled_sums(added, units.codes, kept["seed"].to_numpy(), resamples, seed)
    drawn = np.divide(drawn[:, 0], drawn[:, 1], out=np.full(resamples, np.nan), where=drawn[:, 1] > 0)
    interval = percentile_interval(kept["rho"].mean(), drawn)
    note = coverage_note(units.subjects)
    return RankCorrelation(interval, len(kept), len(found) - len(kept), units.subjects, units.words, note)


def clip_correlations(frames: pd.DataFrame, first: str, second: str) -> pd.DataFrame:
    """Correlates two columns within each clip.

    Args:
        frames: DataFrame as for `rank_correlation`.
        first: str. Name of a column of numbers.
        second: str. Name of another one.

    Returns:
        DataFrame, one row a clip and seed: `sequence`, `seed`, `subject`, and `rho`, -1 to 1; NaN where it is not
        defined.

    Raises:
        ParameterError: a column is missing.
    """
    missing = [name for name in (*NEEDED, first, second) if name not in frames]
    if missing:
        raise ParameterError(f"The frames lack the columns {missing}; they have {list(frames)}.")
    clips = frames.groupby(["sequence", "seed"], sort=False)
    found = clips["subject"].first().reset_index()
    found["rho"] = [_spearman(clip[first].to_numpy(float), clip[second].to_numpy(float)) for _, clip in clips]
    return found


def _spearman(first: np.ndarray, second: np.ndarray) -> float:
    if len(first) < LEAST:
        return np.nan
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConstantInputWarning)  # a clip in which nothing changes gives NaN
        return float(spearmanr(first, second).statistic)
