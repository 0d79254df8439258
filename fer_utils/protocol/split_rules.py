"""Split rules: functions from a table to folds, each by name."""

from dataclasses import dataclass

import numpy as np

from fer_utils.datasets.face_table import FaceTable
from fer_utils.errors import ParameterError

VALIDATION_SHARE = 10  # one image group in ten of the training part


@dataclass(frozen=True)
class Fold:
    """Row numbers of one train/validation/test division.

    Attributes:
        train: int array. Rows that a model fits while something is selected on `validation`.
        validation: int array. Rows that epochs, hyperparameters and thresholds are chosen on.
        test: int array. Rows that are predicted once, after selection.
        fit_all: int array. Rows that a model which selects nothing may fit.
    """

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray
    fit_all: np.ndarray


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
    unknown = int(table.rows["subject"].isna().sum())
    if unknown:
        raise ParameterError(
            f"{table.name}: subject-kfold needs a subject for every image, but {unknown:,} have none. Use a split "
            "that the owners define, such as fer2013-official or fer2013-public-as-test."
        )
    ids = sorted(set(table.subject))
    if len(ids) < k:
        raise ParameterError(f"{table.name}: {len(ids)} subjects cannot make {k} folds.")
    fold_of = {subject: index % k for index, subject in enumerate(ids)}
    fold = np.array([fold_of[subject] for subject in table.subject])
    folds = []
    for i in range(k):
        test, validation = fold == i, fold == (i + 1) % k
        folds.append(_fold(~test & ~validation, validation, test))
    return folds


def fer2013_official(table: FaceTable) -> list[Fold]:
    """Uses FER2013's own parts: PublicTest is validation, PrivateTest is opened once.

    Args:
        table: `FaceTable` of FER2013 with all three parts.

    Returns:
        list of one `Fold`.

    Raises:
        ParameterError: a part is missing.
    """
    _need_parts(
        table, ("Training", "PublicTest", "PrivateTest"), "fer2013-public-as-test serves copies without PrivateTest."
    )
    train, validation, test = (table.split == part for part in ("Training", "PublicTest", "PrivateTest"))
    return [_fold(train, validation, test, fit_all=train)]


def fer2013_public_as_test(table: FaceTable) -> list[Fold]:
    """Serves copies without PrivateTest: PublicTest is the test part, validation is drawn inside Training.

    The hash of an image decides whether it is validation, so identical images stay together and the choice depends
    neither on their order nor on a random seed.

    Args:
        table: `FaceTable` of FER2013 with Training and PublicTest.

    Returns:
        list of one `Fold`.

    Raises:
        ParameterError: a part is missing.
    """
    _need_parts(table, ("Training", "PublicTest"), "Is this FER2013?")
    training, test = table.split == "Training", table.split == "PublicTest"
    drawn = np.array([int(digest[:8], 16) % VALIDATION_SHARE == 0 for digest in table.image_digests()])
    return [_fold(training & ~drawn, training & drawn, test)]


SPLIT_RULES = {
    "subject-kfold": subject_kfold,
    "fer2013-official": fer2013_official,
    "fer2013-public-as-test": fer2013_public_as_test,
}


def _fold(train, validation, test, fit_all=None) -> Fold:
    everything = train | validation if fit_all is None else fit_all
    return Fold(*(np.flatnonzero(mask) for mask in (train, validation, test, everything)))


def _need_parts(table: FaceTable, parts: tuple[str, ...], advice: str) -> None:
    found = {part for part in table.split if isinstance(part, str)}
    missing = [part for part in parts if part not in found]
    if missing:
        raise ParameterError(
            f"{table.name}: no {missing[0]} rows; the parts here are {sorted(found) or 'none'}. {advice}"
        )
