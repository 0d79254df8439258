"""McNemar's test: of two models, is one right more often where only one of them is right?"""

from dataclasses import dataclass

import pandas as pd
from scipy.stats import binomtest, chi2

from fer_utils.evaluation.checks import check_predictions, check_same_items


@dataclass(frozen=True)
class McNemar:
    """What the test found. It takes items to be independent, which images of one subject are not.

    Attributes:
        first_only: int. Items that only the first model got right.
        second_only: int. Items that only the second got right.
        p_value: float. Exact, two-sided: binomial with probability 1/2.
        statistic: float. Chi-squared with continuity correction, one degree of freedom.
        p_corrected: float. Its p-value.
        seed: int. The seed whose predictions were compared.
        note: str. What the test does not know.
    """

    first_only: int
    second_only: int
    p_value: float
    statistic: float
    p_corrected: float
    seed: int
    note: str = "McNemar's test counts items as independent; images of one subject are not, so it is too sure."


def mcnemar(first: pd.DataFrame, second: pd.DataFrame) -> McNemar:
    """Compares the right answers of two models on the same items.

    Args:
        first: DataFrame of the predictions of one model, as `score` takes it.
        second: DataFrame of the other's. Of several seeds the lowest that both have is taken, otherwise the lowest of
            each: every item may count once only.

    Returns:
        `McNemar`.

    Raises:
        ParameterError: the predictions are none, or not of the same items.

    Reference: McNemar 1947, Psychometrika 12(2), 153-157; with continuity correction Edwards 1948, Psychometrika 13(3).
    """
    for table in (first, second):
        check_predictions(table)
    check_same_items(first, second)
    common = set(first["seed"]) & set(second["seed"])
    seeds = [min(common or set(table["seed"])) for table in (first, second)]
    one, other = (_right(table, seed) for table, seed in zip((first, second), seeds, strict=True))
    alone = int((one & ~other).sum()), int((other & ~one).sum())
    differing = sum(alone)
    if not differing:
        return McNemar(0, 0, 1.0, 0.0, 1.0, int(seeds[0]))
    statistic = max(0, abs(alone[0] - alone[1]) - 1) ** 2 / differing
    exact = binomtest(alone[0], differing, 0.5).pvalue
    return McNemar(*alone, float(exact), float(statistic), float(chi2.sf(statistic, 1)), int(seeds[0]))


def _right(predictions: pd.DataFrame, seed: int) -> pd.Series:
    """Whether each item is right, in the order of the ids; an undetected face is wrong."""
    mine = predictions[predictions["seed"] == seed].set_index("sample_id").sort_index()
    return mine["y_true"] == mine["y_pred"]
