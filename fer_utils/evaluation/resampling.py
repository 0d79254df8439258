"""Bootstrap of sums: what each prediction adds to a metric, summed over the units and seeds of every resample.

Accuracy, recall, Brier score and calibration error are all made of sums over predictions. So it is enough to know what
each unit adds, and how often a resample draws it. Equal seeds draw the same units, whatever is summed: two models that
answered the same items are resampled together, which makes their difference a paired one.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

CHUNK = 500_000  # weights held in memory at a time; more do not fit into a processor's cache


@dataclass(frozen=True, eq=False)
class Units:
    """What the bootstrap draws.

    Attributes:
        codes: int array (n,). Unit of each prediction, 0 to U - 1, in the order in which they first appear.
        subjects: int, or None where subjects are unknown and items are drawn.
        words: str. What is drawn, in words.
    """

    codes: np.ndarray
    subjects: int | None
    words: str


def units_of(predictions: pd.DataFrame) -> Units:
    """Finds the units of predictions: subjects, or items where subjects are unknown; in a mixture it may be both.

    Args:
        predictions: DataFrame with `sample_id`, `subject` and `seed`.

    Returns:
        `Units`.
    """
    subjects = predictions["subject"].replace("", np.nan)
    known = bool(subjects.notna().all())
    codes, names = pd.factorize(np.where(subjects.notna(), subjects, predictions["sample_id"]).astype(object))
    unknown = "subjects, and items whose subject is unknown" if subjects.notna().any() else ""
    words = "subjects" if known else unknown or "items, because subjects are unknown"
    several = " and seeds" if predictions["seed"].nunique() > 1 else ""
    return Units(codes, len(names) if known else None, words + several)


def resampled_sums(
    added: sparse.csr_array, units: np.ndarray, seeds: np.ndarray, resamples: int = 2000, seed: int = 0
) -> np.ndarray:
    """Draws units and seeds with replacement, and sums what their predictions add.

    Args:
        added: sparse array (n, C). What each prediction adds to each of C sums.
        units: int array (n,). Unit of each prediction, 0 to U - 1; all predictions of a drawn unit are kept.
        seeds: int array (n,). Seed of each prediction, from 0. Predictions with equal sets of seeds get the same draws
            of them, others independent ones.
        resamples: int. Number B of resamples.
        seed: int. Seed of the resampling itself.

    Returns:
        float array (B, C).
    """
    names, runs = np.unique(seeds, return_inverse=True)
    size, drawn_from, width = added.shape[1], int(units.max()) + 1, len(names)
    cells = added.tocoo()
    rows, columns = units[cells.row], runs[cells.row] * size + cells.col
    by_unit = sparse.coo_array((cells.data, (rows, columns)), shape=(drawn_from, width * size)).tocsr()
    seed_weights = np.random.default_rng([seed, 1, *names]).multinomial(width, np.full(width, 1 / width), resamples)
    random = np.random.default_rng([seed, 0])
    result = np.empty((resamples, size))
    step = max(1, CHUNK // drawn_from)
    for start in range(0, resamples, step):
        part = seed_weights[start : start + step]
        weights = np.empty((len(part), drawn_from))
        for row in weights:
            row[:] = np.bincount(random.integers(0, drawn_from, drawn_from), minlength=drawn_from)
        by_seed = (weights @ by_unit).reshape(len(part), width, size)
        result[start : start + step] = np.einsum("bsc,bs->bc", by_seed, part)
    return result
