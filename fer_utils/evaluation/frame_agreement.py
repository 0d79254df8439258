"""How much the frames of a clip repeat each other: why ten frames are not ten opinions."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from fer_utils.errors import ParameterError
from fer_utils.evaluation.clip_predictions import OF_CLIP


@dataclass(frozen=True)
class Agreement:
    """How alike the errors of the frames of a clip are.

    Attributes:
        frames: float. Mean number of frames of a clip.
        correlation: float. Of being right, between two frames of a clip: 0 where frames err independently, 1 where all
            frames of a clip are right or all are wrong. NaN where every frame is right, or every one wrong.
        effective: float. As many independent frames would tell as much: n / (1 + (n - 1) x correlation). NaN as well.
    """

    frames: float
    correlation: float
    effective: float


def frame_agreement(predictions: pd.DataFrame) -> Agreement:
    """Estimates the correlation of being right within clips, by analysis of variance.

    Args:
        predictions: DataFrame as `Run.predictions` returns it, of the frames of one model. A frame without a face is
            wrong.

    Returns:
        `Agreement`.

    Raises:
        ParameterError: fewer than two clips, or no clip of several frames.

    Reference: Donner 1986, International Statistical Review 54(1), 67-82, equation of the ANOVA estimator.
    """
    right = (predictions["y_true"] == predictions["y_pred"]).astype(float)
    groups = right.groupby([predictions[name] for name in OF_CLIP], dropna=False)
    sizes, means = groups.size().to_numpy(float), groups.mean().to_numpy()
    clips, frames = len(sizes), sizes.sum()
    if clips < 2 or frames == clips:
        raise ParameterError(
            f"{clips} clips of {int(frames)} frames: expected at least two clips, and one of several frames."
        )
    usual = (frames - (sizes**2).sum() / frames) / (clips - 1)
    between = (sizes * (means - right.mean()) ** 2).sum() / (clips - 1)
    within = (sizes * means * (1 - means)).sum() / (frames - clips)
    spread = between + (usual - 1) * within
    correlation = (between - within) / spread if spread > 0 else np.nan
    mean = frames / clips
    return Agreement(mean, float(correlation), float(mean / (1 + (mean - 1) * np.maximum(0.0, correlation))))
