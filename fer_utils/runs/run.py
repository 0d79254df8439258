"""The record of one run: a directory that a notebook fills and closes with `result.json`."""

import gzip
import hashlib
import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from fer_utils.errors import RunError
from fer_utils.paths import remove_unfinished, write_atomically
from fer_utils.protocol import Split
from fer_utils.runs import PENDING, RESULT, SCHEMA
from fer_utils.runs.predictions import prediction_table
from fer_utils.runs.provenance import Stopwatch, provenance
from fer_utils.runs.seal import AUDIT, AuditedTraining, SealedTest, pack_audit


class Run:
    """One run's directory, written by the notebook that is running.

    Attributes:
        directory: Path of the record.
        split: `Split` that the predictions belong to.
    """

    def __init__(self, notebook: str, split: Split, parameters: dict, directory: Path, confirmed: bool = True):
        self.directory = Path(directory)
        self.split = split
        self._notebook = notebook
        self._parameters = json.loads(json.dumps(parameters))
        self._stopwatch = Stopwatch()
        self._models: dict[str, dict] = {}
        self._predictions: dict[tuple, pd.DataFrame] = {}
        self._history: list[pd.DataFrame] = []
        self._figures: list[str] = []
        self._test = SealedTest(split)
        self._audited: list[AuditedTraining] = []
        self._finished = False
        self._result = self.directory / (RESULT if confirmed else PENDING)
        self.directory.mkdir(parents=True, exist_ok=True)
        if (self.directory / RESULT).exists():
            raise RunError(f"{self.directory}: this run is finished; remove the folder to run it anew.")
        for name in (
            PENDING,
            "predictions.csv.gz",
            "history.csv",
            AUDIT,
            "error.json",
        ):  # what an unfinished attempt left
            (self.directory / name).unlink(missing_ok=True)
        remove_unfinished(self.directory)
        write_atomically(self.directory / "parameters.json", json.dumps(self._parameters, indent=1))

    def checkpoints(self, model: str, fold: int = 0, seed: int = 0) -> Path:
        """Returns the folder in which a training may keep what it needs to continue after an interruption."""
        folder = self.directory / "checkpoints" / f"{model}-fold{fold}-seed{seed}"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

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
        self._audited.append(AuditedTraining(model, fold, seed, predicted.astype(np.uint8)))
        write_atomically(self.directory / AUDIT, pack_audit(self._audited))

    def audited(self) -> list[AuditedTraining]:
        """Returns the audited trainings stored so far."""
        return list(self._audited)

    def save_predictions(self, model: str, fold: int = 0, seed: int = 0, probabilities=None, scores=None, y_pred=None):
        """Stores the test predictions of one fold, once: the test part is sealed afterwards.

        Exactly one of `probabilities`, `scores` and `y_pred` is given. A face that was not detected has NaN in its
        row, or -1 in `y_pred`.

        Args:
            model: str. Model id, described before with `describe_model`.
            fold: int. Index into `split.folds`.
            seed: int. Seed of the training, one of the protocol's.
            probabilities: float array (n_test, classes), rows summing to one.
            scores: float array (n_test, classes) of a classifier without probabilities; the largest wins.
            y_pred: int array (n_test,) of class indices.

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
        table = prediction_table(self.split, model, fold, seed, probabilities, scores, y_pred)
        self._predictions[model, fold, seed] = table
        self._write_gzip("predictions.csv.gz", self.predictions())

    def predictions(self) -> pd.DataFrame:
        """Returns all predictions stored so far: one row a model, fold, seed and test image."""
        return pd.concat(self._predictions.values(), ignore_index=True) if self._predictions else pd.DataFrame()

    def save_history(self, model: str, history: pd.DataFrame, fold: int = 0, seed: int = 0):
        """Stores the learning curve of one training.

        Args:
            model: str. Model id.
            history: DataFrame, one row an epoch, with the columns that `fer_utils.training.fit` returns.
            fold: int. Index into `split.folds`.
            seed: int. Seed of the training.
        """
        self._need_open()
        head = pd.DataFrame({"model": model, "fold": fold, "seed": seed}, index=history.index)
        self._history.append(pd.concat([head, history], axis=1))
        write_atomically(self.directory / "history.csv", pd.concat(self._history).to_csv(index=False))

    def save_model(self, model, name: str | None = None):
        """Stores a trained model: Keras models as `.keras`, scikit-learn models as `.skops`, never as pickle.

        Args:
            model: `keras.Model` or scikit-learn estimator.
            name: str. Added to the file name where a run has several models.
        """
        self._need_open()
        stem = f"model-{name}" if name else "model"
        if hasattr(model, "save"):
            model.save(self.directory / f"{stem}.keras")
        else:
            import skops.io

            skops.io.dump(model, self.directory / f"{stem}.skops")

    def log_figure(self, name: str, svg: str):
        """Stores a figure of the run.

        Args:
            name: str. File name without ending.
            svg: str. The figure as SVG text.
        """
        self._need_open()
        folder = self.directory / "figures"
        folder.mkdir(exist_ok=True)
        write_atomically(folder / f"{name}.svg", svg)
        if f"{name}.svg" not in self._figures:
            self._figures.append(f"{name}.svg")

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
        for model in (name for name, described in self._models.items() if described["trained"]):
            for fold in range(len(self.split.folds)):
                for seed in self.split.protocol.seeds:
                    if (model, fold, seed) not in self._predictions:
                        raise RunError(f"'{model}' has no predictions for fold {fold}, seed {seed}: not complete.")
        stored = self.directory / "predictions.csv.gz"
        sealed = hashlib.sha256(stored.read_bytes()).hexdigest() if stored.exists() else None
        result = {
            "schema": SCHEMA,
            "notebook": self._notebook,
            "key": os.environ.get("FERBENCH_RUN_KEY") or self.directory.name,
            "created": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "protocol": self.split.to_dict(),
            "parameters": self._parameters,
            "models": list(self._models.values()),
            "predictions": {"file": stored.name, "sha256": sealed, "rows": len(self.predictions())} if sealed else None,
            "history": "history.csv" if self._history else None,
            "audit": self._audit_entry(),
            "figures": self._figures,
            "provenance": provenance() | self._stopwatch.read(),
        }
        write_atomically(self._result, json.dumps(result, indent=1))
        self._finished = True
        if self._result.name == RESULT:  # in batch the attempt may still fail, and the next one needs them
            shutil.rmtree(self.directory / "checkpoints", ignore_errors=True)
        return self._result

    def _audit_entry(self) -> dict | None:
        if not self._audited:
            return None
        trainings = [{"model": a.model, "fold": a.fold, "seed": a.seed} for a in self._audited]
        digest = hashlib.sha256((self.directory / AUDIT).read_bytes()).hexdigest()
        return {"file": AUDIT, "sha256": digest, "trainings": trainings}

    def _need_described(self, model: str) -> None:
        if model not in self._models:
            raise RunError(f"Model '{model}' is not described: call run.describe_model('{model}', ...) first.")

    def _need_open(self) -> None:
        """Refuses changes after `finish`: predictions are sealed, and the record tells what was there then."""
        if self._finished:
            raise RunError(f"{self.directory}: this run is finished, so nothing can be added; start a new one.")

    def _write_gzip(self, name: str, frame: pd.DataFrame) -> None:
        content = gzip.compress(frame.to_csv(index=False).encode(), compresslevel=6, mtime=0)
        write_atomically(self.directory / name, content)
