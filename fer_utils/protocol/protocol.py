"""The protocol: everything that must be equal before two numbers may share a column."""

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cached_property
from numbers import Integral

import numpy as np
import pandas as pd

from fer_utils.datasets.face_table import FaceTable
from fer_utils.errors import LeakageError, ParameterError, nearest
from fer_utils.protocol.fold import Fold
from fer_utils.protocol.label_maps import label_map
from fer_utils.protocol.lint_report import LintReport
from fer_utils.protocol.remembered_lint import lint_once
from fer_utils.protocol.split_rules import split_rule

UNITS = ("image", "sequence")
CLIPS = "-clips"  # in the readable id of a protocol that counts sequences


@dataclass(frozen=True)
class Protocol:
    """How a number comes about; its `id` is printed with every number.

    Attributes:
        dataset: str. Name of the dataset.
        fingerprint: str. Hash of the dataset's content, whatever the size of the pictures.
        labels: str. Name of the label map.
        split_rule: str. Name of the split rule.
        folds: int. Folds that are run.
        folds_of: int. Folds that the rule makes; `folds` below it is a smoke run.
        seeds: tuple of int. Seeds of training.
        unit: str. What is counted: each "image", or each "sequence" by what the model says of its frames together.
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
    def for_table(
        cls, table: FaceTable, labels="seven", split="subject-kfold", folds=10, seeds=(0,), unit="image"
    ) -> "Protocol":
        """States the protocol of a study on a table.

        Args:
            table: `FaceTable`.
            labels: str. Name of a label map.
            split: str. Name of a split rule.
            folds: int. How many folds to run; one of several is labeled as a smoke run. Splits with one fold run it.
            seeds: sequence of int. Seeds of training.
            unit: str. One of `UNITS`: what is counted.

        Returns:
            `Protocol`.

        Raises:
            ParameterError: an unknown label map, split rule or unit, or an impossible number of folds or seeds.
        """
        if unit not in UNITS:
            raise ParameterError(f"unit = {unit!r}: expected {' or '.join(UNITS)}.{nearest(unit, UNITS)}")
        kept = label_map(labels).codes(table) >= 0
        folds_of = split_rule(split).count(table.subject[kept])
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
            table.identity,
            labels,
            split,
            min(int(folds), folds_of),
            folds_of,
            seeds,
            unit,
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
        how = CLIPS if self.unit == "sequence" else ""
        how += f"-smoke{self.folds}of{self.folds_of}" if self.smoke else ""
        return f"{self.dataset}/{self.labels}/{self.split_rule}{how}/{digest}"

    def split(self, table: FaceTable) -> "Split":
        """Divides a table by this protocol and checks the division.

        Args:
            table: `FaceTable` that the protocol was stated for.

        Returns:
            `Split`, whose linter found no error; or a paper's own split, which carries the linter's errors.

        Raises:
            LeakageError: subjects, sequences or rows are on both sides, and the split is no paper's own.
            ParameterError: the table is another one, a class has no image in a part, or clips are counted and one of
                them has several classes.
        """
        if table.identity != self.fingerprint:
            raise ParameterError(
                f"This protocol is for {self.dataset} with fingerprint {self.fingerprint}, not for {table.name} with "
                f"{table.identity}: state it anew with Protocol.for_table."
            )
        codes, rule = label_map(self.labels).codes(table), split_rule(self.split_rule)
        kept = table.select(codes >= 0)
        folds, dropped = rule.divide(kept)[: self.folds], int((codes < 0).sum())
        if "detected" in kept.rows:
            seen = kept.rows["detected"].astype(bool)
            if self.unit == "sequence":  # a clip is left out as a whole, or its course would have gaps
                seen = seen.groupby(kept.rows["sequence"]).transform("any")
            folds = [fold.learned_from(seen.to_numpy()) for fold in folds]
        split = Split(self, kept, codes[codes >= 0], folds, dropped)
        if split.lint.verdict == "error" and not rule.paper:
            raise LeakageError(f"{self.id} leaks, so nothing is trained on it.\n{split.lint}")
        split.check_classes()
        split.check_clips()
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

    def with_faces(self, rows: np.ndarray) -> np.ndarray:
        """Keeps the rows in which a face was found, for what learns from single pictures.

        Args:
            rows: int array. Rows of the table, such as `folds[0].train`, which of clips has all frames.

        Returns:
            int array; all of `rows` where nobody looked for faces.
        """
        rows = np.asarray(rows, dtype=int)
        if "detected" not in self.table.rows:
            return rows
        return rows[self.table.rows["detected"].to_numpy(dtype=bool)[rows]]

    @cached_property
    def lint(self) -> LintReport:
        """The linter's report on these folds, near-duplicates included."""
        return lint_once(self.table, self.folds)

    def check_classes(self) -> None:
        """Refuses folds on which nothing can be learned, chosen or tested.

        Raises:
            ParameterError: a class is missing from a training part, a validation or test part has fewer than two
                classes, or a class is tested in no fold. A class that is rarer than people may be missing from the
                validation or test part of one fold of several: predictions of all folds are scored together. It may
                also be missing from the validation part of a paper's own split, which is as the paper made it.
        """
        several, papers = len(self.folds) > 1, bool(split_rule(self.protocol.split_rule).paper)
        for number, fold in enumerate(self.folds):
            for part in ("train", "validation", "test"):
                missing = self._missing(getattr(fold, part))
                lenient = (several and part != "train") or (papers and part == "validation")
                if lenient and len(missing) <= len(self.classes) - 2:
                    continue
                if missing:
                    self._refuse(f"fold {number} has no '{missing[0]}' image in its {part} part")
        if never := self._missing(np.concatenate([fold.test for fold in self.folds])):
            self._refuse(f"no fold has a '{never[0]}' image in its test part")

    def check_clips(self) -> None:
        """Refuses to count clips whose frames have different classes: there is no truth about such a clip.

        Raises:
            ParameterError: names one.
        """
        if self.protocol.unit != "sequence":
            return
        clips = pd.DataFrame({"sequence": self.table.sequence, "y": self.y}).drop_duplicates()
        twice = clips["sequence"][clips["sequence"].duplicated()]
        if len(twice):
            raise ParameterError(
                f"{self.protocol.id}: {twice.nunique():,} clips have frames of different classes, such as "
                f"'{twice.iloc[0]}', so clips cannot be counted. Leave the frames of one class out when the data are "
                "opened, such as neutral=False for CK+, or set unit = 'image'."
            )

    def _missing(self, rows: np.ndarray) -> list[str]:
        present = set(self.y[rows])
        return [name for index, name in enumerate(self.classes) if index not in present]

    def _refuse(self, why: str):
        raise ParameterError(f"{self.protocol.id}: {why}. Use more data, fewer folds or another label map.")

    def to_dict(self) -> dict:
        """Returns what `result.json` stores: protocol, counts and linter findings as plain types."""
        protocol = self.protocol
        counts = {part: sum(len(getattr(f, part)) for f in self.folds) for part in ("train", "validation", "test")}
        stored = asdict(protocol) | {"label_map": protocol.labels, "split": protocol.split_rule}
        del stored["labels"], stored["split_rule"]
        stored |= {"id": protocol.id, "smoke": protocol.smoke, "classes": self.classes}
        stored |= {"paper_split": split_rule(protocol.split_rule).paper}
        return stored | {"counts": {**counts, "dropped": self.dropped}, "lint": self.lint.to_dict()}

    def __str__(self):
        parts = [f"Protocol {self.protocol.id}"]
        for number, fold in enumerate(self.folds):
            sizes = (f"{len(getattr(fold, part)):,} {part}" for part in ("train", "validation", "test"))
            parts.append(f"  fold {number}: {', '.join(sizes)} images")
        if self.dropped:
            parts.append(f"  {self.dropped:,} images left out by the label map '{self.protocol.labels}'")
        parts.append(str(self.lint))
        paper = split_rule(self.protocol.split_rule).paper
        if paper and self.lint.verdict == "error":
            parts.append(f"  This is a paper's own split ({paper}). It leaks, so every number of it is marked.")
        return "\n".join(parts)
