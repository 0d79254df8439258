"""What a model says of each frame, put together to ten groups a clip (Kahou et al. 2013)."""

import numpy as np

from fer_utils.errors import ParameterError


def frame_groups(predictions: np.ndarray, groups: int = 10) -> np.ndarray:
    """Averages the predictions of consecutive frames, so that clips of all lengths have as many rows.

    After Kahou et al. 2013, as Adebayo (2021, section 2.1.3) tells it. Flattened, the rows are what a classifier of
    clips takes; averaged, they are a prediction for the clip.

    Args:
        predictions: float array (n, classes). One row a frame, in order of time.
        groups: int. Rows of the result.

    Returns:
        float array (groups, classes). Clips of more frames are divided in near-equal parts, whose means these are; in
        shorter ones row i is frame floor(i n / groups).

    Raises:
        ParameterError: no frames, or no groups.
    """
    predictions = np.asarray(predictions)
    if predictions.ndim != 2 or not len(predictions):
        raise ParameterError(
            f"Predictions of shape {predictions.shape}: expected (frames, classes), at least one frame."
        )
    if groups < 1:
        raise ParameterError(f"groups={groups}: expected at least 1.")
    if len(predictions) <= groups:
        return predictions[np.arange(groups) * len(predictions) // groups]
    return np.stack([part.mean(axis=0) for part in np.array_split(predictions, groups)])
