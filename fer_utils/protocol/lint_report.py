"""What the leakage linter says: findings, from good to bad, and a verdict."""

from dataclasses import asdict, dataclass

ORDER = ("clean", "cannot vouch", "warning", "error")  # from good to bad


@dataclass(frozen=True)
class Finding:
    """One thing that the linter saw.

    Attributes:
        level: str. "error", "warning" or "cannot vouch".
        rule: str. The rule's name, such as "shared subjects".
        message: str. What is wrong, with examples, and what to do instead.
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
        notes: tuple of str. What was not looked for, or is no fault but worth knowing.
    """

    findings: tuple[Finding, ...]
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """The worst level among the findings: "clean", "cannot vouch", "warning" or "error"."""
        return max((f.level for f in self.findings), key=ORDER.index, default="clean")

    def to_dict(self) -> dict:
        """Returns verdict, findings and notes as plain types."""
        findings = [asdict(finding) for finding in self.findings]
        return {"verdict": self.verdict, "findings": findings, "notes": list(self.notes)}

    def __str__(self):
        lines = [f"Linter: {self.verdict}"]
        lines += [f"  {finding.level}: {finding.rule} - {finding.message}" for finding in self.findings]
        return "\n".join([*lines, *(f"  note: {note}" for note in self.notes)])
