"""Pairs of pictures that show nearly the same, mirrored or not: all of them, none by chance."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from scipy.fft import dctn

from fer_utils.datasets.face_table import FaceTable
from fer_utils.errors import ParameterError
from fer_utils.protocol.thumbnails import SIDE, thumbnails

THRESHOLD = 0.98  # of ZNCC; the same photograph stored once more reaches it, another photograph of the person does not
LOW = 8  # lowest frequencies kept in each direction
SLACK = 1e-4  # rounding of float32, far above what occurs
PRODUCTS = 1 << 24  # correlations at a time: 64 MB
BLOCK = 4096  # pairs that are verified at a time: 75 MB
MOST_PAIRS = 10_000_000  # 0.2 GB


def near_duplicates(
    pictures: FaceTable | np.ndarray, threshold: float = THRESHOLD, mirrored: bool = True
) -> pd.DataFrame:
    """Finds all pairs of pictures whose zero-mean normalized cross-correlation (ZNCC) reaches a threshold.

    The search is exact. ZNCC is the inner product of two pictures whose mean is 0 and whose length is 1. An orthonormal
    cosine transform does not change it; of the coefficients only the 8 x 8 lowest are multiplied, and what the others
    could add is at most the product of their lengths (Cauchy and Schwarz). Pairs that even so stay below the threshold
    are none; the few others are computed in full.

    Args:
        pictures: `FaceTable`, or uint8 array (n, height, width[, channels]); compared in gray at 48 x 48 pixels.
        threshold: float. Lowest ZNCC, in (0, 1].
        mirrored: bool. Compare also with the mirrored picture.

    Returns:
        DataFrame `i, j, zncc, mirrored`, sorted, with i < j. Each pair stands there once, the way it is more alike.
        The ZNCC of a constant picture is not defined: two that are identical count as 1, other pairs as 0.

    Raises:
        ParameterError: an impossible threshold, or more than 10 million pairs.
    """
    if not 0 < threshold <= 1:
        raise ParameterError(f"threshold = {threshold}: expected a correlation above 0 and up to 1, such as 0.98.")
    small = thumbnails(pictures)
    features = _features(small)
    found = [_verified(small, i, j, False, threshold) for i, j in _candidates(features, features, threshold)]
    if mirrored:
        flipped = features * np.tile((-1.0) ** np.arange(LOW), LOW).astype(np.float32)  # odd waves change their sign
        found += [_verified(small, i, j, True, threshold) for i, j in _candidates(features, flipped, threshold)]
    empty = pd.DataFrame({"i": np.zeros(0, int), "j": np.zeros(0, int), "zncc": np.zeros(0), "mirrored": False})
    pairs = pd.concat(found, ignore_index=True) if found else empty
    best = pairs.sort_values(["zncc", "mirrored"], ascending=[False, True]).drop_duplicates(["i", "j"])
    return best.sort_values(["i", "j"], ignore_index=True)


def _features(small: np.ndarray) -> np.ndarray:
    """The lowest coefficients of each picture, and the length of the rest in the place of the mean, which is 0."""
    features = np.empty((len(small), LOW * LOW), np.float32)
    for start in range(0, len(small), BLOCK):
        block, _ = _unit(small[start : start + BLOCK])
        waves = dctn(block.reshape(-1, SIDE, SIDE), axes=(1, 2), norm="ortho")[:, :LOW, :LOW].reshape(-1, LOW * LOW)
        waves[:, 0] = np.sqrt(np.clip(1 - (waves[:, 1:] ** 2).sum(axis=1), 0, None))
        features[start : start + BLOCK] = waves
    return features


def _unit(small: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Pictures as vectors of mean 0 and length 1, and which of them are constant; those become 0."""
    flat = small.reshape(len(small), -1).astype(np.float32)
    constant = flat.min(axis=1) == flat.max(axis=1)
    flat -= flat.mean(axis=1, keepdims=True)
    flat[constant] = 0
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    length[constant] = 1
    return flat / length, constant


def _candidates(left: np.ndarray, right: np.ndarray, threshold: float) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yields blocks of pairs i < j that may reach the threshold."""
    step = max(1, PRODUCTS // max(1, len(left)))
    total = 0
    for start in range(0, len(left), step):
        products = left[start : start + step] @ right[start:].T
        i, j = np.divmod(np.flatnonzero(products >= threshold - SLACK), products.shape[1])
        i, j = i[i < j] + start, j[i < j] + start
        total += len(i)
        if total > MOST_PAIRS:
            raise ParameterError(
                f"More than {MOST_PAIRS:,} pairs of {len(left):,} pictures may correlate by {threshold} or more. "
                "Choose a higher threshold, or leave out frames: those of a film are all near-duplicates."
            )
        for block in range(0, len(i), BLOCK):
            yield i[block : block + BLOCK], j[block : block + BLOCK]


def _verified(small: np.ndarray, i: np.ndarray, j: np.ndarray, mirrored: bool, threshold: float) -> pd.DataFrame:
    """Computes the ZNCC of pairs on all pixels, and keeps those that reach the threshold."""
    (left, constant), (right, _) = _unit(small[i]), _unit(small[j][:, :, ::-1] if mirrored else small[j])
    zncc = np.einsum("np,np->n", left, right)
    same = (small[i] == small[j]).all(axis=(1, 2))
    zncc = np.where(constant, same, zncc).clip(-1, 1)
    zncc = np.where(same & (not mirrored), 1.0, zncc)  # rounding may leave 0.9999999
    kept = zncc >= threshold
    return pd.DataFrame({"i": i[kept], "j": j[kept], "zncc": zncc[kept].astype(float), "mirrored": mirrored})
