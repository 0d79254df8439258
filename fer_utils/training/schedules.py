"""Learning-rate schedules: the paper's, and cosine decay with warm-up."""

from dataclasses import dataclass

import keras


@dataclass(frozen=True)
class Schedule:
    """How the learning rate moves.

    Attributes:
        name: str. "paper": Adam at a fixed rate, divided by ten when the validation loss has not fallen for twelve
            epochs (Hussein 2020, section 4.3.3). "cosine": linear warm-up, then a half cosine down to zero.
        learning_rate: float. The fixed or the highest rate.
        warmup: float. Share of all steps that warm up; used by "cosine".
    """

    name: str = "paper"
    learning_rate: float = 1e-3
    warmup: float = 0.1

    def optimizer(self, steps: int) -> keras.optimizers.Optimizer:
        """Builds Adam with this schedule.

        Args:
            steps: int. Number of batches of the whole training.

        Returns:
            `keras.optimizers.Adam`.

        Raises:
            ValueError: an unknown schedule.
        """
        if self.name == "paper":
            return keras.optimizers.Adam(self.learning_rate)
        if self.name == "cosine":
            warm = max(1, round(self.warmup * steps))
            rate = keras.optimizers.schedules.CosineDecay(
                0.0, max(1, steps - warm), warmup_target=self.learning_rate, warmup_steps=warm
            )
            return keras.optimizers.Adam(rate)
        raise ValueError(f"schedule '{self.name}' is unknown; expected 'paper' or 'cosine'.")

    def callbacks(self) -> list[keras.callbacks.Callback]:
        """Returns the callbacks that the schedule needs."""
        if self.name == "paper":
            return [keras.callbacks.ReduceLROnPlateau(monitor="val_loss", factor=0.1, patience=12)]
        return []
