"""Tables for notebooks: scores with intervals, and published claims beside them."""

from collections.abc import Iterable, Mapping

import pandas as pd

from fer_utils.evaluation.claims import load_claims, verdict
from fer_utils.evaluation.intervals import Interval
from fer_utils.evaluation.scores import Score, score
from fer_utils.protocol import Split


def score_models(predictions: pd.DataFrame, classes: Iterable[str]) -> dict[str, Score]:
    """Scores every model of a run.

    Args:
        predictions: DataFrame as `Run.predictions` returns it, with a `model` column.
        classes: iterable of str. Class names in order.

    Returns:
        dict from model id to `Score`, in the order of the predictions.
    """
    classes = list(classes)
    return {model: score(rows, classes) for model, rows in predictions.groupby("model", sort=False)}


def in_words(interval: Interval) -> str:
    """Writes a share with its 95 % interval in percent, such as "64.2 % [62.6, 65.8]"."""
    return f"{100 * interval.value:.1f} % [{100 * interval.low:.1f}, {100 * interval.high:.1f}]"


def score_table(scores: Mapping[str, Score], titles: Mapping[str, str] | None = None) -> pd.DataFrame:
    """Sets the models of a run side by side, below the rate of always answering the most frequent class.

    Args:
        scores: mapping from model id to `Score`, as `score_models` returns it.
        titles: mapping from model id to the name that readers see.

    Returns:
        DataFrame of str, one row a model.
    """
    first = next(iter(scores.values()))
    chance = f"{100 / len(first.classes):.1f} %"
    rows = [("always the most frequent class", f"{100 * first.majority:.1f} %", chance, "")]
    for model, found in scores.items():
        intervals = (in_words(interval) for interval in (found.accuracy, found.uar, found.macro_f1))
        rows.append(((titles or {}).get(model, model), *intervals))
    return _by_model(rows, "accuracy [95 %]", "UAR [95 %]", "macro-F1 [95 %]")


def published(table: str, paper: str = "hussein2020") -> pd.DataFrame:
    """Lists the numbers of one table of a paper.

    Args:
        table: str. As the claims name it, such as "Table 4.7".
        paper: str. Short name of the paper.

    Returns:
        DataFrame of str: model, what, the number as printed, and the majority rates that it should be seen against.
    """
    claims = [claim for claim in load_claims() if claim.table == table and claim.paper == paper]
    rows = [(claim.model, claim.what, claim.printed, _baselines(claim)) for claim in claims]
    return _by_model(rows, "what", "published", "majority class would have")


def beside_claims(
    split: Split,
    scores: Mapping[str, Score],
    settings: Mapping,
    parameter_counts: Mapping[str, int] | None = None,
    per_class: bool = False,
) -> pd.DataFrame:
    """Sets a run's numbers beside the published ones, each with a verdict.

    Args:
        split: `Split` of the run.
        scores: mapping from model id to `Score`.
        settings: mapping. The notebook's parameters, which some claims depend on.
        parameter_counts: mapping from model id to its trainable parameters.
        per_class: bool. Include the claims about single classes.

    Returns:
        DataFrame of str: where the number stands, what, published, ours, verdict.
    """
    about = split.to_dict()
    rows = []
    for claim in load_claims():
        found, count = scores.get(claim.model), (parameter_counts or {}).get(claim.model)
        if found is None and (claim.kind != "parameters" or count is None):
            continue  # a network that is only counted has parameters and no score
        if claim.emotion and not (per_class and claim.emotion in found.classes):
            continue
        if claim.kind == "parameters":
            ours = "not counted" if count is None else f"{count:,}"
        else:
            ours = in_words(found.metric(claim.metric, claim.emotion))
        judged = verdict(claim, about, found, count, settings)
        rows.append((claim.model, claim.table, claim.what, claim.printed, ours, str(judged)))
    return _by_model(rows, "where", "what", "published", "ours", "verdict")


def _by_model(rows: list[tuple], *columns: str) -> pd.DataFrame:
    """Makes a table whose first values name the rows."""
    return pd.DataFrame(rows, columns=["model", *columns]).set_index("model").rename_axis(None)


def _baselines(claim) -> str:
    return ", ".join(f"{100 * rate:.1f} % ({name})" for name, rate in claim.baselines.items())
