"""The frames that differ most from each other, one for each cluster of a clip's frames."""

import numpy as np

from fer_utils.errors import ParameterError


def key_frames(embeddings: np.ndarray, count: int, seed: int = 0) -> np.ndarray:
    """Chooses key frames by k-means: of each cluster the frame that is nearest to its center.

    Adebayo (2021, section 2.1.2) names k-means and k nearest neighbors for this; the latter clusters nothing.

    Args:
        embeddings: array (n, ...). One row a frame, such as its features, or the gray levels of 32 x 32 pixels.
        count: int. How many frames to choose.
        seed: int. Seed of k-means.

    Returns:
        int array, in order of time. All frames where there are no more than `count`; fewer than `count` where fewer
        frames differ at all.

    Raises:
        ParameterError: no frames, or a count below 1.
    """
    from sklearn.cluster import KMeans

    rows = np.asarray(embeddings, dtype=float)
    if rows.ndim < 2 or not len(rows) or count < 1:
        raise ParameterError(
            f"Frames of shape {rows.shape}, count={count}: expected (frames, ...), at least one of each."
        )
    if len(rows) <= count:
        return np.arange(len(rows))
    rows = rows.reshape(len(rows), -1)
    distinct = np.sort(np.unique(rows, axis=0, return_index=True)[1])  # the first of frames that are all the same
    if len(distinct) <= count:
        return distinct
    distances = KMeans(count, n_init=10, random_state=seed).fit(rows).transform(rows)
    cluster = distances.argmin(axis=1)
    chosen = [np.where(cluster == number, distances[:, number], np.inf).argmin() for number in range(count)]
    return np.unique(chosen)
