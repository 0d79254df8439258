"""Fewer training rows for a quick look, with the class shares kept."""

import numpy as np


def stratified_sample(rows: np.ndarray, y: np.ndarray, most: int, seed: int = 0) -> np.ndarray:
    """Draws training rows so that every class keeps its share.

    Args:
        rows: int array. Row numbers to draw from.
        y: int array. Class index of every row of the table.
        most: int. How many rows to keep; 0, or more than there are, keeps all.
        seed: int.

    Returns:
        int array of row numbers, sorted; every class that `rows` has is in it.
    """
    if most <= 0 or most >= len(rows):
        return rows
    random = np.random.default_rng(seed)
    shuffled = random.permutation(rows)
    kept = []
    for label in np.unique(y[rows]):
        members = shuffled[y[shuffled] == label]
        kept.append(members[: max(1, round(most * len(members) / len(rows)))])
    return np.sort(np.concatenate(kept))
