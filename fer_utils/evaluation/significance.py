"""What a difference proves: p-values from resamples, their correction, and what a test set could show at all."""

from collections.abc import Sequence

import numpy as np
from scipy.stats import norm

LEVEL, POWER = 0.05, 0.8


def holm(p_values: Sequence[float]) -> np.ndarray:
    """Corrects p-values for their number, so that 5 % is the chance of a single false alarm among all.

    Args:
        p_values: sequence of m floats.

    Returns:
        float array (m,). The i-th smallest times m - i + 1, at least as large as the one before it, at most 1.

    Reference: Holm 1979, Scandinavian Journal of Statistics 6(2), 65-70.
    """
    p_values = np.asarray(p_values, dtype=float)
    order = np.argsort(p_values)
    steps = np.maximum.accumulate(p_values[order] * np.arange(len(p_values), 0, -1))
    corrected = np.empty_like(steps)
    corrected[order] = np.minimum(steps, 1)
    return corrected


def p_value(differences: np.ndarray) -> float:
    """Returns the two-sided p-value of no difference: twice the share of resamples on the rarer side of 0.

    Args:
        differences: float array (B,). Resampled paired differences; NaN is left out.

    Returns:
        float in 2 / (B + 1) to 1. The observed value counts as one more resample, so that none is 0.

    Reference: Davison and Hinkley 1997, "Bootstrap Methods and their Application", section 4.2.
    """
    kept = differences[~np.isnan(differences)]
    rarer = min((kept <= 0).sum(), (kept >= 0).sum())
    return float(min(1, 2 * (1 + rarer) / (len(kept) + 1)))


def detectable_difference(differences: np.ndarray, level: float = LEVEL, power: float = POWER) -> float:
    """Returns the smallest true difference that a test set shows with some probability.

    Args:
        differences: float array (B,). Resampled paired differences; their standard deviation is the standard error.
        level: float. Significance level of the two-sided test.
        power: float. Probability of showing it.

    Returns:
        float. (z(1 - level / 2) + z(power)) standard errors, which is 2.80 by default; NaN if all resamples are equal.

    Reference: Bloom 1995, "Minimum Detectable Effects", Evaluation Review 19(5), 547-556.
    """
    error = float(np.nanstd(differences))
    return float((norm.ppf(1 - level / 2) + norm.ppf(power)) * error) if error > 1e-12 else float("nan")
