"""VGG-Face on single frames, before a recurrent network gets to see what it makes of them."""

from pathlib import Path

import keras
import pandas as pd

from fer_utils.training.features import frozen_features
from fer_utils.training.fit import fit
from fer_utils.training.schedules import Schedule


def fit_frames(
    network: keras.Model, train, validation, folder: Path, schedule: Schedule, epochs: int, **options
) -> pd.DataFrame:
    """Trains a VGG-Face on frames; where its body is frozen, on features that are computed once and kept in the cache.

    Args:
        network: `keras.Model` as `vggface` returns it; trained in place.
        train: pair of uint8 images (n, height, width, 3) and int class indices (n,).
        validation: pair like `train`.
        folder: Path. Where the checkpoints lie; for this training alone.
        schedule: `Schedule`.
        epochs: int.
        **options: passed on to `fit`.

    Returns:
        DataFrame, as `fit` returns it.
    """
    body = keras.Model(network.input, network.get_layer("pool5").output)
    if body.trainable_weights:
        return fit(network, train, validation, folder, schedule, epochs, **options)
    maps = body.output_shape[1:]
    parts = [(frozen_features(body, images).reshape(-1, *maps), y) for images, y in (train, validation)]
    return fit(network.get_layer("head"), *parts, folder, schedule, epochs, **options)
