"""The sealed test part: handed out once a training, after selection; and what an audit of every epoch leaves behind."""

import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fer_utils.errors import RunError
from fer_utils.protocol import Split
from fer_utils.runs.predictions import rows_tested

AUDIT = "audit.npz"
NO_FACE = 255  # in place of a class: the network gave no number


@dataclass(frozen=True)
class AuditedTraining:
    """What a network answered on the test part after each epoch of one training; selection never sees it.

    Attributes:
        model: str. Model id.
        fold: int. Index into `split.folds`.
        seed: int. Seed of the training.
        predicted: uint8 array (epochs, n_test). Class indices, rows of the test part in their order; `NO_FACE` where
            there was no answer.
    """

    model: str
    fold: int
    seed: int
    predicted: np.ndarray


class SealedTest:
    """Hands out the pixels of each test part, once for each model, fold and seed.

    Args:
        split: `Split` whose test parts are sealed.
    """

    def __init__(self, split: Split):
        self._split = split
        self._opened: set[tuple[str, int, int]] = set()

    def open(self, model: str, fold: int, seed: int) -> np.ndarray:
        """Returns the faces of a test part.

        Args:
            model: str. Model id.
            fold: int. Index into `split.folds`.
            seed: int. Seed of the training.

        Returns:
            uint8 array (n_test, height, width, channels).

        Raises:
            RunError: there is no such fold, or this model asked for it before with this seed.
        """
        pixels = self.pixels(fold)
        if (model, fold, seed) in self._opened:
            raise RunError(
                f"'{model}' (seed {seed}) asked for the test part of fold {fold} a second time. It is predicted once, "
                "after selection: choose on validation, or start the run anew."
            )
        self._opened.add((model, fold, seed))
        return pixels

    def pixels(self, fold: int) -> np.ndarray:
        """Returns the faces of a test part without breaking the seal: for an audit, which nothing can choose by."""
        return self._split.table.pixels(rows_tested(self._split, fold))


def pack_audit(trainings: list[AuditedTraining]) -> bytes:
    """Packs audited trainings into one file.

    Args:
        trainings: list of `AuditedTraining`.

    Returns:
        bytes of an `.npz` file.
    """
    file = io.BytesIO()
    np.savez_compressed(file, **{str(place): training.predicted for place, training in enumerate(trainings)})
    return file.getvalue()


def read_audit(path: Path, described: list[dict]) -> list[AuditedTraining]:
    """Reads audited trainings back.

    Args:
        path: Path of the file.
        described: list of dict with `model`, `fold` and `seed`, in the order of the file; as `result.json` has them.

    Returns:
        list of `AuditedTraining`.
    """
    with np.load(path, allow_pickle=False) as stored:
        return [
            AuditedTraining(str(about["model"]), int(about["fold"]), int(about["seed"]), stored[str(place)])
            for place, about in enumerate(described)
        ]
