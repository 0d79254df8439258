"""Checkpoints that survive a kill at any moment: one file an epoch, there whole or not at all."""

import os
import time
from pathlib import Path

import keras
import numpy as np
import pandas as pd

from fer_utils.errors import ParameterError, nearest
from fer_utils.paths import remove_unfinished, write_atomically

MEASURES = ("loss", "accuracy", "val_loss", "val_accuracy", "val_macro_f1")
SELECTION = {"val_accuracy": 1, "val_macro_f1": 1, "val_loss": -1}  # 1 where the largest wins, -1 where the smallest
UNFINISHED = ".unfinished.weights.h5"


class Checkpoints(keras.callbacks.Callback):
    """Stores weights and optimizer of the last and of the best epoch, and the learning curve, across restarts.

    An epoch is finished when its file `epoch-<n>.weights.h5` is there, which happens in one step, after its line in
    `history.csv`. Keras' `BackupAndRestore` writes weights and epoch in two steps and neither at once: a kill between
    them leaves a later epoch's weights under an earlier number, or a file that cannot be read ever again.

    Args:
        folder: Path. An existing folder for these files alone.
        select_by: str. A key of `SELECTION`: what the best epoch is best at. Of equal epochs the first.
    """

    def __init__(self, folder: Path, select_by: str):
        super().__init__()
        if select_by not in SELECTION:
            raise ParameterError(
                f"No selection '{select_by}'. Known: {', '.join(SELECTION)}.{nearest(select_by, SELECTION)}"
            )
        self.folder, self.select_by = Path(folder), select_by
        self._curve = self.folder / "history.csv"

    def history(self) -> pd.DataFrame:
        """Returns one row for each finished epoch."""
        return self._lines()[: self.finished()]

    def finished(self) -> int:
        """Returns the number of finished epochs."""
        return max((number for number in self._files() if number <= len(self._lines())), default=0)

    def restore(self, model) -> int:
        """Sets a compiled model to the end of the last finished epoch.

        Args:
            model: `keras.Model` whose optimizer has been built.

        Returns:
            int. Number of finished epochs; with 0 the model is left as it is.
        """
        remove_unfinished(self.folder)
        finished = self.finished()
        if finished:
            model.load_weights(self._path(finished))
        return finished

    def load_best(self, model) -> None:
        """Sets a model to the end of the best epoch."""
        model.load_weights(self._path(self._best()))

    def on_epoch_begin(self, epoch, logs=None):
        """Starts the epoch's clock, and notes the rate before a schedule lowers it at the epoch's end."""
        self._started = time.perf_counter()
        self._rate = float(keras.ops.convert_to_numpy(self.model.optimizer.learning_rate))

    def on_epoch_end(self, epoch, logs=None):
        """Writes the epoch's line, then its file, and removes the files that are neither last nor best."""
        seconds = round(time.perf_counter() - self._started, 3)
        line = {"epoch": epoch + 1, "seconds": seconds, "learning_rate": self._rate}
        line |= {name: float(logs[name]) for name in MEASURES}
        lines = [*self._lines()[:epoch].to_dict("records"), line]
        write_atomically(self._curve, pd.DataFrame(lines).to_csv(index=False))
        self.model.save_weights(self.folder / UNFINISHED)
        with (self.folder / UNFINISHED).open("rb+") as file:
            os.fsync(file.fileno())
        (self.folder / UNFINISHED).replace(self._path(epoch + 1))
        for number, path in self._files().items():
            if number not in (epoch + 1, self._best()):
                path.unlink()

    def _best(self) -> int:
        """Number of the best finished epoch."""
        values = SELECTION[self.select_by] * self.history()[self.select_by]
        return int(np.argmax(values.fillna(-np.inf))) + 1

    def _lines(self) -> pd.DataFrame:
        """The learning curve as it stands; its last line may be of an epoch that was not finished."""
        if not self._curve.exists():
            return pd.DataFrame({"epoch": []})
        return pd.read_csv(self._curve)

    def _path(self, number: int) -> Path:
        return self.folder / f"epoch-{number:04d}.weights.h5"

    def _files(self) -> dict[int, Path]:
        """Checkpoints by epoch, counted from 1."""
        paths = self.folder.glob("epoch-*.weights.h5")
        return {int(path.name.removeprefix("epoch-").partition(".")[0]): path for path in paths}
