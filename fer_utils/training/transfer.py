"""Training of a head on a frozen body, in two ways: on features that are computed once, or through the body."""

import time
from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from fer_utils.errors import ParameterError, nearest
from fer_utils.models.transfer import join
from fer_utils.training.augmentation import Augmentation
from fer_utils.training.features import frozen_features
from fer_utils.training.fit import fit
from fer_utils.training.schedules import Schedule

MODES = ("features", "through")


def fit_head(
    body,
    head,
    train,
    validation,
    folder: Path,
    schedule: Schedule,
    epochs: int,
    mode: str = "features",
    augmentation: Augmentation | None = None,
    views: int = 1,
    seed: int = 0,
    **options,
) -> pd.DataFrame:
    """Trains a head and leaves it with the weights of its best epoch on validation; the body stays as it is.

    Without augmentation both modes give the same head, up to rounding: the only randomness, dropout and the order of
    the faces, is in the head. With augmentation "through" sees a new picture of each face in each epoch, and "features"
    one of a few that were drawn once.

    Args:
        body: `keras.Model` from faces scaled to [-1, 1] to a map; not trainable.
        head: `keras.Model` from the flattened map to class probabilities; trained in place.
        train: pair of uint8 images (n, height, width, channels) and int class indices (n,).
        validation: pair like `train`; never augmented.
        folder: Path. Where the checkpoints lie; for this training alone.
        schedule: `Schedule`.
        epochs: int.
        mode: str. "features": run the body once, keep what it gives in the cache, train on that. "through": run the
            body in every epoch.
        augmentation: `Augmentation`; None for none.
        views: int. How many augmented pictures of each face "features" keeps; used with augmentation alone.
        seed: int. Order of batches and augmentation.
        **options: passed on to `fit`.

    Returns:
        DataFrame, as `fit` returns it.

    Raises:
        ParameterError: an unknown mode, or a body that would be trained.
    """
    if mode not in MODES:
        raise ParameterError(f"No mode '{mode}'. Known: {', '.join(MODES)}.{nearest(mode, MODES)}")
    if body.trainable_weights:
        raise ParameterError(f"The body '{body.name}' is trainable; expected a frozen one: set body.trainable = False.")
    if mode == "through":
        network = join(body, head)
        return fit(
            network, train, validation, folder, schedule, epochs, augmentation=augmentation, seed=seed, **options
        )
    views = views if augmentation else 1
    features = frozen_features(body, train[0], augmentation=augmentation, views=views, seed=seed)
    held_out = frozen_features(body, validation[0])
    return fit(
        head,
        (features, train[1]),
        (held_out, validation[1]),
        folder,
        schedule,
        epochs,
        augmentation=one_view if augmentation else None,
        seed=seed,
        **options,
    )


def one_view(features: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Takes one of the views of each face, at random.

    Args:
        features: float32 array (n, views, d).
        rng: `numpy.random.Generator`.

    Returns:
        float32 array (n, d).
    """
    count, views, _ = features.shape
    return features[np.arange(count), rng.integers(views, size=count)]


def compare_modes(body, build: Callable, train, validation, folder: Path, epochs: int, seed: int = 0) -> pd.DataFrame:
    """Trains the same head in both modes, without augmentation: what it costs, and whether it is the same head.

    Args:
        body: `keras.Model`, frozen.
        build: function that returns a new head.
        train: pair as in `fit_head`.
        validation: pair as in `fit_head`.
        folder: Path. For the checkpoints of both.
        epochs: int. Few, because "through" takes its time.
        seed: int.

    Returns:
        DataFrame, one row a mode: mode, seconds (with the features where they are not in the cache), val_loss and
            val_accuracy of the last epoch.
    """
    rows = []
    for mode in MODES:
        keras.utils.set_random_seed(seed)
        place = Path(folder) / f"compare-{mode}"
        place.mkdir(parents=True, exist_ok=True)
        started = time.perf_counter()
        history = fit_head(body, build(), train, validation, place, Schedule(), epochs, mode, seed=seed)
        last = history.iloc[-1]
        seconds = round(time.perf_counter() - started, 1)
        rows.append(
            {"mode": mode, "seconds": seconds, "val_loss": last["val_loss"], "val_accuracy": last["val_accuracy"]}
        )
    return pd.DataFrame(rows)
