"""The linter's report on a split, remembered: near-duplicates are looked for once, however often a notebook is run."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from fer_utils.datasets.face_table import FaceTable
from fer_utils.paths import cache_root, write_atomically
from fer_utils.protocol.fold import Fold
from fer_utils.protocol.lint_report import Finding, LintReport
from fer_utils.protocol.linter import lint


def lint_once(table: FaceTable, folds: Sequence[Fold]) -> LintReport:
    """Lints a split with all rules, near-duplicates and altered copies included, or reads what was found before.

    Args:
        table: `FaceTable` that the folds' row numbers point into.
        folds: sequence of `Fold`.

    Returns:
        `LintReport`, the same as `lint(table, folds, near=True)` gives.
    """
    path = cache_root() / "lint" / f"{_digest(table, folds)}.json"
    try:
        stored = json.loads(path.read_text(encoding="utf-8"))
        return LintReport(tuple(Finding(**finding) for finding in stored["findings"]), tuple(stored["notes"]))
    except (OSError, ValueError, KeyError, TypeError):
        pass  # nothing is stored, or it is damaged
    report = lint(table, folds, near=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, json.dumps(report.to_dict()))
    return report


def _digest(table: FaceTable, folds: Sequence[Fold]) -> str:
    """Hashes all that the report depends on: the data, the division, and the linter's own code."""
    digest = hashlib.sha256(table.fingerprint.encode())
    digest.update("\n".join(table.rows["sequence"].astype(str)).encode())
    for fold in folds:
        for rows in (fold.train, fold.validation, fold.test, fold.fit_all):
            digest.update(len(rows).to_bytes(8, "little") + rows.astype("<i8").tobytes())
    for module in sorted(Path(__file__).parent.glob("*.py")):
        digest.update(module.read_bytes())
    return digest.hexdigest()[:16]
