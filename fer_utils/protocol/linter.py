"""The leakage linter: reads a split before anything is trained on it."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd

from fer_utils.datasets.face_table import FaceTable
from fer_utils.protocol.fold import Fold

ORDER = ("clean", "cannot vouch", "warning", "error")  # from good to bad


@dataclass(frozen=True)
class Finding:
    """One thing that the linter saw.

    Attributes:
        level: str. "error", "warning" or "cannot vouch".
        rule: str. The rule's name, such as "shared subjects".
        message: str. What is shared, with examples.
        count: int. How many rows, subjects or groups are concerned.
    """

    level: str
    rule: str
    message: str
    count: int


@dataclass(frozen=True)
class LintReport:
    """The linter's findings and its verdict.

    Attributes:
        findings: tuple of `Finding`.
    """

    findings: tuple[Finding, ...]

    @property
    def verdict(self) -> str:
        """The worst level among the findings: "clean", "cannot vouch", "warning" or "error"."""
        return max((f.level for f in self.findings), key=ORDER.index, default="clean")

    def to_dict(self) -> dict:
        """Returns the verdict and the findings as plain types."""
        return {"verdict": self.verdict, "findings": [asdict(finding) for finding in self.findings]}

    def __str__(self):
        lines = [f"Linter: {self.verdict}"]
        lines += [f"  {finding.level}: {finding.rule} - {finding.message}" for finding in self.findings]
        return "\n".join(lines)


def lint(table: FaceTable, folds: Sequence[Fold]) -> LintReport:
    """Checks that the parts of each fold share nothing that would make the test easier than the world.

    Args:
        table: `FaceTable` that the folds' row numbers point into.
        folds: sequence of `Fold`.

    Returns:
        `LintReport`. Errors: shared subjects or sequences, validation that is also test, test rows in training, rows
        tested twice. Warnings: identical images on both sides, identical images with different labels. Cannot vouch:
        unknown subjects.
    """
    findings = []
    digests = table.image_digests()
    for rule, values, level in (
        ("shared subjects", table.subject, "error"),
        ("shared sequences", table.sequence, "error"),
        ("identical images", digests, "warning"),
    ):
        findings += _shared(rule, values, level, folds)
    for rule, parts, use in (
        ("validation == test", ("validation",), "select"),
        ("test rows in training", ("train", "fit_all"), "fit"),
    ):
        both = sum(np.isin(fold.test, np.concatenate([getattr(fold, part) for part in parts])).sum() for fold in folds)
        if both:
            findings.append(Finding("error", rule, f"{both:,} test rows are also used to {use}", int(both)))
    tested = np.concatenate([fold.test for fold in folds])
    twice = len(tested) - len(np.unique(tested))
    if twice:
        findings.append(Finding("error", "fold coverage", f"{twice:,} rows are tested more than once", twice))
    conflicts = _conflicts(digests, table.label)
    if conflicts:
        message = f"{conflicts:,} groups of byte-identical images carry different labels"
        findings.append(Finding("warning", "conflicting labels", message, conflicts))
    unknown = int(table.rows["subject"].isna().sum())
    if unknown:
        message = f"{unknown:,} images have no subject id: nobody can say whether people are on both sides"
        findings.append(Finding("cannot vouch", "unknown subjects", message, unknown))
    return LintReport(tuple(findings))


def _shared(rule: str, values: np.ndarray, level: str, folds: Sequence[Fold]) -> list[Finding]:
    """Finds values that stand both in the test part and in the parts that a model sees before."""
    rows, examples = 0, []
    known = ~pd.isna(values)
    for fold in folds:
        seen = np.union1d(np.union1d(fold.train, fold.validation), fold.fit_all)
        common = set(values[seen[known[seen]]]) & set(values[fold.test[known[fold.test]]])
        rows += sum(value in common for value in values[fold.test])
        examples += sorted(str(value) for value in common)
    if not rows:
        return []
    named = "" if rule == "identical images" else f", such as {', '.join(sorted(set(examples))[:3])}"
    return [Finding(level, rule, f"{rows:,} test images share one with training or validation{named}", rows)]


def _conflicts(digests: np.ndarray, labels: np.ndarray) -> int:
    first, conflicting = {}, set()
    for digest, label in zip(digests, labels, strict=True):
        if first.setdefault(digest, label) != label:
            conflicting.add(digest)
    return len(conflicting)
