"""What a run says about a published number."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from fer_utils.evaluation.claim import JUDGED, Claim, shown
from fer_utils.evaluation.intervals import Interval
from fer_utils.evaluation.scores import Score

PRECISE = 0.03  # largest half-width of an interval that can reproduce a number


@dataclass(frozen=True)
class Verdict:
    """What a run says about a claim.

    Attributes:
        word: str. "reproduced", "cannot tell", "higher", "lower", "protocol differs", "no verdict" or "not run".
        reason: str. Why, in one phrase.
    """

    word: str
    reason: str

    def __str__(self):
        return f"{self.word}: {self.reason}"


def verdict(
    claim: Claim,
    protocol: Mapping | None = None,
    score: Score | None = None,
    parameter_count: int | None = None,
    settings: Mapping | None = None,
) -> Verdict:
    """Compares a run with a published number.

    Args:
        claim: `Claim`.
        protocol: mapping. The `protocol` entry of a run's `result.json`; None where the model was not run.
        score: `Score` of the claim's model.
        parameter_count: int. Trainable parameters of the run's model.
        settings: mapping. The run's notebook parameters.

    Returns:
        `Verdict`. Synthetic and partial data never decide on a result; parameter counts are decided on any data. A
        claim with several label maps gets one verdict a run, and a run has one of them: both are to be run.
    """
    if claim.kind not in JUDGED:
        return Verdict("no verdict", claim.reason or f"{claim.kind}s are listed only")
    if protocol is None:
        return Verdict("not run", f"no run of {claim.model}{claim.setting and ' with '}{claim.setting} here")
    if claim.kind == "parameters":
        return _verdict_on_size(claim, protocol, parameter_count, settings or {})
    if protocol.get("synthetic"):
        return Verdict("no verdict", "synthetic faces")
    differences = _differences(claim, protocol, settings or {})
    if differences:
        return Verdict("protocol differs", "; ".join(differences))
    if protocol.get("partial"):
        return Verdict("no verdict", "partial data")
    if score is None:
        return Verdict("not run", f"the run of {claim.model} has no predictions")
    return _verdict_on_result(claim, score.metric(claim.metric, claim.emotion))


def same_variant(claim: Claim, settings: Mapping) -> bool:
    """Whether a run's notebook parameters are those that the published number belongs to."""
    return all(name in settings and settings[name] == value for name, value in claim.variant.items())


def _differences(claim: Claim, protocol: Mapping, settings: Mapping) -> list[str]:
    found = []
    if set(protocol["dataset"].split("+")) != set(claim.dataset.split("+")):
        found.append(f"data are {protocol['dataset']}, not {claim.dataset}")
    if protocol["label_map"] not in claim.label_maps:
        found.append(f"classes are {protocol['label_map']}, not {' or '.join(claim.label_maps)}")
    if claim.splits and protocol["split"] not in claim.splits:
        found.append(f"split is {protocol['split']}, not the paper's")
    if protocol.get("unit", claim.levels[0]) not in claim.levels:
        found.append(f"each {protocol['unit']} is counted, not each {' or '.join(claim.levels)}")
    if protocol.get("smoke"):
        found.append(f"smoke run of {protocol.get('folds')} of {protocol.get('folds_of')} folds")
    for name, allowed in claim.configuration.items():
        if name in settings and settings[name] not in allowed:
            found.append(f"{name} is {settings[name]}, not what the claim needs ({allowed[0]})")
    return found + _other_variant(claim, settings)


def _other_variant(claim: Claim, settings: Mapping) -> list[str]:
    found = []
    for name, value in claim.variant.items():
        if name not in settings:
            found.append(f"the run does not state {name}, which the claim needs ({shown(value)})")
        elif settings[name] != value:
            found.append(f"{name} is {shown(settings[name])}, not what the claim needs ({shown(value)})")
    return found


def _verdict_on_size(claim: Claim, protocol: Mapping, count: int | None, settings: Mapping) -> Verdict:
    if count is None:
        return Verdict("not run", f"the run of {claim.model} states no parameter count")
    found = len(protocol.get("classes", ()))
    differences = _other_variant(claim, settings)
    if found not in claim.classes.values():
        wanted = " or ".join(map(str, sorted(set(claim.classes.values()))))
        differences.insert(0, f"{found} classes, the paper's count is for {wanted}")
    if differences:
        return Verdict("protocol differs", "; ".join(differences))
    if claim.printed.endswith("K"):
        if round(count, -3) == claim.value:
            return Verdict("reproduced", f"{count:,} rounds to {claim.printed}")
    elif count == claim.value:
        return Verdict("reproduced", f"{count:,}, digit for digit")
    return Verdict("higher" if count > claim.value else "lower", f"{count:,} against {claim.printed}")


def _verdict_on_result(claim: Claim, interval: Interval) -> Verdict:
    if math.isnan(interval.value):
        of = f" of {claim.emotion}" if claim.emotion else ""
        return Verdict("cannot tell", f"our {claim.metric}{of} is not defined: there are no such test items")
    if math.isnan(interval.low) or math.isnan(interval.high):
        return Verdict("cannot tell", "our number has no interval: no resample of the test items gave one")
    ends = f"{100 * interval.low:.1f} to {100 * interval.high:.1f} %"
    if claim.value in interval:
        if interval.half_width <= PRECISE:
            return Verdict("reproduced", f"{claim.printed} lies in our interval, {ends}")
        return Verdict("cannot tell", f"{claim.printed} lies in our interval, but {ends} is wide")
    word = "higher" if interval.low > claim.value else "lower"
    return Verdict(word, f"our interval, {ends}, lies {'above' if word == 'higher' else 'below'} {claim.printed}")
