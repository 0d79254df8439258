"""Learning-rate schedules: those of the papers, and cosine decay with warm-up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import keras

from fer_utils.errors import ParameterError, nearest

RATES = {
    "paper": 1e-3,
    "cosine": 3e-3,
    "constant": 5e-3,
}  # schedules, each with the learning rate that serves where none is given
KEPT = ["bias", "gamma", "beta"]  # parts of names of weights that do not decay
PROGRESS = 1e-4  # a validation loss that falls by less has not fallen; Keras' default


@dataclass(frozen=True)
class Schedule:
    """How the learning rate moves.

    Attributes:
        name: str. "paper": Adam at a fixed rate, divided by ten when the validation loss has not fallen for twelve
            epochs (Hussein 2020, section 4.3.3). "cosine": linear warm-up, then a half cosine down to zero.
            "constant": a fixed rate (Adebayo 2021, section 4.2.4). Another name is a `ParameterError`.
        learning_rate: float. The fixed or the highest rate.
        warmup: float. Share of all steps that warm up; used by "cosine".
        weight_decay: float. Times the rate, the share of every kernel that each step takes away; 0 for none.
    """

    name: str = "paper"
    learning_rate: float = 1e-3
    warmup: float = 0.1
    weight_decay: float = 0.0

    def __post_init__(self):
        if self.name not in RATES:
            raise ParameterError(f"No schedule '{self.name}'. Known: {', '.join(RATES)}.{nearest(self.name, RATES)}")

    def optimizer(self, steps: int) -> keras.optimizers.Optimizer:
        """Builds Adam with this schedule.

        Args:
            steps: int. Number of batches of the whole training.

        Returns:
            `keras.optimizers.Adam`.
        """
        optimizer = keras.optimizers.Adam(self._rate(steps), weight_decay=self.weight_decay or None)
        if self.weight_decay:
            optimizer.exclude_from_weight_decay(var_names=KEPT)
        return optimizer

    def _rate(self, steps: int) -> float | keras.optimizers.schedules.LearningRateSchedule:
        if self.name != "cosine":
            return self.learning_rate
        warm = max(1, round(self.warmup * steps))
        return keras.optimizers.schedules.CosineDecay(
            0.0, max(1, steps - warm), warmup_target=self.learning_rate, warmup_steps=warm
        )

    def callbacks(self, finished: Callable[[], Sequence[float]] = list) -> list[keras.callbacks.Callback]:
        """Returns the callbacks that the schedule needs.

        Args:
            finished: function that returns the validation losses of the epochs before the one that begins.

        Returns:
            list of `keras.callbacks.Callback`.
        """
        return [Plateau(finished)] if self.name == "paper" else []


class Plateau(keras.callbacks.ReduceLROnPlateau):
    """The paper's rule, which also remembers the epochs before an interruption."""

    def __init__(self, finished: Callable[[], Sequence[float]]):
        super().__init__(monitor="val_loss", mode="min", factor=0.1, patience=12, min_delta=PROGRESS)
        self._finished = finished
        self._remembers = False

    def on_train_begin(self, logs=None):
        """Forgets everything."""
        super().on_train_begin(logs)
        self._remembers = False

    def on_epoch_begin(self, epoch, logs=None):
        """Counts, once, how long the finished epochs have been without progress; their rate is restored already."""
        if self._remembers:
            return
        self._remembers = True
        for loss in list(self._finished())[:epoch]:
            if self.best is None or loss < self.best - PROGRESS:
                self.best, self.wait = loss, 0
            else:
                self.wait = (self.wait + 1) % self.patience  # at the limit the rate fell and the count began anew
