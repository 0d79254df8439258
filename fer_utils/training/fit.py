"""Training of a network: best-on-validation weights, resumable after an interruption."""

import time
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from fer_utils.errors import ParameterError, nearest
from fer_utils.paths import write_atomically
from fer_utils.training.augmentation import Augmentation
from fer_utils.training.batches import FaceBatches, StartEpoch, scale
from fer_utils.training.class_weights import class_weights
from fer_utils.training.schedules import Schedule

BEST = "best.weights.h5"
MEASURES = ("loss", "accuracy", "val_loss", "val_accuracy", "val_macro_f1")
SELECTION = {"val_accuracy": 1, "val_macro_f1": 1, "val_loss": -1}  # 1 where the largest wins, -1 where the smallest


def fit(
    model,
    train,
    validation,
    folder: Path,
    schedule: Schedule,
    epochs: int,
    batch_size=128,
    augmentation: Augmentation | None = None,
    balanced=True,
    select_by="val_accuracy",
    seed=0,
    verbose=0,
) -> pd.DataFrame:
    """Trains a network and leaves it with the weights of its best epoch on validation.

    Called again with the same folder it continues after the last finished epoch.

    Args:
        model: `keras.Model` from scaled faces to class probabilities; compiled here.
        train: pair of uint8 images (n, height, width, channels) and int class indices (n,).
        validation: pair like `train`.
        folder: Path. Where backups and the best weights lie.
        schedule: `Schedule`.
        epochs: int.
        batch_size: int.
        augmentation: `Augmentation`; None for none.
        balanced: bool. Weight classes by their frequency in `train`.
        select_by: str. A key of `SELECTION`: what the best epoch is best at. Macro-F1 goes with class weights: where
            one class is frequent, an epoch that answers nothing else can have the best accuracy.
        seed: int. Order of batches and augmentation.
        verbose: int. As in `keras.Model.fit`.

    Returns:
        DataFrame, one row an epoch: epoch (from 1), seconds, learning_rate, and the columns of `MEASURES`.
    """
    classes = model.output_shape[-1]
    images, y = train
    targets = np.eye(classes, dtype=np.float32)
    weights = class_weights(y, classes)[y] if balanced else None
    batches = FaceBatches(images, targets[y], batch_size, augmentation, weights, seed)
    model.compile(
        schedule.optimizer(epochs * len(batches)),
        "categorical_crossentropy",
        metrics=["accuracy", keras.metrics.F1Score("macro", name="macro_f1")],
    )
    model.optimizer.build(model.trainable_variables)  # weights are stored with the optimizer's state, so it must exist
    record = EpochRecord(folder / "history.csv")
    callbacks = [
        StartEpoch(batches),
        *schedule.callbacks(lambda: record.table().get("val_loss", [])),
        BestWeights(folder / BEST, record, select_by),
        record,
        # last, so that an epoch counts as finished only when everything else about it is on disk
        keras.callbacks.BackupAndRestore(str(folder / "backup"), delete_checkpoint=False),
    ]
    if len(record.table()) < epochs:
        model.fit(
            batches,
            validation_data=(scale(validation[0]), targets[validation[1]]),
            validation_batch_size=512,
            epochs=epochs,
            callbacks=callbacks,
            shuffle=False,  # the batches shuffle themselves, by seed and epoch
            verbose=verbose,
        )
    model.load_weights(folder / BEST)
    return record.table()


class EpochRecord(keras.callbacks.Callback):
    """Writes one line an epoch to a csv file, and forgets epochs that a restored training repeats."""

    def __init__(self, path: Path):
        super().__init__()
        self.path = path

    def table(self) -> pd.DataFrame:
        """Returns the epochs recorded so far."""
        return pd.read_csv(self.path) if self.path.exists() else pd.DataFrame({"epoch": []})

    def on_epoch_begin(self, epoch, logs=None):
        """Starts the epoch's clock, and notes the rate before a schedule lowers it at the epoch's end."""
        self.started = time.perf_counter()
        self.rate = float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate))

    def on_epoch_end(self, epoch, logs=None):
        """Adds the epoch's line."""
        known = self.table()
        line = {"epoch": epoch + 1, "seconds": round(time.perf_counter() - self.started, 3)}
        line["learning_rate"] = self.rate
        line |= {name: float(logs[name]) for name in MEASURES}
        lines = [*known[known["epoch"] <= epoch].to_dict("records"), line]
        write_atomically(self.path, pd.DataFrame(lines).to_csv(index=False))  # a kill here must not lose earlier epochs


class BestWeights(keras.callbacks.Callback):
    """Keeps the weights of the epoch that is best on validation, across restarts."""

    def __init__(self, path: Path, record: EpochRecord, select_by: str):
        super().__init__()
        if select_by not in SELECTION:
            raise ParameterError(
                f"No selection '{select_by}'. Known: {', '.join(SELECTION)}.{nearest(select_by, SELECTION)}"
            )
        self.path, self.record, self.select_by = path, record, select_by

    def on_epoch_end(self, epoch, logs=None):
        """Saves the weights where this epoch beats all before it."""
        sign = SELECTION[self.select_by]
        table = self.record.table()
        before = sign * table[self.select_by][table["epoch"] <= epoch] if len(table) else []
        if not len(before) or sign * logs[self.select_by] > max(before):
            self.model.save_weights(self.path)


def predict(model, images: np.ndarray, batch_size=512) -> np.ndarray:
    """Predicts class probabilities.

    Args:
        model: `keras.Model` from scaled faces to probabilities.
        images: uint8 array (n, height, width, channels).
        batch_size: int.

    Returns:
        float array (n, classes).
    """
    return np.asarray(model.predict(scale(images), batch_size=batch_size, verbose=0), dtype=np.float64)
