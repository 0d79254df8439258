"""From what a network says of each frame to one answer for the clip: the mean, a vote, or ten groups of frames.

The papers name a vote and a mean and do not say how ties and frames without a face are treated. Here a tie goes to the
class with the larger mean probability, and frames without a face have no say.
"""

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from fer_utils.errors import ParameterError
from fer_utils.evaluation.clip_predictions import OF_CLIP
from fer_utils.faces.frame_groups import frame_groups


def mean_probability(probabilities: np.ndarray) -> np.ndarray:
    """Averages what is said of the frames.

    Args:
        probabilities: float array (frames, classes).

    Returns:
        float array (classes,).
    """
    return np.mean(probabilities, axis=0)


def majority_vote(probabilities: np.ndarray) -> np.ndarray:
    """Counts which class most frames are taken for (Zennou et al. 2023 name "a voting mechanism" and no more).

    The mean probability is added as if one more frame had divided its vote, so that it decides between classes with
    equally many votes, and never otherwise.

    Args:
        probabilities: float array (frames, classes).

    Returns:
        float array (classes,) of shares that add up to one; the largest is the answer.
    """
    probabilities = np.asarray(probabilities)
    votes = np.bincount(probabilities.argmax(axis=1), minlength=probabilities.shape[1])
    return (votes + mean_probability(probabilities)) / (len(probabilities) + 1)


def mean_of_groups(probabilities: np.ndarray) -> np.ndarray:
    """Averages ten groups of consecutive frames (Kahou et al. 2013; Adebayo 2021, section 2.1.3).

    Where the number of frames is no multiple of ten, groups differ in size, and this mean differs a little from that of
    the frames.

    Args:
        probabilities: float array (frames, classes), in order of time.

    Returns:
        float array (classes,).
    """
    return frame_groups(probabilities).mean(axis=0)


def aggregate(
    probabilities: np.ndarray,
    clips: Sequence[np.ndarray],
    how: Callable[[np.ndarray], np.ndarray] = mean_probability,
    found: np.ndarray | None = None,
) -> np.ndarray:
    """Makes one answer of each clip.

    Args:
        probabilities: float array (N, classes). What a network says of each frame.
        clips: sequence of n int arrays. Places of each clip's frames in order of time, such as `Clips.frames`.
        how: function from (frames, classes) to anything of one shape, such as `majority_vote` or `frame_groups`.
        found: bool array (N,). In which frames there is a face; others are left out, unless a clip has no face at all:
            then the answer is NaN, which `Run.save_predictions` takes for a clip that was not detected. None for all.

    Returns:
        float array (n, ...).

    Raises:
        ParameterError: no clips, or one without frames.
    """
    if not len(clips):
        raise ParameterError("There are no clips whose frames could be put together.")
    if empty := [number for number, places in enumerate(clips) if not len(places)]:
        raise ParameterError(f"Clip {empty[0]} has no frames, so nothing can be said of it. Leave it out.")
    seen = np.ones(len(probabilities), dtype=bool) if found is None else np.asarray(found, dtype=bool)
    answers = []
    for places in clips:
        kept = places[seen[places]]
        answer = how(probabilities[kept if len(kept) else places])
        answers.append(answer if len(kept) else np.full_like(answer, np.nan, dtype=float))
    return np.stack(answers)


def some_frames(predictions: pd.DataFrame, choose: Callable[[int], np.ndarray]) -> pd.DataFrame:
    """Keeps some frames of each clip, to see what a mean over fewer of them would have been.

    Args:
        predictions: DataFrame as `Run.predictions` returns it, of frames in order of time.
        choose: function from the number of frames of a clip to the numbers of the frames that are kept.

    Returns:
        DataFrame with the rows that are kept, each once.
    """
    groups = predictions.groupby(OF_CLIP, sort=False, dropna=False)
    number, count = groups.cumcount().to_numpy(), groups["sequence"].transform("size").to_numpy()
    chosen = {size: np.unique(choose(int(size))) for size in np.unique(count)}
    kept = np.array([n in chosen[size] for n, size in zip(number, count, strict=True)], dtype=bool)
    return predictions[kept]
