"""The folder of a run, and what a notebook may put into it whenever it likes."""

import json
import shutil
from pathlib import Path

import pandas as pd

from fer_utils.errors import RunError
from fer_utils.paths import remove_unfinished, write_atomically
from fer_utils.runs import PENDING, RESULT
from fer_utils.runs.items import ITEMS
from fer_utils.runs.seal import AUDIT

PREDICTIONS, HISTORY = "predictions.csv.gz", "history.csv"
LEFT = (PENDING, PREDICTIONS, ITEMS, HISTORY, AUDIT, "error.json")  # what an unfinished attempt may have left


class RunFolder:
    """A folder that takes models, figures and learning curves until it is closed.

    Attributes:
        directory: Path of the folder.
    """

    def __init__(self, directory: Path, parameters: dict, confirmed: bool = True):
        """Opens the folder, and clears away what an unfinished attempt left.

        Args:
            directory: Path. It is made.
            parameters: dict. The notebook's parameters, of plain types.
            confirmed: bool. Whether closing the folder is the mark of success; otherwise the worker gives it.

        Raises:
            RunError: the run is finished.
        """
        self.directory = Path(directory)
        self._parameters = json.loads(json.dumps(parameters))
        self._history: list[pd.DataFrame] = []
        self._figures: list[str] = []
        self._finished = False
        self._result = self.directory / (RESULT if confirmed else PENDING)
        self.directory.mkdir(parents=True, exist_ok=True)
        if (self.directory / RESULT).exists():
            raise RunError(f"{self.directory}: this run is finished; remove the folder to run it anew.")
        for name in LEFT:
            (self.directory / name).unlink(missing_ok=True)
        remove_unfinished(self.directory)
        write_atomically(self.directory / "parameters.json", json.dumps(self._parameters, indent=1))

    def checkpoints(self, model: str, fold: int = 0, seed: int = 0) -> Path:
        """Returns the folder in which a training may keep what it needs to continue after an interruption."""
        folder = self.directory / "checkpoints" / f"{model}-fold{fold}-seed{seed}"
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def save_history(self, model: str, history: pd.DataFrame, fold: int = 0, seed: int = 0):
        """Stores the learning curve of one training.

        Args:
            model: str. Model id.
            history: DataFrame, one row an epoch, with the columns that `fer_utils.training.fit` returns.
            fold: int. Index into `split.folds`.
            seed: int. Seed of the training.
        """
        self._need_open()
        head = pd.DataFrame({"model": model, "fold": fold, "seed": seed}, index=history.index)
        self._history.append(pd.concat([head, history], axis=1))
        write_atomically(self.directory / HISTORY, pd.concat(self._history).to_csv(index=False))

    def save_model(self, model, name: str | None = None):
        """Stores a trained model: Keras models as `.keras`, scikit-learn models as `.skops`, never as pickle.

        Args:
            model: `keras.Model` or scikit-learn estimator.
            name: str. Added to the file name where a run has several models.
        """
        self._need_open()
        stem = f"model-{name}" if name else "model"
        if hasattr(model, "save"):
            model.save(self.directory / f"{stem}.keras")
        else:
            import skops.io

            skops.io.dump(model, self.directory / f"{stem}.skops")

    def log_figure(self, name: str, svg: str):
        """Stores a figure of the run.

        Args:
            name: str. File name without ending.
            svg: str. The figure as SVG text.
        """
        self._need_open()
        folder = self.directory / "figures"
        folder.mkdir(exist_ok=True)
        write_atomically(folder / f"{name}.svg", svg)
        if f"{name}.svg" not in self._figures:
            self._figures.append(f"{name}.svg")

    def _close(self, result: dict) -> Path:
        """Writes the result, after which nothing can be added."""
        write_atomically(self._result, json.dumps(result, indent=1))
        self._finished = True
        if self._result.name == RESULT:  # in batch the attempt may still fail, and the next one needs them
            shutil.rmtree(self.directory / "checkpoints", ignore_errors=True)
        return self._result

    def _need_open(self) -> None:
        """Refuses changes after `finish`: predictions are sealed, and the record tells what was there then."""
        if self._finished:
            raise RunError(f"{self.directory}: this run is finished, so nothing can be added; start a new one.")
