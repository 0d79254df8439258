"""The leakage linter: reads a split before anything is trained on it."""

from collections.abc import Sequence

from fer_utils.datasets.face_table import FaceTable
from fer_utils.protocol import lint_rules as rules
from fer_utils.protocol.fold import Fold
from fer_utils.protocol.lint_pictures import lint_pictures
from fer_utils.protocol.lint_report import ORDER, Finding, LintReport

__all__ = ["ORDER", "Finding", "LintReport", "lint"]


def lint(table: FaceTable, folds: Sequence[Fold], near: bool = False) -> LintReport:
    """Checks that the parts of each fold share nothing that would make the test easier than the world.

    Args:
        table: `FaceTable` that the folds' row numbers point into. Without pictures (`images` of length 0) only its
            columns are checked.
        folds: sequence of `Fold`, at least one.
        near: bool. Look for near-duplicates and altered copies, too: all pictures are read, which for the 32,298 of
            FER2013 without PrivateTest takes about 20 seconds of processor time, and else as long as decoding.

    Returns:
        `LintReport`.

        - Errors: shared subjects or sequences, validation that is also test, test rows in training, rows tested twice,
          augmentation before splitting (by names; by pixels where a third of the test images are altered copies).
        - Warnings: identical images on both sides, near-duplicates, altered copies, duplicates with different labels,
          validation that shares people, sequences or images with training.
        - Cannot vouch: unknown subjects.
        - Notes: rows that no fold tests, and what was not looked for.
    """
    digests = table.image_digests() if len(table.images) else None
    findings = rules.shared("shared subjects", "error", table.subject, folds)
    findings += rules.shared("shared sequences", "error", table.sequence, folds)
    if digests is not None:
        findings += rules.shared("identical images", "warning", digests, folds, named=False)
    findings += rules.selected_on_test(table, digests, folds)
    findings += rules.trained_on_test(folds)
    findings += rules.seen_while_selecting(table, digests, folds)
    findings += rules.augmented_by_name(table, folds)
    tested, notes = rules.coverage(table, folds)
    findings += tested
    if digests is None:
        notes.append("without pictures: identical images and near-duplicates were not looked for")
    else:
        findings += rules.conflicts(digests, table.label)
        if near:
            found, said = lint_pictures(table, digests, folds)
            findings, notes = findings + found, notes + said
        else:
            notes.append("near-duplicates were not looked for: lint(table, folds, near=True) does")
    return LintReport(tuple(findings + rules.unknown_subjects(table)), tuple(notes))
