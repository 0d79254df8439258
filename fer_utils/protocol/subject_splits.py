"""Splits that keep people apart: folds by subject, one subject at a time, and groups where people are unknown."""

import numpy as np
import pandas as pd

from fer_utils.datasets.face_table import FaceTable
from fer_utils.errors import ParameterError
from fer_utils.protocol.fold import Fold

FEWEST = 3  # one subject each for training, validation and test


def subject_kfold(table: FaceTable, k: int = 10) -> list[Fold]:
    """Divides people, not images: fold i tests the subjects `sorted(ids)[i::k]`.

    The next fold's subjects are the validation part, so that selection is subject-independent too.

    Args:
        table: `FaceTable` with known subjects.
        k: int. Number of folds, at least 3.

    Returns:
        list of k `Fold`s; each row is tested exactly once.

    Raises:
        ParameterError: subjects are unknown, or fewer than k.
    """
    _need_subjects(table, "subject-kfold")
    ids = sorted(set(table.subject))
    if len(ids) < k:
        raise ParameterError(
            f"{table.name}: {len(ids)} subjects cannot make {k} folds. With so few, leave-one-subject-out tests each."
        )
    return _folds(table.subject, ids, k)


def leave_one_subject_out(table: FaceTable) -> list[Fold]:
    """Tests one person at a time, as is usual for JAFFE with its ten subjects.

    The next person in the sorted order is the validation part.

    Args:
        table: `FaceTable` with at least three known subjects.

    Returns:
        list of `Fold`, one a subject; each row is tested exactly once.

    Raises:
        ParameterError: subjects are unknown, or fewer than three.
    """
    _need_subjects(table, "leave-one-subject-out")
    ids = sorted(set(table.subject))
    if len(ids) < FEWEST:
        raise ParameterError(
            f"{table.name}: {len(ids)} subjects; leaving one out needs at least {FEWEST}: to train, to choose, to test."
        )
    return _folds(table.subject, ids, len(ids))


def group_kfold(table: FaceTable, k: int = 10) -> list[Fold]:
    """Divides people where they are known, else sequences, else pictures with all their identical copies.

    It serves mixtures such as FER2013 + CK+, in which one dataset names its people and the other does not. The linter
    cannot vouch for the rows without a subject, and says so.

    Args:
        table: `FaceTable`.
        k: int. Number of folds, at least 3.

    Returns:
        list of k `Fold`s; each row is tested exactly once.

    Raises:
        ParameterError: fewer than k groups.
    """
    groups = split_groups(table)
    ids = sorted(set(groups))
    if len(ids) < k:
        raise ParameterError(f"{table.name}: {len(ids)} people, sequences or pictures cannot make {k} folds.")
    return _folds(groups, ids, k)


def split_groups(table: FaceTable) -> np.ndarray:
    """Names for each row what must stay on one side of a split.

    Args:
        table: `FaceTable`.

    Returns:
        str array (n,): "subject ...", "sequence ..." or, for single pictures of unknown people, "picture ..." with a
        hash of the pixels, so that identical pictures stay together.
    """
    subject, sequence = table.rows["subject"], table.rows["sequence"].astype(str)
    several = sequence.duplicated(keep=False)
    groups = ("subject " + subject.astype(str)).where(subject.notna(), "sequence " + sequence)
    single = (subject.isna() & ~several).to_numpy()
    if single.any():
        groups[single] = np.char.add("picture ", table.select(np.flatnonzero(single)).image_digests().astype(str))
    return groups.to_numpy(dtype=object)


def _folds(groups: np.ndarray, ids: list[str], k: int) -> list[Fold]:
    """Fold i tests `ids[i::k]`, and fold i + 1's groups are its validation part."""
    fold = pd.Series(groups).map({group: index % k for index, group in enumerate(ids)}).to_numpy()
    made = []
    for i in range(k):
        test, validation = fold == i, fold == (i + 1) % k
        made.append(Fold.from_masks(~test & ~validation, validation, test))
    return made


def _need_subjects(table: FaceTable, rule: str) -> None:
    unknown = int(table.rows["subject"].isna().sum())
    if unknown:
        raise ParameterError(
            f"{table.name}: {rule} needs a subject for every image, but {unknown:,} have none. Use a split "
            "that the owners define, such as fer2013-official or owners-split, or group-kfold, which keeps sequences "
            "and identical pictures together."
        )
