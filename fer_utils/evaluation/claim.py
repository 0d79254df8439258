"""One published number, with everything that a run must share with it before the two may be compared."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

AT_CHANCE = 0.005  # a published accuracy so near to the baseline shows no skill
KINDS = ("result", "parameters", "other result", "repeated", "quoted", "setting", "dataset fact")
JUDGED = ("result", "parameters")  # kinds that get verdicts


@dataclass(frozen=True)
class Claim:
    """One published number.

    Attributes:
        id: str. Such as "hussein2020-T4.7-svm_px_linear".
        paper: str. Short name of the paper.
        citation: str. Authors, year, title.
        group: str. Name of its group in the paper's file, such as "T4.7".
        table: str. Where the number stands.
        about: str. What the group is about, in words.
        kind: str. One of `KINDS`: "result" and "parameters" get verdicts; "other result" is one that a run here has no
            counterpart of; "repeated" stands elsewhere in the paper, too; "quoted" is somebody else's result.
        model: str. Model id, as runs store it; the system's name where it is quoted; may be empty for settings.
        metric: str. "accuracy", "precision", "recall", "f1" or "trainable parameters" where there are verdicts; what is
            stated, in words, elsewhere.
        emotion: str, or None. The class of a per-class metric.
        value: float, or None for settings that are no number. Fraction, number of parameters, or the number as printed.
        printed: str. The number as the paper prints it, with its unit.
        dataset: str. Name of the dataset; empty for parameter counts.
        label_maps: tuple of str. Label maps that the paper may have meant.
        classes: mapping from label map to its number of classes.
        levels: tuple of str. What may have been counted: "image", "sequence" or both.
        split: str. The paper's split, in words.
        splits: tuple of str. Split rules that match it; empty where the paper states none.
        items: tuple of int. Numbers of test items that the paper's text allows; empty where it states none.
        baselines: mapping from label map to the majority rate.
        configuration: mapping from notebook parameter to the values that the claim allows, where a run has it.
        variant: mapping from notebook parameter to the value that tells this number from others of its model; a run
            must have it.
        reason: str. Why a number of a kind "other result" gets no verdict.
        flags: tuple of str. Contradictions and gaps in the paper.
    """

    id: str
    paper: str
    citation: str
    group: str
    table: str
    about: str
    kind: str
    model: str
    metric: str
    emotion: str | None
    value: float | None
    printed: str
    dataset: str = ""
    label_maps: tuple[str, ...] = ()
    classes: Mapping[str, int] = field(default_factory=dict)
    levels: tuple[str, ...] = ("image",)
    split: str = ""
    splits: tuple[str, ...] = ()
    items: tuple[int, ...] = ()
    baselines: Mapping[str, float] = field(default_factory=dict)
    configuration: Mapping[str, list] = field(default_factory=dict)
    variant: Mapping[str, object] = field(default_factory=dict)
    reason: str = ""
    flags: tuple[str, ...] = ()

    @property
    def what(self) -> str:
        """What was measured, in words, such as "F1 of neutral"."""
        metric = self.metric.replace("f1", "F1")
        return f"{metric} of {self.emotion}" if self.emotion else metric

    @property
    def setting(self) -> str:
        """The variant in words, such as "pooling = max, fc3 = true"; empty where the model has one."""
        return ", ".join(f"{name} = {shown(value)}" for name, value in self.variant.items())

    @property
    def rates(self) -> dict[str, float]:
        """What guessing scores, by label map: the majority rate where it is known, else 1 / classes."""
        if self.metric != "accuracy" or self.kind not in ("result", "other result", "repeated"):
            return {}
        return dict(self.baselines) or {name: 1 / n for name, n in self.classes.items()}

    @property
    def guess(self) -> str:
        """Which guess `rates` are of: "majority" or "chance"."""
        return "majority" if self.baselines else "chance"

    @property
    def at_chance(self) -> tuple[str, ...]:
        """Label maps under which the published accuracy cannot be told from guessing.

        It is less than half a point above the baseline, or, where the paper states its number of test items, by less
        than 1.96 standard errors of guessing (the baseline is then in the 95 % Wilson interval of the published share).
        """
        return tuple(name for name, rate in self.rates.items() if self.value - rate <= self._spread(rate))

    def _spread(self, rate: float) -> float:
        error = math.sqrt(rate * (1 - rate) / max(self.items)) if self.items else 0
        return max(AT_CHANCE, 1.96 * error)


def shown(value) -> str:
    """Writes a parameter's value as YAML would: true, false, or itself."""
    return str(value).lower() if isinstance(value, bool) else str(value)
