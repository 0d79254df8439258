"""The spatial transformer: a network chooses the window of the picture that it looks at (Jaderberg et al. 2015)."""

import keras
import numpy as np
from keras import layers, ops

IDENTITY = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)  # the whole picture, as it is


@keras.saving.register_keras_serializable("ferbench")
class IdentityTransform(keras.initializers.Initializer):
    """Biases with which a layer of six units says "the whole picture" before it has learned anything."""

    def __call__(self, shape, dtype=None):
        """Returns the six numbers.

        Args:
            shape: tuple. (6,).
            dtype: str.

        Returns:
            tensor of this shape.
        """
        return ops.cast(ops.reshape(ops.convert_to_tensor(IDENTITY), shape), dtype or "float32")


@keras.saving.register_keras_serializable("ferbench")
class AffineSampler(layers.Layer):
    """Looks at an image through an affine window, with bilinear interpolation and zeros outside.

    Coordinates go from -1 to 1 between the outer edges of the image: a window means the same at any size. Keras'
    own `affine_transform` has no gradient with respect to the window on TensorFlow, hence this layer.

    Reference: Jaderberg et al. 2015, "Spatial transformer networks", arXiv:1506.02025, section 3.
    """

    def call(self, inputs):
        """Samples images.

        Args:
            inputs: pair of tensors. Images (batch, height, width, channels); windows (batch, 6), the two rows of the
                matrix that takes a place (x, y, 1) in the result to the place in the image where it is read.

        Returns:
            tensor shaped as the images.
        """
        images, windows = inputs
        height, width, channels = images.shape[1:]
        # Added to whole numbers, the difference to the whole picture keeps its digits: that picture comes back exactly.
        change = ops.reshape(windows - ops.convert_to_tensor(IDENTITY, dtype=windows.dtype), (-1, 2, 3))
        grid = ops.convert_to_tensor(_grid(height, width), dtype=windows.dtype)
        change = ops.matmul(change, grid)  # batch x 2 x pixels
        x = change[:, 0] * (width / 2) + np.tile(np.arange(width, dtype="float32"), height)  # column to read, from 0
        y = change[:, 1] * (height / 2) + np.repeat(np.arange(height, dtype="float32"), width)
        left, above = ops.floor(x), ops.floor(y)
        right_share, below_share = x - left, y - above
        pixels = ops.reshape(images, (-1, height * width, channels))

        def read(column, row, share):
            inside = (column >= 0) & (column <= width - 1) & (row >= 0) & (row <= height - 1)
            place = ops.clip(row, 0, height - 1) * width + ops.clip(column, 0, width - 1)
            found = ops.take_along_axis(pixels, ops.cast(place, "int32")[..., None], axis=1)
            return found * (share * ops.cast(inside, share.dtype))[..., None]

        sampled = (
            read(left, above, (1 - right_share) * (1 - below_share))
            + read(left + 1, above, right_share * (1 - below_share))
            + read(left, above + 1, (1 - right_share) * below_share)
            + read(left + 1, above + 1, right_share * below_share)
        )
        return ops.reshape(sampled, (-1, height, width, channels))

    def compute_output_shape(self, input_shape):
        """Returns the shape of the images."""
        return input_shape[0]


def window_outline(windows: np.ndarray, height: int, width: int, points: int = 13) -> np.ndarray:
    """Finds the edge of the window in the picture that is looked at.

    Args:
        windows: float array (n, 6), as `AffineSampler` takes them.
        height: int. Of the picture, in pixels.
        width: int.
        points: int. How many on each of the four sides.

    Returns:
        float array (n, 4 * points, 2). x and y in pixels, the middle of the first pixel at 0, clockwise from the upper
        left corner.
    """
    there, ends = np.linspace(-1, 1, points), np.ones(points)
    x = np.concatenate([there, ends, -there, -ends])
    y = np.concatenate([-ends, there, ends, -there])
    places = np.asarray(windows, float).reshape(-1, 2, 3) @ np.stack([x, y, np.ones_like(x)])
    return np.stack([((places[:, 0] + 1) * width - 1) / 2, ((places[:, 1] + 1) * height - 1) / 2], axis=-1)


def _grid(height: int, width: int) -> np.ndarray:
    """Returns (x, y, 1) of the middle of every pixel, (3, height * width)."""
    x, y = np.meshgrid((np.arange(width) * 2 + 1) / width - 1, (np.arange(height) * 2 + 1) / height - 1)
    return np.stack([x.ravel(), y.ravel(), np.ones(height * width)])
