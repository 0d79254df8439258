"""The record of one run: a directory that a notebook fills and closes with `result.json`."""

import os
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

from fer_utils.errors import RunError
from fer_utils.paths import write_atomically
from fer_utils.protocol import Split
from fer_utils.runs import SCHEMA
from fer_utils.runs.files import seal, write_gzip
from fer_utils.runs.items import ITEMS, items_csv, items_table
from fer_utils.runs.predictions import faces_found, prediction_table
from fer_utils.runs.provenance import Stopwatch, provenance
from fer_utils.runs.run_folder import HISTORY, PREDICTIONS, RunFolder
from fer_utils.runs.seal import AUDIT, NO_FACE, AuditedTraining, SealedTest, pack_audit


class Run(RunFolder):
    """One run's directory, written by the notebook that is running.

    Attributes:
        directory: Path of the record.
        split: `Split` that the predictions belong to.
    """

    def __init__(self, notebook: str, split: Split, parameters: dict, directory: Path, confirmed: bool = True):
        super().__init__(directory, parameters, confirmed)
        self.split = split
        self._notebook = notebook
        self._stopwatch = Stopwatch()
        self._models: dict[str, dict] = {}
        self._predictions: dict[tuple, pd.DataFrame] = {}
        self._items: pd.DataFrame | None = None
        self._test = SealedTest(split)
        self._audited: list[AuditedTraining] = []

    def describe_model(
        self, model: str, title: str, family: str, parameters=None, train_seconds=None, notes="", trained=True
    ):
        """States what a model is and what its training cost.

        Args:
            model: str. The id that claims use, such as "mini_xception_base".
            title: str. The name that readers see.
            family: str. Such as "CNN" or "SVM".
            parameters: int, the trainable parameters; None where the notion does not apply.
            train_seconds: float. Wall seconds of training, over all folds and seeds; None where not measured.
            notes: str. What a reader must know, such as an approximation.
            trained: bool. False for a network that is only built, to count its parameters.
        """
        self._need_open()
        self._models[model] = {
            "model": model,
            "title": title,
            "family": family,
            "parameters": None if parameters is None else int(parameters),
            "train_seconds": None if train_seconds is None else round(float(train_seconds), 2),
            "notes": notes,
            "trained": trained,
        }

    def open_test(self, model: str, fold: int = 0, seed: int = 0) -> np.ndarray:
        """Hands out the faces of a test part, once: after selection, to be predicted.

        Args:
            model: str. Model id, described before with `describe_model`.
            fold: int. Index into `split.folds`.
            seed: int. Seed of the training.

        Returns:
            uint8 array (n_test, height, width, channels).

        Raises:
            RunError: the model is not described, or asked for this part before.
        """
        self._need_open()
        self._need_described(model)
        return self._test.open(model, fold, seed)

    def audited_test(self, fold: int = 0) -> np.ndarray:
        """Returns the faces of a test part for `fit(..., audit=...)` alone, which records and chooses nothing by them.

        Args:
            fold: int. Index into `split.folds`.

        Returns:
            uint8 array (n_test, height, width, channels).
        """
        self._need_open()
        return self._test.pixels(fold)

    def save_audit(self, model: str, predicted: np.ndarray, fold: int = 0, seed: int = 0):
        """Stores what a network answered on the test part after each epoch: what a dishonest choice could have had.

        Args:
            model: str. Model id.
            predicted: uint8 array (epochs, n_test) of class indices, as `fer_utils.training.audit` returns it.
            fold: int. Index into `split.folds`.
            seed: int. Seed of the training.
        """
        self._need_open()
        self._need_described(model)
        expected = len(self.split.folds[fold].test)
        if predicted.ndim != 2 or predicted.shape[1] != expected:
            raise RunError(f"audit of '{model}', fold {fold}: shape {predicted.shape}; expected (epochs, {expected}).")
        answers = np.where(faces_found(self.split, fold), predicted, NO_FACE).astype(np.uint8)
        self._audited.append(AuditedTraining(model, fold, seed, answers))
        write_atomically(self.directory / AUDIT, pack_audit(self._audited))

    def audited(self) -> list[AuditedTraining]:
        """Returns the audited trainings stored so far."""
        return list(self._audited)

    def save_predictions(
        self, model: str, fold: int = 0, seed: int = 0, probabilities=None, scores=None, y_pred=None, sequences=None
    ):
        """Stores the test predictions of one fold, once: the test part is sealed afterwards.

        Exactly one of `probabilities`, `scores` and `y_pred` is given. A face that was not detected has NaN in its
        row, or -1 in `y_pred`. A model that answers for clips names the clip of each row with `sequences`.

        Args:
            model: str. Model id, described before with `describe_model`.
            fold: int. Index into `split.folds`.
            seed: int. Seed of the training, one of the protocol's.
            probabilities: float array (n_test, classes), rows summing to one.
            scores: float array (n_test, classes) of a classifier without probabilities; the largest wins.
            y_pred: int array (n_test,) of class indices.
            sequences: str array (m,). The clip of each row of m answers; None for one answer a frame.

        Raises:
            RunError: the model is not described, these predictions exist already, they do not fit the test part or
                are no predictions of its classes, or the run is finished.
        """
        self._need_open()
        self._need_described(model)
        if (model, fold, seed) in self._predictions:
            raise RunError(
                f"The test part of fold {fold} was predicted by '{model}' (seed {seed}) before. It is predicted once, "
                "after selection; choose on validation."
            )
        if seed not in self.split.protocol.seeds:
            raise RunError(f"Seed {seed} is not among the protocol's seeds {list(self.split.protocol.seeds)}.")
        table = prediction_table(self.split, model, fold, seed, probabilities, scores, y_pred, sequences)
        self._predictions[model, fold, seed] = table
        write_gzip(self.directory / PREDICTIONS, self.predictions().to_csv(index=False))

    def predictions(self) -> pd.DataFrame:
        """Returns all predictions stored so far: one row a model, fold, seed and test image."""
        return pd.concat(self._predictions.values(), ignore_index=True) if self._predictions else pd.DataFrame()

    def items(self) -> pd.DataFrame:
        """Returns what is known of the test items, as `items_table` gives it; `finish` stores it."""
        self._items = items_table(self.split) if self._items is None else self._items
        return self._items

    def finish(self) -> Path:
        """Closes the run by writing `result.json`, the mark of success, in one step.

        In batch it is `result.pending.json`, until the worker has seen the notebook and its kernel end well. Closing
        the run again changes nothing.

        Returns:
            Path of the result.

        Raises:
            RunError: a described model has no predictions for one of the folds or seeds.
        """
        if self._finished:
            return self._result
        trained = [name for name, described in self._models.items() if described["trained"]]
        for model, fold, seed in product(trained, range(len(self.split.folds)), self.split.protocol.seeds):
            if (model, fold, seed) not in self._predictions:
                raise RunError(f"'{model}' has no predictions for fold {fold}, seed {seed}: not complete.")
        tables = {PREDICTIONS: self.predictions(), ITEMS: self.items()} if self._predictions else {}
        if tables:
            write_gzip(self.directory / ITEMS, items_csv(self.items()))
        sealed = {name: seal(self.directory / name) | {"rows": len(table)} for name, table in tables.items()}
        audited = [{"model": a.model, "fold": a.fold, "seed": a.seed} for a in self._audited]
        result = {
            "schema": SCHEMA,
            "notebook": self._notebook,
            "key": os.environ.get("FERBENCH_RUN_KEY") or self.directory.name,
            "created": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "protocol": self.split.to_dict(),
            "parameters": self._parameters,
            "models": list(self._models.values()),
            "predictions": sealed.get(PREDICTIONS),
            "items": sealed.get(ITEMS),
            "history": HISTORY if self._history else None,
            "audit": seal(self.directory / AUDIT) | {"trainings": audited} if audited else None,
            "figures": self._figures,
            "provenance": provenance() | self._stopwatch.read(),
        }
        return self._close(result)

    def _need_described(self, model: str) -> None:
        if model not in self._models:
            raise RunError(f"Model '{model}' is not described: call run.describe_model('{model}', ...) first.")
