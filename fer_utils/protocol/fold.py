"""A fold: which rows are fitted, which are chosen on, and which are predicted once."""

from dataclasses import dataclass, replace

import numpy as np


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

    @classmethod
    def from_masks(cls, train, validation, test, fit_all=None) -> "Fold":
        """Makes a fold of boolean arrays, one value a row.

        Args:
            train: bool array (n,).
            validation: bool array (n,).
            test: bool array (n,).
            fit_all: bool array (n,); None for train and validation together.

        Returns:
            `Fold`.
        """
        everything = train | validation if fit_all is None else fit_all
        return cls(*(np.flatnonzero(mask) for mask in (train, validation, test, everything)))

    def learned_from(self, seen: np.ndarray) -> "Fold":
        """Leaves rows out of what is fitted: a black picture with the name of an emotion teaches nothing true.

        Args:
            seen: bool array (n,), one value a row. Whether there is a face.

        Returns:
            `Fold` with the same validation and test rows, where a face that was not found counts as wrong.
        """
        return replace(self, train=self.train[seen[self.train]], fit_all=self.fit_all[seen[self.fit_all]])
