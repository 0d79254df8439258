"""Percentile bootstrap of confusion matrices: over subjects and seeds, or over items where subjects are unknown.

Images of one subject resemble each other. An interval that resamples images as if they were independent is too narrow,
so whole subjects are drawn, each with all its items. Instead of drawing indices, the number of times that each unit is
drawn is sampled (a multinomial) and multiplied with the units' confusion matrices.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

CHUNK = 4_000_000  # weights held in memory at a time
MERGED_SIZE = 16  # units with at most so many predictions are compared, and equal ones merged


@dataclass(frozen=True)
class Interval:
    """A number and its 95 % interval.

    Attributes:
        value: float. The number itself, from all items.
        low: float. 2.5th percentile of the resamples.
        high: float. 97.5th percentile.
    """

    value: float
    low: float
    high: float

    @property
    def half_width(self) -> float:
        """Half of the distance between the ends."""
        return (self.high - self.low) / 2

    def __contains__(self, number: float) -> bool:
        return self.low <= number <= self.high


def bootstrap(
    cells: np.ndarray, units: np.ndarray, seeds: np.ndarray, classes: int, resamples: int = 2000, seed: int = 0
) -> np.ndarray:
    """Draws units (subjects or items) and seeds with replacement and counts confusion matrices.

    Args:
        cells: int array (n,). Cell of the confusion matrix that each prediction falls into, row by row.
        units: int array (n,). Unit of each prediction, 0 to U - 1; all predictions of a drawn unit are kept.
        seeds: int array (n,). Seed of each prediction, 0 to S - 1, drawn independently of the units.
        classes: int. Number K of classes.
        resamples: int. Number B of resamples.
        seed: int. Seed of the resampling itself.

    Returns:
        float array (B, K, K + 1).
    """
    random = np.random.default_rng(seed)
    size = classes * (classes + 1)
    runs = int(seeds.max()) + 1
    counts, multiplicity = _distinct_units(cells + seeds * size, units, runs * size)
    seed_weights = random.multinomial(runs, np.full(runs, 1 / runs), size=resamples)
    draws, chance = int(multiplicity.sum()), multiplicity / multiplicity.sum()
    result = np.empty((resamples, size))
    step = max(1, CHUNK // len(multiplicity))
    for start in range(0, resamples, step):
        part = seed_weights[start : start + step]
        weights = random.multinomial(draws, chance, size=len(part)).astype(float)
        by_seed = (weights @ counts).reshape(len(part), runs, size)
        result[start : start + step] = np.einsum("bsc,bs->bc", by_seed, part)
    return result.reshape(resamples, classes, classes + 1)


def percentile_interval(value: float, resampled: np.ndarray) -> Interval:
    """Takes the middle 95 % of resampled values.

    Args:
        value: float. The number from all items.
        resampled: float array (B,). The number from each resample; NaN is left out.

    Returns:
        `Interval`; its ends are NaN where every resample is NaN.
    """
    kept = resampled[~np.isnan(resampled)]
    low, high = np.percentile(kept, [2.5, 97.5]) if len(kept) else (np.nan, np.nan)
    return Interval(float(value), float(low), float(high))


def _distinct_units(columns: np.ndarray, units: np.ndarray, width: int):
    """Counts cells by unit, and merges equal units: items without subjects become a handful of patterns."""
    order = np.lexsort((columns, units))
    columns, units = columns[order], units[order]
    sizes = np.bincount(units)
    position = np.arange(len(units)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    multiplicity = np.ones(len(sizes), dtype=int)
    if sizes.max() <= MERGED_SIZE:
        patterns = np.full((len(sizes), sizes.max()), -1)
        patterns[units, position] = columns
        patterns, multiplicity = np.unique(patterns, axis=0, return_counts=True)
        units, position = np.nonzero(patterns >= 0)
        columns = patterns[units, position]
    shape = (len(multiplicity), width)
    return sparse.csr_array((np.ones(len(columns)), (units, columns)), shape=shape), multiplicity
