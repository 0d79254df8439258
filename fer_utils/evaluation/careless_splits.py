"""Splits as they are made without malice: each is described in a methods section, and each tests what was seen.

They are here to be measured and to be caught. Nothing else in the project divides data with them.
"""

from dataclasses import replace

import numpy as np
import pandas as pd

from fer_utils.datasets.face_table import FaceTable
from fer_utils.protocol.fold import Fold
from fer_utils.training.augmentation import Augmentation

GENTLE = Augmentation(rotation=5, shift=0.03, zoom=0.05)  # as most papers have it, mirrored in half of the cases


def class_slices(table: FaceTable, train: float = 0.8) -> list[Fold]:
    """Cuts the pictures of each class, in the order of their files: the first ones train, the others are tested.

    Args:
        table: `FaceTable` in the order of the files.
        train: float. Share of each class that trains.

    Returns:
        list of one `Fold`.
    """
    classes = table.rows.groupby("label")["label"]
    return [_divided((classes.cumcount() >= (train * classes.transform("size")).astype(int)).to_numpy())]


def random_people(table: FaceTable, seed: int, test: float = 0.2) -> list[Fold]:
    """Divides people at random: honest once, a lottery where the best of several draws is reported.

    Args:
        table: `FaceTable` with known subjects.
        seed: int. Another seed gives another division.
        test: float. Share of the people who are tested.

    Returns:
        list of one `Fold`.
    """
    people = np.random.default_rng(seed).permutation(sorted(set(table.subject)))
    return [_divided(np.isin(table.subject, people[: round(test * len(people))]))]


def choose_on_test(folds: list[Fold]) -> list[Fold]:
    """Puts the test part in the place of the validation part, which trains instead.

    Args:
        folds: list of `Fold`.

    Returns:
        list of `Fold` with the same test parts.
    """
    return [replace(fold, train=fold.fit_all, validation=fold.test) for fold in folds]


def merge_collections(table: FaceTable, share: float, seed: int = 0) -> FaceTable:
    """Adds a second collection that holds some of the same pictures, under other names and of nobody that is named.

    Args:
        table: `FaceTable`.
        share: float. Share of the pictures that are in both.
        seed: int. Decides which.

    Returns:
        `FaceTable`: the rows of `table`, then those of the second collection, whose subjects are unknown.
    """
    twice = np.sort(np.random.default_rng(seed).permutation(len(table))[: round(share * len(table))])
    names = [f"web_{number:06d}" for number in range(len(twice))]
    second = table.rows.iloc[twice].assign(sample_id=names, sequence=names, subject=np.nan)
    return _with_rows(table, [table.rows, second], table.images, f"{share} {seed}")


def add_to_training(folds: list[Fold], rows: np.ndarray) -> list[Fold]:
    """Lets further rows train in every fold.

    Args:
        folds: list of `Fold`.
        rows: int array. Rows that no fold has.

    Returns:
        list of `Fold`.
    """
    return [replace(f, train=np.append(f.train, rows), fit_all=np.append(f.fit_all, rows)) for f in folds]


def augment_all(table: FaceTable, copies: int = 3, seed: int = 0) -> FaceTable:
    """Augments a whole dataset: every picture is followed by turned, moved, scaled and mirrored copies.

    Args:
        table: `FaceTable`.
        copies: int. How many of each picture.
        seed: int. Seed of the augmentation.

    Returns:
        `FaceTable` with `copies` + 1 rows for each of `table`, named as augmentation tools do (`x_aug1`).
    """
    rng, pixels, size = np.random.default_rng(seed), table.pixels(), len(table)
    images = np.concatenate([pixels, *(GENTLE(pixels, rng) for _ in range(copies))])
    parts = [table.rows.assign(image=np.arange(size))]
    for number in range(1, copies + 1):
        names = table.rows["sample_id"] + f"_aug{number}"
        parts.append(table.rows.assign(sample_id=names, image=np.arange(size) + number * size))
    return _with_rows(table, parts, images, f"{copies} {seed}")


def augmented_folds(folds: list[Fold], size: int, copies: int = 3) -> list[Fold]:
    """Carries a division of pictures over to `augment_all` of them: copies stay where their pictures are.

    Args:
        folds: list of `Fold` of the pictures.
        size: int. Number of pictures.
        copies: int. How many of each picture there are besides.

    Returns:
        list of `Fold` of pictures and copies.
    """

    def with_copies(rows: np.ndarray) -> np.ndarray:
        return np.concatenate([rows + number * size for number in range(copies + 1)])

    return [Fold(*(with_copies(rows) for rows in (f.train, f.validation, f.test, f.fit_all))) for f in folds]


def _divided(test: np.ndarray) -> Fold:
    return Fold.from_masks(~test, np.zeros_like(test), test)


def _with_rows(table: FaceTable, parts: list[pd.DataFrame], images, how: str) -> FaceTable:
    rows = pd.concat(parts, ignore_index=True)
    note = f"{len(rows) - len(table):,} pictures were added for a lesson."
    return replace(
        table, rows=rows, images=images, fingerprint=f"{table.fingerprint}+{how}", notes=(*table.notes, note)
    )
