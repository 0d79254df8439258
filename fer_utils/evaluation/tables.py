"""Tables for notebooks: scores with intervals, and published claims beside them."""

import math
from collections.abc import Iterable, Mapping

import pandas as pd

from fer_utils.evaluation.claim_verdicts import same_variant
from fer_utils.evaluation.claims import JUDGED, load_claims, verdict
from fer_utils.evaluation.intervals import Interval
from fer_utils.evaluation.scores import Score, score
from fer_utils.protocol import Split

UNBOUNDED = ("nll", "brier")  # metrics that are no share
PRINTED = (*JUDGED, "repeated")  # kinds of claims that a table of a paper shows


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


def in_words(interval: Interval | None) -> str:
    """Writes a share with its 95 % interval in percent, such as "64.2 % [62.6, 65.8]"; "n/a" for what there is not."""
    if interval is None or math.isnan(interval.value):
        return "n/a"
    if math.isnan(interval.low):
        return f"{100 * interval.value:.1f} % [n/a]"
    return f"{100 * interval.value:.1f} % [{100 * interval.low:.1f}, {100 * interval.high:.1f}]"


def score_table(
    scores: Mapping[str, Score],
    titles: Mapping[str, str] | None = None,
    calibration: bool = False,
    detected: bool = False,
) -> pd.DataFrame:
    """Sets the models of a run side by side, below the rate of always answering the most frequent class.

    Args:
        scores: mapping from model id to `Score`, as `score_models` returns it.
        titles: mapping from model id to the name that readers see.
        calibration: bool. Add top-2 accuracy, ECE, NLL and Brier score.
        detected: bool. Add accuracy, UAR and macro-F1 of the faces that were found; elsewhere the rest counts as wrong.

    Returns:
        DataFrame of str, one row a model.
    """
    first = next(iter(scores.values()))
    columns = {"accuracy [95 %]": "accuracy", "UAR [95 %]": "uar", "macro-F1 [95 %]": "macro_f1"}
    if detected:
        names = [(title.replace(" [", " of faces found ["), f"{name}_of_detected") for title, name in columns.items()]
        columns |= dict(names)
    if calibration:
        columns |= {"top-2 accuracy [95 %]": "top2", "ECE [95 %]": "ece", "NLL [95 %]": "nll", "Brier [95 %]": "brier"}
    baseline = [f"{100 * first.majority:.1f} %", f"{100 / len(first.classes):.1f} %"]
    rows = [("always the most frequent class", *baseline, *[""] * (len(columns) - 2))]
    for model, found in scores.items():
        cells = ((number if name in UNBOUNDED else in_words)(found.metric(name)) for name in columns.values())
        rows.append(((titles or {}).get(model, model), *cells))
    return _by_model(rows, *columns)


def number(interval: Interval) -> str:
    """Writes a number that is no share with its 95 % interval, such as "0.812 [0.745, 0.880]"; "n/a" for none."""
    if math.isnan(interval.value):
        return "n/a"
    if math.isnan(interval.low):
        return f"{interval.value:.3f} [n/a]"
    return f"{interval.value:.3f} [{interval.low:.3f}, {interval.high:.3f}]"


def published(table: str, paper: str = "hussein2020") -> pd.DataFrame:
    """Lists the numbers of one table of a paper.

    Args:
        table: str. As the claims name it, such as "Table 4.7".
        paper: str. Short name of the paper.

    Returns:
        DataFrame of str: model, what, the number as printed, and the majority rates that it should be seen against (of
        classes that are equally frequent, chance).
    """
    claims = [claim for claim in load_claims(kinds=PRINTED) if claim.table == table and claim.paper == paper]
    where = len({claim.dataset for claim in claims if claim.dataset}) > 1
    rows = [
        (claim.model, f"{claim.dataset}: {_what(claim)}" if where else _what(claim), claim.printed, _baselines(claim))
        for claim in claims
    ]
    return _by_model(rows, "what", "published", "majority class would have")


def beside_claims(
    split: Split,
    scores: Mapping[str, Score],
    settings: Mapping,
    parameter_counts: Mapping[str, int] | None = None,
    per_class: bool = False,
) -> pd.DataFrame:
    """Sets a run's numbers beside the published ones, each with a verdict.

    Of several numbers of one model that differ by a setting, such as what is frozen, those with the run's are shown.

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
        if claim.kind != "parameters" and not same_variant(claim, settings):
            continue
        if claim.emotion and not (per_class and claim.emotion in found.classes):
            continue
        if claim.kind == "parameters":
            ours = "not counted" if count is None else f"{count:,}"
        else:
            ours = in_words(found.metric(claim.metric, claim.emotion))
        judged = verdict(claim, about, found, count, settings)
        rows.append((claim.model, claim.table, _what(claim), claim.printed, ours, str(judged)))
    return _by_model(rows, "where", "what", "published", "ours", "verdict")


def _by_model(rows: list[tuple], *columns: str) -> pd.DataFrame:
    """Makes a table whose first values name the rows."""
    return pd.DataFrame(rows, columns=["model", *columns]).set_index("model").rename_axis(None)


def _what(claim) -> str:
    """What was measured, and on which of several variants."""
    return f"{claim.what}; {claim.setting}" if claim.setting else claim.what


def _baselines(claim) -> str:
    return ", ".join(f"{100 * rate:.1f} % ({name})" for name, rate in claim.rates.items())
