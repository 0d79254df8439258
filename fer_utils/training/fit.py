"""Training of a network: best-on-validation weights, resumable after an interruption."""

import logging
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from fer_utils.training.audit import Audit
from fer_utils.training.augmentation import Augmentation
from fer_utils.training.batches import FaceBatches, StartEpoch, scale
from fer_utils.training.checkpoints import Checkpoints
from fer_utils.training.class_weights import class_weights
from fer_utils.training.schedules import Schedule

# It warns of "retracing" where a notebook asks several networks, each of which is compiled once, as it must be.
logging.getLogger("tensorflow").setLevel(logging.ERROR)


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
    audit: np.ndarray | None = None,
) -> pd.DataFrame:
    """Trains a network and leaves it with the weights of its best epoch on validation.

    Called again with the same folder it continues after the last finished epoch.

    Args:
        model: `keras.Model` from scaled faces to class probabilities; compiled here.
        train: pair of uint8 images (n, height, width, channels) and int class indices (n,). In place of the images
            float32 features, or sequences: `Windows`, `Segments`, or `Together` for several inputs.
        validation: pair like `train`.
        folder: Path. Where the checkpoints lie; for this training alone.
        schedule: `Schedule`.
        epochs: int.
        batch_size: int.
        augmentation: `Augmentation`; None for none.
        balanced: bool. Weight classes by their frequency in `train`.
        select_by: str. A key of `checkpoints.SELECTION`: what the best epoch is best at. Macro-F1 goes with class
            weights: where one class is frequent, an epoch that answers nothing else can have the best accuracy.
        seed: int. Order of batches and augmentation.
        verbose: int. As in `keras.Model.fit`.
        audit: uint8 images of the test part, whose answers after each epoch are recorded for `audited_epochs` and used
            for nothing; None for no audit.

    Returns:
        DataFrame, one row an epoch: epoch (from 1), seconds, learning_rate, and the columns of
            `checkpoints.MEASURES`.
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
    checkpoints = Checkpoints(folder, select_by)
    finished = checkpoints.restore(model)
    if finished < epochs:
        model.fit(
            batches,
            validation_data=_in_order(validation[0], targets[validation[1]], batch_size),
            validation_batch_size=512 if isinstance(validation[0], np.ndarray) else None,
            initial_epoch=finished,
            epochs=epochs,
            # checkpoints last, so that an epoch counts as finished only when everything else about it is done
            callbacks=[
                StartEpoch(batches),
                *schedule.callbacks(lambda: checkpoints.history().get("val_loss", [])),
                *([] if audit is None else [Audit(folder, audit)]),
                checkpoints,
            ],
            shuffle=False,  # the batches shuffle themselves, by seed and epoch
            verbose=verbose,
        )
    checkpoints.load_best(model)
    return checkpoints.history()


def predict(model, images, batch_size=512) -> np.ndarray:
    """Predicts class probabilities.

    Args:
        model: `keras.Model` from scaled faces to probabilities.
        images: uint8 array (n, height, width, channels), or what else `fit` trains on.
        batch_size: int.

    Returns:
        float array (n, classes).
    """
    if isinstance(images, np.ndarray):
        answers = model.predict(scale(images), batch_size=batch_size, verbose=0)
    else:
        answers = model.predict(_in_order(images, np.zeros((len(images), 1)), batch_size), verbose=0)
    return np.asarray(answers, dtype=np.float64)


def _in_order(images, targets: np.ndarray, batch_size: int):
    """Returns what Keras evaluates on; sequences are gathered batch by batch, because all together are too large."""
    if isinstance(images, np.ndarray):
        return scale(images), targets
    return FaceBatches(images, targets, batch_size, shuffle=False)
