"""The linter's rules on pixels: near-duplicates and altered copies on both sides."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from fer_utils.datasets.face_table import FaceTable
from fer_utils.protocol.augmented_copies import augmented_copies
from fer_utils.protocol.fold import Fold
from fer_utils.protocol.lint_report import Finding
from fer_utils.protocol.lint_rules import also_in, codes_of, seen_before
from fer_utils.protocol.near_duplicates import near_duplicates
from fer_utils.protocol.thumbnails import thumbnails

LOOKED_AT = 300  # test images over all folds that are registered with others
MANY = 1 / 3  # of them: in FER2013, whose crops of one photograph nobody sorted out, it is a sixth
DIVIDE_FIRST = "Divide first, by people and sequences; then augment the training part alone."


def lint_pictures(table: FaceTable, digests: np.ndarray, folds: Sequence[Fold]) -> tuple[list[Finding], list[str]]:
    """Looks at the pixels of all pictures.

    Args:
        table: `FaceTable`.
        digests: str array (n,). Hash of each row's pixels.
        folds: sequence of `Fold`.

    Returns:
        Findings: warnings of near-duplicates, of near-duplicates with different labels, and of altered copies, which
        become an error where a third of the test images have one. Notes: what was looked for in vain.
    """
    small, images, sequences = thumbnails(table), codes_of(digests), codes_of(table.sequence)
    pairs = near_duplicates(small)
    i, j = pairs["i"].to_numpy(), pairs["j"].to_numpy()
    # Identical images and frames of one sequence have findings of their own.
    apart = (images[i] != images[j]) & ((sequences[i] != sequences[j]) | (sequences[i] < 0))
    pairs = pairs[apart]
    findings = [*_near(table, pairs, folds), *_near_conflicts(table, pairs)]
    notes = [] if findings else ["no near-duplicates (ZNCC of at least 0.98, mirrored ones included) in two parts"]
    found, asked = _altered(table, small, (images, sequences), folds)
    notes += [] if found else [f"no altered copies among {asked:,} test images that were registered with others"]
    return findings + found, notes


def _near(table: FaceTable, pairs: pd.DataFrame, folds: Sequence[Fold]) -> list[Finding]:
    rows, mirrored, example = 0, 0, ""
    i, j = pairs["i"].to_numpy(), pairs["j"].to_numpy()
    for fold in folds:
        seen, test = np.zeros((2, len(table)), dtype=bool)
        seen[seen_before(fold)], test[fold.test] = True, True
        for a, b in ((i, j), (j, i)):
            crosses = test[a] & seen[b]
            if crosses.any() and not example:
                example = _example(table, a[crosses][0], b[crosses][0])
        hit, plain = (
            _touched(i, j, keep, test, seen) for keep in (np.ones(len(i), bool), ~pairs["mirrored"].to_numpy())
        )
        rows, mirrored = rows + len(hit), mirrored + len(np.setdiff1d(hit, plain))
    if not rows:
        return []
    message = (
        f"{rows:,} test images are near-duplicates (ZNCC of at least 0.98) of training or validation images, "
        f"{mirrored:,} of them mirrored, such as {example}. Keep them in one part, or score without them, too."
    )
    return [Finding("warning", "near-duplicates", message, rows)]


def _touched(i: np.ndarray, j: np.ndarray, kept: np.ndarray, test: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Test rows that have a kept pair with a row seen before."""
    return np.unique(np.concatenate([a[kept & test[a] & seen[b]] for a, b in ((i, j), (j, i))]))


def _near_conflicts(table: FaceTable, pairs: pd.DataFrame) -> list[Finding]:
    i, j, labels, people = pairs["i"], pairs["j"], codes_of(table.label), codes_of(table.subject)
    differ = (labels[i] != labels[j]) & (labels[i] >= 0) & (labels[j] >= 0)
    differ &= (people[i] != people[j]) | (people[i] < 0)  # weak expressions of one person are nearly equal
    if not differ.any():
        return []
    one = pairs[differ].iloc[0]
    count = int(differ.sum())
    message = (
        f"{count:,} pairs of near-duplicates carry different labels, such as {_example(table, one['i'], one['j'])}: "
        "one of the two is wrong, or the expression is hard to tell."
    )
    return [Finding("warning", "conflicting labels of near-duplicates", message, count)]


def _altered(
    table: FaceTable, small: np.ndarray, known: tuple[np.ndarray, ...], folds: Sequence[Fold]
) -> tuple[list[Finding], int]:
    """Registers some test images of each fold with those that a model sees before."""
    draw, share = np.random.default_rng(0), -(-LOOKED_AT // len(folds))
    asked, copies = 0, []
    for fold in folds:
        seen = seen_before(fold)
        new = ~np.any([also_in(codes, fold.test, seen) for codes in known], axis=0)
        rows = np.sort(draw.permutation(fold.test[new])[:share])
        asked += len(rows)
        copies.append(augmented_copies(small, rows, seen))
    found = pd.concat(copies, ignore_index=True)
    if not len(found):
        return [], asked
    many = len(found) >= MANY * asked
    what = (
        f"{len(found):,} of {asked:,} test images that were looked at are altered copies of training or validation "
        f"images (moved, turned, scaled, mirrored or brighter), such as {_example(table, *found.loc[0, ['i', 'j']])}."
    )
    if many:
        what += f" So many are made by augmenting before dividing, or are frames of one film. {DIVIDE_FIRST}"
        return [Finding("error", "augmentation before splitting", what, len(found))], asked
    what += " They may be crops of one photograph. Keep them in one part, or score without them, too."
    return [Finding("warning", "altered copies", what, len(found))], asked


def _example(table: FaceTable, i: int, j: int) -> str:
    names = table.rows["sample_id"].to_numpy()
    return f"{names[int(i)]} and {names[int(j)]}"
