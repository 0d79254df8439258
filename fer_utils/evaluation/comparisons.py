"""Comparisons of models on the same test items: paired, corrected for their number, and honest about their power."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import pandas as pd

from fer_utils.errors import ParameterError, nearest
from fer_utils.evaluation.checks import check_predictions, check_same_items
from fer_utils.evaluation.coverage import coverage_note
from fer_utils.evaluation.intervals import Interval, percentile_interval
from fer_utils.evaluation.mcnemar import mcnemar
from fer_utils.evaluation.named_metrics import resampled_metric
from fer_utils.evaluation.resampling import units_of
from fer_utils.evaluation.significance import detectable_difference, holm, p_value


@dataclass(frozen=True)
class Comparison:
    """The difference between two models.

    Attributes:
        metric: str. What was compared. Of ECE, NLL and Brier score the smaller is the better.
        first: float. The metric of the first model.
        second: float. That of the second.
        difference: `Interval`. First minus second, with its 95 % interval.
        p_value: float. Two-sided, from the same resamples: below 0.05 where the interval leaves out 0.
        detectable: float. The smallest true difference that such a test set would show with 80 % probability at the 5 %
            level; NaN where the resamples do not differ.
        n: int. Test items.
        subjects: int, or None where subjects are unknown.
        unit: str. What the bootstrap drew, in words.
        seeds: str. "one each", "matched" or "drawn apart".
        note: str. What to know before trusting the interval; empty where nothing.
    """

    metric: str
    first: float
    second: float
    difference: Interval
    p_value: float
    detectable: float
    n: int
    subjects: int | None
    unit: str
    seeds: str
    note: str


def compare(
    first: pd.DataFrame,
    second: pd.DataFrame,
    classes: Sequence[str],
    metric: str = "uar",
    resamples: int = 2000,
    seed: int = 0,
) -> Comparison:
    """Compares two models by a paired bootstrap: each resample draws subjects, and both models answer their items.

    Where both models have the same seeds, these are matched: a resample draws the same ones for both. Otherwise each
    model's seeds are drawn apart, and what is compared is the mean over them.

    Args:
        first: DataFrame of the predictions of one model, as `score` takes it.
        second: DataFrame of the other's, on the same items; the order of rows does not matter.
        classes: sequence of str. The classes, in order.
        metric: str. One of `named_metrics.METRICS`.
        resamples: int. Number of bootstrap resamples.
        seed: int. Seed of the bootstrap.

    Returns:
        `Comparison`.

    Raises:
        ParameterError: no such metric, predictions that are none, or items that differ between the models.
    """
    first, second = _ordered(first), _ordered(second)
    check_same_items(first, second)
    drawn = [resampled_metric(table, classes, metric, resamples, seed) for table in (first, second)]
    return _comparison(first, second, metric, *drawn)


def compare_all(
    predictions: pd.DataFrame,
    classes: Sequence[str],
    metric: str = "uar",
    resamples: int = 2000,
    seed: int = 0,
    reference: str | None = None,
) -> pd.DataFrame:
    """Compares every pair of models, or each with one of them, with p-values by Holm's correction.

    Args:
        predictions: DataFrame as `score` takes it, with a `model` column.
        classes: sequence of str. The classes, in order.
        metric: str. One of `named_metrics.METRICS`.
        resamples: int. Number of bootstrap resamples; no p-value is below 2 / (resamples + 1).
        seed: int. Seed of the bootstrap.
        reference: str. The model that each other one is compared with, as `second`; None for every pair.

    Returns:
        DataFrame, one row a pair, in the order of the predictions: `first`, `second` (model ids), `metric`,
        `difference`, `low`, `high`, `p`, `p_holm`, `detectable`, `mcnemar_p` (exact), `mcnemar_p_holm`, `n`,
        `subjects` (missing where unknown), `seeds`.

    Raises:
        ParameterError: fewer than two models, no such metric or reference, or items that differ between the models.
    """
    models = list(predictions["model"].unique()) if "model" in predictions else []
    if len(models) < 2:
        raise ParameterError(f"A comparison needs at least two models in the column 'model'; found {models}.")
    if reference is not None:
        if reference not in models:
            raise ParameterError(
                f"No model '{reference}' to compare with. There are {models}.{nearest(reference, models)}"
            )
        models = [reference, *(model for model in models if model != reference)]
    tables = {model: _ordered(predictions[predictions["model"] == model]) for model in models}
    for model in models[1:]:
        check_same_items(tables[models[0]], tables[model])
    drawn = {model: resampled_metric(table, classes, metric, resamples, seed) for model, table in tables.items()}
    rows = []
    for one, other in combinations(models, 2) if reference is None else ((m, reference) for m in models[1:]):
        found = _comparison(tables[one], tables[other], metric, drawn[one], drawn[other])
        row = {"first": one, "second": other, "metric": metric, "difference": found.difference.value}
        row |= {"low": found.difference.low, "high": found.difference.high, "p": found.p_value}
        row |= {"detectable": found.detectable, "mcnemar_p": mcnemar(tables[one], tables[other]).p_value}
        rows.append(row | {"n": found.n, "subjects": found.subjects, "seeds": found.seeds})
    table = pd.DataFrame(rows).astype({"subjects": "Int64"})
    table.insert(table.columns.get_loc("p") + 1, "p_holm", holm(table["p"]))
    table.insert(table.columns.get_loc("mcnemar_p") + 1, "mcnemar_p_holm", holm(table["mcnemar_p"]))
    return table


def _ordered(predictions: pd.DataFrame) -> pd.DataFrame:
    check_predictions(predictions)
    return predictions.sort_values(["sample_id", "seed"], ignore_index=True)


def _comparison(first: pd.DataFrame, second: pd.DataFrame, metric: str, one, other) -> Comparison:
    (value, drawn), (other_value, other_drawn) = one, other
    differences = drawn - other_drawn
    seeds = [sorted(table["seed"].unique()) for table in (first, second)]
    matched = "one each" if max(map(len, seeds)) == 1 else "matched" if seeds[0] == seeds[1] else "drawn apart"
    units = units_of(max((first, second), key=lambda table: table["seed"].nunique()))
    return Comparison(
        metric,
        value,
        other_value,
        percentile_interval(value - other_value, differences),
        p_value(differences),
        detectable_difference(differences),
        first["sample_id"].nunique(),
        units.subjects,
        units.words,
        matched,
        coverage_note(units.subjects),
    )
