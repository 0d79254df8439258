"""Choosing a learning rate on validation, before the training that counts."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import keras
import pandas as pd

from fer_utils.errors import ParameterError
from fer_utils.training.checkpoints import SELECTION
from fer_utils.training.fit import fit
from fer_utils.training.schedules import Schedule


def choose_schedule(
    build: Callable[[], keras.Model],
    train,
    validation,
    folder: Path,
    schedule: Schedule,
    rates: Sequence[float],
    epochs: int,
    seed: int = 0,
    select_by: str = "val_accuracy",
    **options,
) -> tuple[Schedule, pd.DataFrame]:
    """Trains briefly with each learning rate and keeps the one whose best epoch is best on validation.

    The test part is not touched. With one rate nothing is trained.

    Args:
        build: function that returns a new `keras.Model`.
        train: pair of uint8 images and int class indices.
        validation: pair like `train`.
        folder: Path. For the attempts' backups; a restarted search continues there.
        schedule: `Schedule` whose rate is to be chosen.
        rates: sequence of float. Learning rates to try.
        epochs: int. Epochs of each attempt.
        seed: int. Seed of weights, batches and augmentation, equal for all attempts.
        select_by: str. A key of `checkpoints.SELECTION`, here and in `fit`.
        **options: passed on to `fit`.

    Returns:
        the chosen `Schedule`; DataFrame with one row a rate: learning_rate, what it was selected by, seconds.

    Raises:
        ParameterError: no rate is given.
    """
    if not rates:
        raise ParameterError("learning_rates is empty: there is no learning rate to train with; give at least one.")
    if len(rates) == 1:
        return replace(schedule, learning_rate=rates[0]), pd.DataFrame()
    attempts = []
    for rate in rates:
        keras.utils.set_random_seed(seed)
        attempt = folder / f"rate-{rate}"
        attempt.mkdir(parents=True, exist_ok=True)
        plan = replace(schedule, learning_rate=rate)
        history = fit(build(), train, validation, attempt, plan, epochs, seed=seed, select_by=select_by, **options)
        best = history.loc[(SELECTION[select_by] * history[select_by]).idxmax(), select_by]
        attempts.append({"learning_rate": rate, select_by: best, "seconds": history["seconds"].sum()})
    table = pd.DataFrame(attempts)
    chosen = table.loc[(SELECTION[select_by] * table[select_by]).idxmax(), "learning_rate"]
    return replace(schedule, learning_rate=float(chosen)), table
