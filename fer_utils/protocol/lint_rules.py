"""The linter's rules on rows: who and what stands in which part of which fold."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from fer_utils.datasets.face_table import FaceTable
from fer_utils.protocol.augmented_names import source_name
from fer_utils.protocol.fold import Fold
from fer_utils.protocol.lint_report import Finding

SAME = 0.5  # share of the test images in validation, by content, from which on the two parts are one
EXAMPLES = 3

ADVICE = {  # rule: what is shared, and what to do
    "shared subjects": (
        "a person",
        "A model may know the face instead of the expression: divide people, not images, as subject-kfold does.",
    ),
    "shared sequences": (
        "a sequence",
        "Its frames are nearly equal: keep each sequence, and each person, in one part.",
    ),
    "identical images": (
        "their pixels",
        "They are remembered, not recognized: keep identical images in one part, or score without them, too.",
    ),
    "augmentation before splitting": (
        "their source, by their names,",
        "Divide first, then augment the training part alone.",
    ),
}


def codes_of(values: np.ndarray) -> np.ndarray:
    """Numbers the different values.

    Args:
        values: object array (n,).

    Returns:
        int array (n,) from 0; -1 where the value is unknown.
    """
    return pd.factorize(values)[0]


def seen_before(fold: Fold) -> np.ndarray:
    """Rows that a model sees before it is tested."""
    return np.unique(np.concatenate([fold.train, fold.validation, fold.fit_all]))


def also_in(codes: np.ndarray, rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Says of each of some rows whether its known code stands in other rows, too.

    Args:
        codes: int array (n,) from `codes_of`.
        rows: int array (m,). The rows asked about.
        others: int array. The rows looked in.

    Returns:
        bool array (m,).
    """
    stands = np.zeros(codes.max(initial=-1) + 2, dtype=bool)
    stands[codes[others]] = True
    stands[-1] = False  # where the code -1 leads to
    return stands[codes[rows]]


def shared(rule: str, level: str, values: np.ndarray, folds: Sequence[Fold], named: bool = True) -> list[Finding]:
    """Finds values that stand both in the test part and in the parts that a model sees before.

    Args:
        rule: str. A key of `ADVICE`.
        level: str.
        values: object array (n,). Such as the subject of every row; NaN where unknown.
        folds: sequence of `Fold`.
        named: bool. Whether the values mean something to a reader.

    Returns:
        list of at most one `Finding`, which counts test rows over all folds.
    """
    codes = codes_of(values)
    hits = [fold.test[also_in(codes, fold.test, seen_before(fold))] for fold in folds]
    rows = sum(map(len, hits))
    if not rows:
        return []
    examples = sorted({str(value) for value in pd.unique(values[np.concatenate(hits)])})[:EXAMPLES]
    such = f", such as {', '.join(examples)}" if named else ""
    what, advice = ADVICE[rule]
    return [
        Finding(level, rule, f"{rows:,} test images share {what} with training or validation{such}. {advice}", rows)
    ]


def selected_on_test(table: FaceTable, digests: np.ndarray | None, folds: Sequence[Fold]) -> list[Finding]:
    """Finds validation parts that are the test part, by their rows or by what they show."""
    both = sum(int(np.isin(fold.test, fold.validation).sum()) for fold in folds)
    if both:
        message = (
            f"{both:,} test rows are also used to select: the score is that of the model which did best on them by "
            "chance. Draw the validation part from the training part."
        )
        return [Finding("error", "validation == test", message, both)]
    tested = sum(len(fold.test) for fold in folds)
    for values, word in ((digests, "images"), (table.sequence, "sequences"), (table.subject, "people")):
        if values is None:
            continue
        codes = codes_of(values)
        count = sum(int((also_in(codes, f.test, f.validation) & ~also_in(codes, f.test, f.train)).sum()) for f in folds)
        if count and count >= SAME * tested:
            message = (
                f"{count:,} of {tested:,} test rows have other names than the validation rows, but show the same "
                f"{word}, which training does not have: selecting on them is selecting on the test part. Draw the "
                "validation part from the training part."
            )
            return [Finding("error", "validation == test", message, count)]
    return []


def trained_on_test(folds: Sequence[Fold]) -> list[Finding]:
    """Finds test rows that a model fits."""
    both = sum(int(np.isin(fold.test, np.concatenate([fold.train, fold.fit_all])).sum()) for fold in folds)
    message = f"{both:,} test rows are also used to fit. Take them out of one part."
    return [Finding("error", "test rows in training", message, both)] if both else []


def coverage(table: FaceTable, folds: Sequence[Fold]) -> tuple[list[Finding], list[str]]:
    """Finds rows that several folds test, and notes those that none of several folds tests."""
    times = np.bincount(np.concatenate([fold.test for fold in folds]).astype(int), minlength=len(table))
    twice, never = int((times > 1).sum()), int((times == 0).sum())
    message = f"{twice:,} rows are tested more than once, and count so in the pooled score. Test each in one fold."
    findings = [Finding("error", "fold coverage", message, twice)] if twice else []
    incomplete = len(folds) > 1 and never
    return findings, [f"fold coverage: {never:,} of {len(table):,} rows are not tested in any fold"] * bool(incomplete)


def seen_while_selecting(table: FaceTable, digests: np.ndarray | None, folds: Sequence[Fold]) -> list[Finding]:
    """Finds validation rows that training knows: the test is honest, but what is selected was not put to the test."""
    known, words = 0, set()
    groups = [("people", table.subject), ("sequences", table.sequence)]
    groups += [] if digests is None else [("identical images", digests)]
    codes = [(word, codes_of(values)) for word, values in groups]
    for fold in folds:
        hit = np.zeros(len(fold.validation), dtype=bool)
        for word, numbers in codes:
            here = also_in(numbers, fold.validation, fold.train)
            words |= {word} if here.any() else set()
            hit |= here
        known += int(hit.sum())
    if not known:
        return []
    named = ", ".join(word for word, _ in groups if word in words)
    message = (
        f"{known:,} validation rows share {named} with training: selection favors models that remember. The test part "
        "is not concerned. Keep people, sequences and identical images in one part."
    )
    return [Finding("warning", "validation seen in training", message, known)]


def conflicts(digests: np.ndarray, labels: np.ndarray) -> list[Finding]:
    """Finds identical images with different labels."""
    known = pd.DataFrame({"image": codes_of(digests), "label": codes_of(labels)}).query("label >= 0")
    count = int((known.drop_duplicates()["image"].value_counts() > 1).sum())
    message = f"{count:,} groups of byte-identical images carry different labels: no model can be right about all."
    return [Finding("warning", "conflicting labels", message, count)] if count else []


def augmented_by_name(table: FaceTable, folds: Sequence[Fold]) -> list[Finding]:
    """Finds rows whose names say that they were made of one in another part, such as `x_flip` of `x`."""
    named = [source_name(name) for name in table.rows["sample_id"].astype(str)]
    multiplied = {source for source, augmented in named if augmented}
    sources = np.array([source if source in multiplied else np.nan for source, _ in named], dtype=object)
    return shared("augmentation before splitting", "error", sources, folds)


def unknown_subjects(table: FaceTable) -> list[Finding]:
    """Tells how many rows do not say who is shown."""
    unknown = int(table.rows["subject"].isna().sum())
    message = f"{unknown:,} images have no subject id: nobody can say whether people are on both sides."
    return [Finding("cannot vouch", "unknown subjects", message, unknown)] if unknown else []
