"""The protocol: everything that must be equal before two numbers may share a column."""

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cached_property
from numbers import Integral

import numpy as np

from fer_utils.datasets.face_table import FaceTable
from fer_utils.errors import LeakageError, ParameterError, nearest
from fer_utils.protocol.label_maps import label_map
from fer_utils.protocol.linter import LintReport, lint
from fer_utils.protocol.split_rules import SPLIT_RULES, Fold, subject_kfold


@dataclass(frozen=True)
class Protocol:
    """How a number comes about; its `id` is printed with every number.

    Attributes:
        dataset: str. Name of the dataset.
        fingerprint: str. Hash of the dataset's content.
        labels: str. Name of the label map.
        split_rule: str. Name of the split rule.
        folds: int. Folds that are run.
        folds_of: int. Folds that the rule makes; `folds` below it is a smoke run.
        seeds: tuple of int. Seeds of training.
        unit: str. What is classified: "image" or "sequence".
        selection: str. What models are chosen on.
        metrics: tuple of str. What is computed from the predictions.
        synthetic: bool. The faces are drawn.
        partial: bool. The copy of the dataset is incomplete.
        notes: tuple of str. The dataset's notes for readers.
    """

    dataset: str
    fingerprint: str
    labels: str
    split_rule: str
    folds: int
    folds_of: int
    seeds: tuple[int, ...] = (0,)
    unit: str = "image"
    selection: str = "validation only"
    metrics: tuple[str, ...] = ("accuracy", "UAR", "macro-F1")
    synthetic: bool = False
    partial: bool = False
    notes: tuple[str, ...] = ()

    @classmethod
    def for_table(cls, table: FaceTable, labels="seven", split="subject-kfold", folds=10, seeds=(0,)) -> "Protocol":
        """States the protocol of a study on a table.

        Args:
            table: `FaceTable`.
            labels: str. Name of a label map.
            split: str. Name of a split rule.
            folds: int. How many folds to run; one of several is labeled as a smoke run. Splits with one fold run it.
            seeds: sequence of int. Seeds of training.

        Returns:
            `Protocol`.

        Raises:
            ParameterError: an unknown label map or split rule, or an impossible number of folds or seeds.
        """
        label_map(labels)
        if split not in SPLIT_RULES:
            raise ParameterError(f"No split '{split}'. Known: {', '.join(SPLIT_RULES)}.{nearest(split, SPLIT_RULES)}")
        folds_of = 10 if SPLIT_RULES[split] is subject_kfold else 1
        if not isinstance(folds, Integral) or folds < 1:
            raise ParameterError(f"folds = {folds}: expected a whole number; at least one fold must be run.")
        given = list(seeds) if np.iterable(seeds) else []
        if not given or not all(isinstance(seed, Integral) and seed >= 0 for seed in given):
            raise ParameterError(f"seeds = {seeds}: expected a list of whole numbers from 0, such as [0, 1, 2].")
        seeds = tuple(int(seed) for seed in given)
        if len(set(seeds)) != len(seeds):
            raise ParameterError(f"seeds = {given}: expected at least one seed, each once.")
        return cls(
            table.name,
            table.fingerprint,
            labels,
            split,
            min(int(folds), folds_of),
            folds_of,
            seeds,
            synthetic=table.synthetic,
            partial=table.partial,
            notes=table.notes,
        )

    @property
    def smoke(self) -> bool:
        """Whether only some of the rule's folds are run: enough to see that it works, not to compare."""
        return self.folds < self.folds_of

    @property
    def id(self) -> str:
        """Readable form and short hash, such as "fer2013/seven/fer2013-official/1a2b3c4d"."""
        digest = hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:8]
        smoke = f"-smoke{self.folds}of{self.folds_of}" if self.smoke else ""
        return f"{self.dataset}/{self.labels}/{self.split_rule}{smoke}/{digest}"

    def split(self, table: FaceTable) -> "Split":
        """Divides a table by this protocol and checks the division.

        Args:
            table: `FaceTable` that the protocol was stated for.

        Returns:
            `Split`, whose linter found no error.

        Raises:
            LeakageError: subjects, sequences or rows are on both sides.
            ParameterError: the table is another one, or a class has no image in a part.
        """
        if table.fingerprint != self.fingerprint:
            raise ParameterError(
                f"This protocol is for {self.dataset} with fingerprint {self.fingerprint}, not for {table.name} with "
                f"{table.fingerprint}: state it anew with Protocol.for_table."
            )
        codes = label_map(self.labels).encode(table.label)
        kept = table.select(codes >= 0)
        folds = SPLIT_RULES[self.split_rule](kept)[: self.folds]
        split = Split(self, kept, codes[codes >= 0], folds, dropped=int((codes < 0).sum()))
        if split.lint.verdict == "error":
            raise LeakageError(f"{self.id} leaks, so nothing is trained on it.\n{split.lint}")
        split.check_classes()
        return split


@dataclass(frozen=True)
class Split:
    """A divided table: rows, class indices and folds.

    Attributes:
        protocol: `Protocol`.
        table: `FaceTable` of the rows that the label map keeps.
        y: int array (n,). Class index of every row.
        folds: list of `Fold`.
        dropped: int. Rows whose emotion the label map leaves out.
    """

    protocol: Protocol
    table: FaceTable
    y: np.ndarray
    folds: list[Fold]
    dropped: int = 0

    @property
    def classes(self) -> list[str]:
        """Class names in the order of their indices."""
        return list(label_map(self.protocol.labels).classes)

    @cached_property
    def lint(self) -> LintReport:
        """The linter's report on these folds."""
        return lint(self.table, self.folds)

    def check_classes(self) -> None:
        """Refuses folds in which a class is missing from training, validation or test."""
        for number, fold in enumerate(self.folds):
            for part in ("train", "validation", "test"):
                present = set(self.y[getattr(fold, part)])
                missing = [name for index, name in enumerate(self.classes) if index not in present]
                if missing:
                    raise ParameterError(
                        f"{self.protocol.id}: fold {number} has no '{missing[0]}' image in its {part} part. "
                        "Use more data, fewer folds or another label map."
                    )

    def to_dict(self) -> dict:
        """Returns what `result.json` stores: protocol, counts and linter findings as plain types."""
        protocol = self.protocol
        counts = {part: sum(len(getattr(f, part)) for f in self.folds) for part in ("train", "validation", "test")}
        stored = asdict(protocol) | {"label_map": protocol.labels, "split": protocol.split_rule}
        del stored["labels"], stored["split_rule"]
        stored |= {"id": protocol.id, "smoke": protocol.smoke, "classes": self.classes}
        return stored | {"counts": {**counts, "dropped": self.dropped}, "lint": self.lint.to_dict()}

    def __str__(self):
        parts = [f"Protocol {self.protocol.id}"]
        for number, fold in enumerate(self.folds):
            sizes = (f"{len(getattr(fold, part)):,} {part}" for part in ("train", "validation", "test"))
            parts.append(f"  fold {number}: {', '.join(sizes)} images")
        if self.dropped:
            parts.append(f"  {self.dropped:,} images left out by the label map '{self.protocol.labels}'")
        return "\n".join([*parts, str(self.lint)])
