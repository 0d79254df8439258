"""The ledger of published numbers, and what a run of ours has to say about each."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import yaml

from fer_utils.errors import ParameterError
from fer_utils.evaluation.scores import Score

FOLDER = Path(__file__).with_name("claims")
UNITS = {"percent": (0.01, "{} %"), "fraction": (1, "{}"), "thousand": (1000, "{}K")}
PRECISE = 0.03  # largest half-width of an interval that can reproduce a number
AT_CHANCE = 0.005  # a published accuracy so near to the majority rate shows no skill


@dataclass(frozen=True)
class Claim:
    """One published number.

    Attributes:
        id: str. Such as "hussein2020-T4.7-svm_px_linear".
        paper: str. Short name of the paper.
        citation: str. Authors, year, title.
        table: str. Where the number stands.
        kind: str. "result" or "parameters".
        model: str. Model id, as runs store it.
        metric: str. "accuracy", "precision", "recall", "f1" or "trainable parameters".
        emotion: str, or None. The class of a per-class metric.
        value: float. Fraction, or number of parameters.
        printed: str. The number as the paper prints it, with its unit.
        dataset: str. Name of the dataset; empty for parameter counts.
        label_maps: tuple of str. Label maps that the paper may have meant.
        split: str. The paper's split, in words.
        splits: tuple of str. Split rules that match it; empty where the paper states none.
        baselines: mapping from label map to the majority rate.
        configuration: mapping from notebook parameter to the values that the claim allows.
        flags: tuple of str. Contradictions and gaps in the paper.
    """

    id: str
    paper: str
    citation: str
    table: str
    kind: str
    model: str
    metric: str
    emotion: str | None
    value: float
    printed: str
    dataset: str
    label_maps: tuple[str, ...]
    split: str
    splits: tuple[str, ...]
    baselines: Mapping[str, float] = field(default_factory=dict)
    configuration: Mapping[str, list] = field(default_factory=dict)
    flags: tuple[str, ...] = ()

    @property
    def what(self) -> str:
        """What was measured, in words, such as "F1 of neutral"."""
        metric = "F1" if self.metric == "f1" else self.metric
        return f"{metric} of {self.emotion}" if self.emotion else metric

    @property
    def at_chance(self) -> tuple[str, ...]:
        """Label maps under which the published accuracy is no better than always answering the same class."""
        near = (name for name, rate in self.baselines.items() if abs(self.value - rate) <= AT_CHANCE)
        return tuple(near) if self.metric == "accuracy" else ()


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


def load_claims(folder: Path = FOLDER) -> list[Claim]:
    """Reads all claim files.

    Args:
        folder: Path of the folder with one YAML file a paper.

    Returns:
        list of `Claim`, in the order of files and groups.

    Raises:
        ParameterError: a file lacks a field, or two claims have one id.
    """
    claims = []
    for path in sorted(Path(folder).glob("*.yaml")):
        try:
            claims += _read(yaml.safe_load(path.read_text(encoding="utf-8")))
        except (KeyError, TypeError, ValueError, AttributeError, yaml.YAMLError) as error:
            raise ParameterError(f"{path}: not a claims file ({type(error).__name__}: {error}).") from error
    ids = [claim.id for claim in claims]
    if len(set(ids)) != len(ids):
        raise ParameterError(f"{folder}: the claim '{next(i for i in ids if ids.count(i) > 1)}' stands twice.")
    return claims


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
        `Verdict`. Synthetic and partial data never decide on a result; parameter counts are decided on any data.
    """
    if protocol is None:
        return Verdict("not run", f"no run of {claim.model} here")
    if claim.kind == "parameters":
        return _verdict_on_size(claim, protocol, parameter_count)
    if protocol.get("synthetic"):
        return Verdict("no verdict", "synthetic faces")
    differences = _differences(claim, protocol, settings or {})
    if differences:
        return Verdict("protocol differs", "; ".join(differences))
    if protocol.get("partial"):
        return Verdict("no verdict", "partial data")
    return _verdict_on_result(claim, score)


def _read(content: dict) -> list[Claim]:
    claims = []
    for name, group in content["groups"].items():
        scale, form = UNITS[group["unit"]]
        shared = {
            "paper": content["paper"],
            "citation": content["citation"],
            "table": group["table"],
            "kind": group["kind"],
            "dataset": group.get("dataset", ""),
            "label_maps": tuple(group["label_maps"]),
            "split": group["split"],
            "splits": tuple(group["splits"]),
            "baselines": group.get("baselines", {}),
            "configuration": group.get("configuration", {}),
            "flags": tuple(group.get("flags", ())),
        }
        for model, emotion, metric, literal in _numbers(group):
            parts = (content["paper"], name, model, emotion, metric if emotion else None)
            claims.append(
                Claim(
                    id="-".join(part for part in parts if part),
                    model=model,
                    metric=metric,
                    emotion=emotion,
                    value=round(float(literal) * scale, 6),
                    printed=form.format(literal),
                    **shared,
                )
            )
    return claims


def _numbers(group: dict):
    """Yields (model, class or None, metric, printed number) of a group."""
    for model, values in group["values"].items():
        if isinstance(values, str):
            yield model, None, group["metric"], values
            continue
        for emotion, metrics in values.items():
            for metric, literal in metrics.items():
                yield model, emotion, metric, literal


def _differences(claim: Claim, protocol: Mapping, settings: Mapping) -> list[str]:
    found = []
    if protocol["dataset"] != claim.dataset:
        found.append(f"data are {protocol['dataset']}, not {claim.dataset}")
    if protocol["label_map"] not in claim.label_maps:
        found.append(f"classes are {protocol['label_map']}, not {' or '.join(claim.label_maps)}")
    if claim.splits and protocol["split"] not in claim.splits:
        found.append(f"split is {protocol['split']}, not the paper's")
    if protocol.get("smoke"):
        found.append(f"smoke run of {protocol.get('folds')} of {protocol.get('folds_of')} folds")
    for name, allowed in claim.configuration.items():
        if name in settings and settings[name] not in allowed:
            found.append(f"{name} is {settings[name]}, not what the claim needs ({allowed[0]})")
    return found


def _verdict_on_size(claim: Claim, protocol: Mapping, count: int | None) -> Verdict:
    if count is None:
        return Verdict("not run", f"the run of {claim.model} states no parameter count")
    if protocol["label_map"] not in claim.label_maps:
        classes = len(protocol.get("classes", ()))
        return Verdict("protocol differs", f"{classes} classes, the paper's count is for three")
    if round(count, -3) == claim.value:
        return Verdict("reproduced", f"{count:,} rounds to {claim.printed}")
    return Verdict("higher" if count > claim.value else "lower", f"{count:,} against {claim.printed}")


def _verdict_on_result(claim: Claim, score: Score) -> Verdict:
    interval = score.metric(claim.metric, claim.emotion)
    ends = f"{100 * interval.low:.1f} to {100 * interval.high:.1f} %"
    if claim.value in interval:
        if interval.half_width <= PRECISE:
            return Verdict("reproduced", f"{claim.printed} lies in our interval, {ends}")
        return Verdict("cannot tell", f"{claim.printed} lies in our interval, but {ends} is wide")
    word = "higher" if interval.low > claim.value else "lower"
    return Verdict(word, f"our interval, {ends}, lies {'above' if word == 'higher' else 'below'} {claim.printed}")
