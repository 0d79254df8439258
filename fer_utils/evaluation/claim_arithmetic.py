"""Whether printed numbers can be true at all: shares of whole items, averages over classes, F1 of its two parts.

A printed number stands for an interval, half of its last digit to either side. A number is impossible where no value in
the intervals, and no number of items, gives all that is printed.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import linprog


def possible_share(percent: float, n: int, decimals: int) -> bool:
    """Whether some whole number of n items is the printed percentage, be it rounded or cut off.

    Args:
        percent: float. As printed, such as 74.6.
        n: int. Number of items, at least 1.
        decimals: int. Digits after the point, as printed.

    Returns:
        bool. 74.6 % is no share of 65 items: 48 are 73.8 %, 49 are 75.4 %.
    """
    digits = 10**decimals
    wanted = round(percent * digits)
    nearest = math.floor(percent / 100 * n)
    shares = (100 * right / n * digits for right in range(max(nearest - 1, 0), min(nearest + 2, n) + 1))
    return any(wanted in (math.floor(share + 1e-9), math.floor(share + 0.5 + 1e-9)) for share in shares)


def possible_f1(precision: float, recall: float, f1: float, decimals: int) -> bool:
    """Whether a printed F1 can be the harmonic mean of the printed precision and recall.

    Args:
        precision: float. Fraction, as printed.
        recall: float. Fraction, as printed.
        f1: float. Fraction, as printed.
        decimals: int. Digits after the point, of all three.

    Returns:
        bool.
    """
    half = 0.5 / 10**decimals

    def harmonic(p: float, r: float) -> float:
        return 2 * p * r / (p + r) if p + r else 0.0

    low = harmonic(max(precision - half, 0), max(recall - half, 0))
    high = harmonic(min(precision + half, 1), min(recall + half, 1))
    return low - half <= f1 <= high + half


def possible_averages(rows: Sequence[Sequence[float]], totals: Sequence[float], decimals: int) -> bool:
    """Whether printed totals can be averages of the printed rows, whatever the sizes of the classes.

    The weights of the classes are the same for all metrics, not negative, and sum to one. That is a linear program:
    equal weights (macro average) and weights by class size are both among its solutions.

    Args:
        rows: sequence of K sequences of M floats. One row a class, one column a metric, as printed.
        totals: sequence of M floats, as printed.
        decimals: int. Digits after the point, of all of them.

    Returns:
        bool. False where no class sizes give these totals, such as a total above every row.
    """
    half = 0.5 / 10**decimals
    rows, totals = np.asarray(rows, dtype=float), np.asarray(totals, dtype=float)
    low, high = np.clip(rows - half, 0, 1), np.clip(rows + half, 0, 1)
    found = linprog(
        np.zeros(len(rows)),
        A_ub=np.vstack([low.T, -high.T]),
        b_ub=np.concatenate([totals + half, half - totals]),
        A_eq=np.ones((1, len(rows))),
        b_eq=[1],
        bounds=(0, 1),
    )
    return bool(found.success)


def accuracy_range(recalls: Mapping[str, float], items: Mapping[str, int], decimals: int) -> tuple[float, float]:
    """Computes what accuracy the printed recalls allow, given the sizes of the classes.

    Args:
        recalls: mapping from class to recall, as printed.
        items: mapping from class to its number of items.
        decimals: int. Digits after the point.

    Returns:
        (lowest, highest) as fractions.
    """
    half, total = 0.5 / 10**decimals, sum(items.values())
    mean = sum(recalls[name] * items[name] for name in items) / total
    return mean - half, mean + half
