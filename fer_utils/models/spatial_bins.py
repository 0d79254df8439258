"""The largest values in n x n parts of a map, so that maps of any size become vectors of one length."""

import keras
from keras import ops

from fer_utils.errors import ParameterError


@keras.saving.register_keras_serializable("ferbench")
class SpatialBins(keras.layers.Layer):
    """MSPP-stand: each frame's map becomes n x n maxima of each channel (Zennou 2023, section 3; He et al. 2015).

    Part i of n goes from floor(i a / n) to ceil((i + 1) a / n) of a pixels: parts overlap where n does not divide a,
    and none is empty, even where n is larger than a.

    Args:
        bins: int or sequence of int. n; of several, all maxima side by side (a pyramid).

    Input (batch, frames, height, width, channels), output (batch, frames, sum of n * n * channels).
    """

    def __init__(self, bins=(2,), **options):
        super().__init__(**options)
        self.bins = (bins,) if isinstance(bins, int) else tuple(bins)
        if not self.bins or any(isinstance(n, bool) or not isinstance(n, int) or n < 1 for n in self.bins):
            raise ParameterError(f"bins={bins!r}: expected whole numbers of at least 1, such as 2, or (2, 4, 8).")

    def call(self, maps):
        """Takes the largest value of each part."""
        vectors = [
            ops.reshape(self._maxima(maps, n), (*ops.shape(maps)[:2], n * n * maps.shape[-1])) for n in self.bins
        ]
        return ops.concatenate(vectors, axis=-1) if len(vectors) > 1 else vectors[0]

    def compute_output_shape(self, input_shape):
        """Returns (batch, frames, numbers a frame)."""
        return (*input_shape[:2], sum(n * n for n in self.bins) * input_shape[-1])

    def get_config(self):
        """Returns what the layer was built with."""
        return super().get_config() | {"bins": self.bins}

    @staticmethod
    def _maxima(maps, n):
        height, width = maps.shape[2:4]
        if height % n == width % n == 0:  # parts that do not overlap: pooling, whose gradient is many times faster
            size = (1, height // n, width // n)
            return ops.max_pool(maps, size, size)
        rows = ops.stack([ops.max(maps[:, :, top:end], axis=2) for top, end in parts(height, n)], axis=2)
        return ops.stack([ops.max(rows[:, :, :, left:end], axis=3) for left, end in parts(width, n)], axis=3)


def parts(size: int, n: int) -> list[tuple[int, int]]:
    """Divides pixels into n parts.

    Args:
        size: int. Pixels.
        n: int. Parts.

    Returns:
        list of (first pixel, the one behind the last).
    """
    return [(i * size // n, -(-(i + 1) * size // n)) for i in range(n)]
