"""Learning-rate schedules: those of the papers, and cosine decay with warm-up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import keras

from fer_utils.errors import ParameterError, nearest

RATES = {  # schedules, each with the learning rate that serves where none is given
    "paper": 1e-3,
    "cosine": 3e-3,
    "constant": 5e-3,
    "thesis": 0.1,
    "appendix": 1e-3,
    "emotion_fan_ck": 0.01,
    "emotion_fan_afew": 0.004,
}
PRINTED = {  # epochs and batch size that belong to schedules of frame attention; None where nothing is stated
    "thesis": (500, 48),
    "appendix": (500, 64),
    "emotion_fan_ck": (60, None),
    "emotion_fan_afew": (180, None),
}
MOMENTUM = 0.9  # of gradient descent, in all of these
STEPS = {  # shares of all epochs after which the rate is multiplied by `FACTOR`
    "thesis": (1 / 2,),  # after 250 of 500
    "emotion_fan_ck": (1 / 2,),  # every 30 of 60
    "emotion_fan_afew": (1 / 3, 2 / 3),  # every 60 of 180
}
FACTOR = 0.2
PATIENCE = {"paper": 12, "appendix": 30}  # epochs without progress after which the rate is divided by ten
KEPT = ["bias", "gamma", "beta"]  # parts of names of weights that do not decay
PROGRESS = 1e-4  # a validation loss that falls by less has not fallen; Keras' default


@dataclass(frozen=True)
class Schedule:
    """How the learning rate moves.

    Attributes:
        name: str. "paper": Adam at a fixed rate, divided by ten when the validation loss has not fallen for twelve
            epochs (Hussein 2020, section 4.3.3). "cosine": linear warm-up, then a half cosine down to zero.
            "constant": a fixed rate (Adebayo 2021, section 4.2.4).

            The others are for frame attention: gradient descent with momentum in place of Adam. "thesis": 0.1, and
            0.02 from the middle on (Adebayo 2021, section 4.2.3). "appendix": 0.001, divided by ten when the
            validation loss has not fallen for thirty epochs (Appendix I, which contradicts that section).
            "emotion_fan_ck" and "emotion_fan_afew": 0.01 and 0.004, times 0.2 every 30 of 60 and every 60 of 180
            epochs, as in the public code for CK+ and AFEW. With another number of epochs than `PRINTED` has the rate
            falls after the same shares of them, so that a short training takes the whole course.

            Another name is a `ParameterError`.
        learning_rate: float. The fixed or the highest rate.
        warmup: float. Share of all steps that warm up; used by "cosine".
        weight_decay: float. Times the rate, the share of every kernel that each step takes away; 0 for none. PyTorch's
            gradient descent means something else by it: there it goes through the momentum, and to all weights. For
            equal training give the network half of PyTorch's number as its `l2`, and 0 here.
    """

    name: str = "paper"
    learning_rate: float = 1e-3
    warmup: float = 0.1
    weight_decay: float = 0.0

    def __post_init__(self):
        if self.name not in RATES:
            raise ParameterError(f"No schedule '{self.name}'. Known: {', '.join(RATES)}.{nearest(self.name, RATES)}")

    def optimizer(self, steps: int) -> keras.optimizers.Optimizer:
        """Builds the optimizer with this schedule.

        Args:
            steps: int. Number of batches of the whole training.

        Returns:
            `keras.optimizers.Adam`, or `keras.optimizers.SGD` with momentum.
        """
        options = {"learning_rate": self._rate(steps), "weight_decay": self.weight_decay or None}
        descent = self.name in PRINTED
        optimizer = keras.optimizers.SGD(momentum=MOMENTUM, **options) if descent else keras.optimizers.Adam(**options)
        if self.weight_decay:
            optimizer.exclude_from_weight_decay(var_names=KEPT)
        return optimizer

    def _rate(self, steps: int) -> float | keras.optimizers.schedules.LearningRateSchedule:
        if self.name in STEPS:
            rates = [self.learning_rate * FACTOR**falls for falls in range(len(STEPS[self.name]) + 1)]
            return keras.optimizers.schedules.PiecewiseConstantDecay(_last_steps(STEPS[self.name], steps), rates)
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
        return [Plateau(finished, PATIENCE[self.name])] if self.name in PATIENCE else []


def _last_steps(shares: Sequence[float], steps: int) -> list[int]:
    """Numbers, from 0, of the last steps before the rate falls."""
    return [max(0, round(share * steps) - 1) for share in shares]


class Plateau(keras.callbacks.ReduceLROnPlateau):
    """The papers' rule, which also remembers the epochs before an interruption."""

    def __init__(self, finished: Callable[[], Sequence[float]], patience: int):
        super().__init__(monitor="val_loss", mode="min", factor=0.1, patience=patience, min_delta=PROGRESS)
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
