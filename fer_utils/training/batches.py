"""Batches of faces for Keras: shuffled, augmented, scaled to [-1, 1]."""

import keras
import numpy as np

from fer_utils.training.augmentation import Augmentation


def scale(images):
    """Scales pixels to [-1, 1], as all networks here expect; features of a frozen body stay as they are.

    Args:
        images: uint8 array, values 0-255; or float32 array of features; or a tuple of these, one an input.

    Returns:
        float32 array of the same shape, or a tuple.
    """
    if isinstance(images, tuple):
        return tuple(map(scale, images))
    if images.dtype == np.float32:
        return np.asarray(images)
    return images.astype(np.float32) / 127.5 - 1.0


class FaceBatches(keras.utils.PyDataset):
    """Training batches whose order and augmentation depend on seed and epoch alone.

    An interrupted training that continues at epoch n therefore sees what it would have seen.
    """

    def __init__(
        self,
        images,
        targets,
        batch_size=128,
        augmentation: Augmentation | None = None,
        weights=None,
        seed=0,
        shuffle=True,
    ):
        """Keeps the arrays; nothing is copied.

        Args:
            images: uint8 array (n, height, width, channels), float32 array of features; `Windows` or `Together`.
            targets: float array (n, classes), one-hot.
            batch_size: int.
            augmentation: `Augmentation`; None for none. The frames of a sequence are moved alike, and so are several
                inputs; features are left as they are.
            weights: float array (n,), the weight of every sample in the loss; None for equal weights.
            seed: int.
            shuffle: bool. False for the order of the arrays, to predict or to validate.
        """
        super().__init__(workers=0)  # no thread of its own that could run ahead into the next epoch
        self.images, self.targets, self.weights = images, targets, weights
        self.batch_size, self.augmentation, self.seed, self.shuffle = batch_size, augmentation, seed, shuffle
        self.start_epoch(0)

    def __len__(self):
        return -(-len(self.images) // self.batch_size)

    def start_epoch(self, epoch: int) -> None:
        """Shuffles anew for the given epoch, counted from 0."""
        self.epoch = epoch
        shuffled = np.random.default_rng([self.seed, epoch]).permutation(len(self.images))
        self.order = shuffled if self.shuffle else np.arange(len(self.images))
        if hasattr(self.images, "start_epoch"):
            self.images.start_epoch(epoch)  # draws other frames of each clip

    def __getitem__(self, index):
        chosen = self.order[index * self.batch_size : (index + 1) * self.batch_size]
        faces = self.images[chosen]
        if self.augmentation:
            faces = self._augmented(faces, index)
        batch = (scale(faces), self.targets[chosen])
        return batch if self.weights is None else (*batch, self.weights[chosen])

    def _augmented(self, faces, index):
        """Warps pixels; a generator of the same state moves every input alike."""
        if isinstance(faces, tuple):
            return tuple(self._augmented(part, index) for part in faces)
        if faces.dtype != np.uint8 and isinstance(self.augmentation, Augmentation):
            return faces  # features are no pictures; of several views of them another function draws one
        return self.augmentation(faces, np.random.default_rng([self.seed, self.epoch, index]))


class StartEpoch(keras.callbacks.Callback):
    """Tells batches and dropout which epoch begins, so that a restored training goes on with the right numbers."""

    def __init__(self, batches: FaceBatches):
        super().__init__()
        self.batches = batches

    def on_epoch_begin(self, epoch, logs=None):
        """Passes the epoch on."""
        self.batches.start_epoch(epoch)
        weights = {id(weight) for weight in self.model.weights}
        for state in self.model.variables:
            if id(state) not in weights:  # (seed, count) of a random layer, which no file of weights holds
                seed, _ = keras.ops.convert_to_numpy(state)
                state.assign([seed, epoch << 20])  # as after a million batches an epoch
