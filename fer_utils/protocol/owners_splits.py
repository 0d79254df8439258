"""Splits that the owners of a dataset define: FER2013's three parts, AFEW's Train and Val, folders of one's own."""

import hashlib

import numpy as np

from fer_utils.datasets.face_table import FaceTable
from fer_utils.errors import ParameterError
from fer_utils.protocol.fold import Fold
from fer_utils.protocol.subject_splits import split_groups

VALIDATION_SHARE = 10  # one group in ten of the training part
PARTS = {
    "train": ("train", "training"),
    "validation": ("val", "valid", "validation", "dev"),
    "test": ("test", "testing"),
}


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
    return [Fold.from_masks(train, validation, test, fit_all=train)]


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
    return [Fold.from_masks(training & ~drawn, training & drawn, test)]


def owners_split(table: FaceTable) -> list[Fold]:
    """Uses the parts that the owners name: train, validation and test, in any usual spelling.

    Where there is no labelled test part, as in AFEW, the validation part is the test part: it is predicted once, and a
    tenth of the training part (whole people, sequences, or pictures with their copies, chosen by a hash) is there to
    choose on. So it is where there is no validation part.

    Args:
        table: `FaceTable` with a train part and at least one other.

    Returns:
        list of one `Fold`. Rows of no part are in none.

    Raises:
        ParameterError: no train part, or nothing to test on.
    """
    named = np.array([str(part).lower() for part in table.split])
    train, validation, test = (np.isin(named, words) for words in PARTS.values())
    if not train.any() or not (validation.any() or test.any()):
        found = sorted({part for part in table.split if isinstance(part, str)})
        raise ParameterError(
            f"{table.name}: owners-split needs a part 'train' and one of 'validation' or 'test'; the parts here are "
            f"{found or 'none'}. subject-kfold needs no parts."
        )
    if validation.any() and test.any():
        return [Fold.from_masks(train, validation, test, fit_all=train)]
    drawn = train & np.array([_hash(group) % VALIDATION_SHARE == 0 for group in split_groups(table)])
    return [Fold.from_masks(train & ~drawn, drawn, validation | test)]


def _hash(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(str(name).encode(), digest_size=4).digest())


def _need_parts(table: FaceTable, parts: tuple[str, ...], advice: str) -> None:
    found = {part for part in table.split if isinstance(part, str)}
    missing = [part for part in parts if part not in found]
    if missing:
        raise ParameterError(
            f"{table.name}: no {missing[0]} rows; the parts here are {sorted(found) or 'none'}. {advice}"
        )
