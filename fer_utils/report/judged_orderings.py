"""Which pairs of runs speak about which published order of two models, and what their paired comparison says."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import pandas as pd

from fer_utils.errors import ParameterError
from fer_utils.evaluation.claims import Claim, Ordering, OrderingVerdict, load_orderings, ordering_verdict
from fer_utils.evaluation.clip_predictions import clip_predictions
from fer_utils.evaluation.comparisons import Comparison, compare
from fer_utils.evaluation.significance import holm
from fer_utils.report import words
from fer_utils.report.collect import Collection, Entry
from fer_utils.report.judged import concerns, settings

MOST_PAIRS = 3  # of one ordering in one protocol
# What of two protocols must be equal for runs of frames to be paired with runs of clips.
TASK = ("dataset", "synthetic", "partial", "label_map", "split", "folds", "folds_of", "seeds")


@dataclass(frozen=True)
class JudgedOrdering:
    """What two runs say about a published order.

    Attributes:
        ordering: `Ordering`.
        better: `Entry` of the model that is said to be better.
        worse: `Entry` of the other one, under the same protocol.
        verdict: `OrderingVerdict`.
    """

    ordering: Ordering
    better: Entry
    worse: Entry
    verdict: OrderingVerdict


def judged_orderings(runs: Collection) -> list[JudgedOrdering]:
    """Compares the two models of every ordering wherever both answered the same items of the paper's task.

    Where one of them answered for images and the other for clips, both are counted by clip.

    Args:
        runs: `Collection`.

    Returns:
        list of `JudgedOrdering`, in the order of the ledger; p-values are corrected for all of them (Holm).
    """
    found: list[tuple[Ordering, Entry, Entry, Comparison]] = []
    for ordering, (entries, mixed) in product(load_orderings(), _comparable(runs)):
        if entries[0].protocol["label_map"] in ordering.better.label_maps:
            pairs = _pairs(ordering, entries, mixed)
            compared = ((better, worse, _compared(ordering.better, better, worse)) for better, worse in pairs)
            found += [(ordering, *pair) for pair in compared if pair[-1]]
    corrected = holm([comparison.p_value for *_, comparison in found])
    return [
        JudgedOrdering(ordering, better, worse, ordering_verdict(ordering, comparison, better.protocol, float(p)))
        for (ordering, better, worse, comparison), p in zip(found, corrected, strict=True)
    ]


def _comparable(runs: Collection) -> list[tuple[list[Entry], bool]]:
    """Groups entries by protocol, and once more by task where some count images and some clips."""
    tasks: dict[tuple, list[Entry]] = {}
    for entry in (entry for entries in runs.protocols.values() for entry in entries):
        tasks.setdefault(tuple(str(entry.protocol.get(name)) for name in TASK), []).append(entry)
    mixed = [entries for entries in tasks.values() if len({words.counts_clips(e.protocol) for e in entries}) == 2]
    return [(entries, False) for entries in runs.protocols.values()] + [(entries, True) for entries in mixed]


def _pairs(ordering: Ordering, entries: Sequence[Entry], mixed: bool) -> list[tuple[Entry, Entry]]:
    """Pairs runs that differ least in their parameters, each of them once; `mixed` ones count different items."""
    sides = [[e for e in entries if concerns(claim, e)] for claim in (ordering.better, ordering.worse)]
    pairs, used = [], set()
    for better, worse in sorted(product(*sides), key=lambda pair: _differences(*pair)):
        if mixed and words.counts_clips(better.protocol) == words.counts_clips(worse.protocol):
            continue
        if id(better) not in used and id(worse) not in used and better is not worse:
            pairs.append((better, worse))
            used |= {id(better), id(worse)}
    return pairs[:MOST_PAIRS]


def _differences(better: Entry, worse: Entry) -> int:
    """Counts the notebook parameters in which two runs differ."""
    one, other = settings(better), settings(worse)
    return sum(one.get(name) != other.get(name) for name in one.keys() | other.keys())


def _compared(claim: Claim, better: Entry, worse: Entry) -> Comparison | None:
    """Compares two models in what the claim measured; None where they answered other items, or nothing tests it."""
    tables = [entry.predictions for entry in (better, worse)]
    try:
        if words.counts_clips(better.protocol) != words.counts_clips(worse.protocol):
            tables = [_by_clip(entry) for entry in (better, worse)]
    except ParameterError:
        return None  # answers without probabilities have no mean
    if claim.metric == "recall" and claim.emotion:
        tables = [_of_class(table, claim.emotion) for table in tables]
    elif claim.metric != "accuracy" or claim.emotion:
        return None
    try:
        return compare(*tables, better.score.classes, "accuracy")
    except ParameterError:
        return None


def _by_clip(entry: Entry) -> pd.DataFrame:
    return entry.predictions if words.counts_clips(entry.protocol) else clip_predictions(entry.predictions)


def _of_class(predictions: pd.DataFrame, emotion: str) -> pd.DataFrame:
    """The items of one class: the accuracy on them is its recall."""
    return predictions[predictions["y_true"] == emotion]
