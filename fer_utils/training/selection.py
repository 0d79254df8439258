"""Choosing a learning rate, or one of several networks, on validation, before the training that counts."""

from collections.abc import Callable, Mapping, Sequence
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
    plans = [replace(schedule, learning_rate=rate) for rate in rates]
    table = pd.DataFrame(
        {"learning_rate": plan.learning_rate}
        | _attempt(
            build, train, validation, folder / f"rate-{plan.learning_rate}", plan, epochs, seed, select_by, options
        )
        for plan in plans
    )
    return plans[_best(table, select_by)], table


def choose_network(
    builds: Mapping[object, Callable[[], keras.Model]],
    train,
    validation,
    folder: Path,
    schedule: Schedule,
    epochs: int,
    seed: int = 0,
    select_by: str = "val_accuracy",
    what: str = "network",
    **options,
) -> tuple[object, pd.DataFrame]:
    """Trains several networks briefly and keeps the one whose best epoch is best on validation.

    The test part is not touched. With one network nothing is trained.

    Args:
        builds: mapping from what tells the networks apart, such as the weight of a penalty, to a function that returns
            a new `keras.Model`.
        train: pair of uint8 images and int class indices.
        validation: pair like `train`.
        folder: Path. For the attempts' backups; a restarted search continues there.
        schedule: `Schedule` of all of them.
        epochs: int. Epochs of each attempt.
        seed: int. Seed of weights, batches and augmentation, equal for all attempts.
        select_by: str. A key of `checkpoints.SELECTION`, here and in `fit`.
        what: str. What the keys are, for the table and for names of folders.
        **options: passed on to `fit`.

    Returns:
        the chosen key; DataFrame with one row a network: its key, what it was selected by, seconds.

    Raises:
        ParameterError: no network is given.
    """
    if not builds:
        raise ParameterError(f"There is no {what} to choose from; give at least one.")
    names = list(builds)
    if len(names) == 1:
        return names[0], pd.DataFrame()
    table = pd.DataFrame(
        {what: name}
        | _attempt(build, train, validation, folder / f"{what}-{name}", schedule, epochs, seed, select_by, options)
        for name, build in builds.items()
    )
    return names[_best(table, select_by)], table


def _attempt(build, train, validation, folder: Path, plan: Schedule, epochs, seed, select_by, options) -> dict:
    """Trains a new network and returns its best value on validation, and what it took."""
    keras.utils.set_random_seed(seed)
    folder.mkdir(parents=True, exist_ok=True)
    history = fit(build(), train, validation, folder, plan, epochs, seed=seed, select_by=select_by, **options)
    best = history.loc[(SELECTION[select_by] * history[select_by]).idxmax(), select_by]
    return {select_by: best, "seconds": history["seconds"].sum()}


def _best(table: pd.DataFrame, select_by: str) -> int:
    return int((SELECTION[select_by] * table[select_by]).idxmax())
