"""The optimism audit: what the test part would have said after every epoch, kept where selection cannot see it."""

from pathlib import Path

import keras
import numpy as np

from fer_utils.paths import write_atomically
from fer_utils.runs.seal import NO_FACE
from fer_utils.training.batches import scale

FOLDER = "audit"


class Audit(keras.callbacks.Callback):
    """Predicts the test part after each epoch, into a folder that neither checkpoints nor schedules read.

    Args:
        folder: Path. The folder of this training's checkpoints.
        images: uint8 array (n, height, width, channels). The test part.
    """

    def __init__(self, folder: Path, images: np.ndarray):
        super().__init__()
        self._folder = Path(folder) / FOLDER
        self._images = scale(images)

    def on_epoch_end(self, epoch, logs=None):
        """Stores the class that is most probable for each face; `NO_FACE` where the network gives no number."""
        self._folder.mkdir(exist_ok=True)
        probabilities = np.asarray(self.model.predict(self._images, batch_size=512, verbose=0))
        predicted = np.where(np.isnan(probabilities).any(axis=1), NO_FACE, probabilities.argmax(axis=1))
        write_atomically(self._folder / f"epoch-{epoch + 1:04d}.bin", predicted.astype(np.uint8).tobytes())


def audited_epochs(folder: Path, epochs: int) -> np.ndarray:
    """Reads what an audited training left.

    Args:
        folder: Path. The folder of the training's checkpoints.
        epochs: int. How many epochs it finished.

    Returns:
        uint8 array (epochs, n) of class indices.
    """
    paths = [Path(folder) / FOLDER / f"epoch-{number:04d}.bin" for number in range(1, epochs + 1)]
    return np.stack([np.frombuffer(path.read_bytes(), np.uint8) for path in paths])
