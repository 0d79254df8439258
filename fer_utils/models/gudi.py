"""The CNN after Gudi that Wu and Pan begin with (2019, section 4), and its local contrast normalization."""

import keras
from keras import layers, ops

EPSILON = 1e-2  # of the local spread: where a map is flat, noise is not blown up


@keras.saving.register_keras_serializable("ferbench")
class LocalContrastNormalization(layers.Layer):
    """Takes from each value the mean around it, and divides by the spread around it, each channel for itself.

    Nothing is learned, and nothing depends on the batch.

    Reference: Jarrett et al. 2009, "What is the best multi-stage architecture for object recognition?".
    """

    def __init__(self, window=9, **options):
        """Keeps the window.

        Args:
            window: int. Side of the square around each value; beyond the edge nothing is counted.
            **options: as of every Keras layer.
        """
        super().__init__(**options)
        self.window = window

    def call(self, inputs):
        """Normalizes maps.

        Args:
            inputs: tensor (batch, height, width, channels).

        Returns:
            tensor of the same shape.
        """
        centered = inputs - self._around(inputs)
        return centered / ops.sqrt(self._around(ops.square(centered)) + EPSILON**2)

    def get_config(self):
        """Returns what Keras stores."""
        return super().get_config() | {"window": self.window}

    def _around(self, maps):
        return ops.average_pool(maps, self.window, strides=1, padding="same")


def gudi_cnn(classes=7, input_shape=(48, 48, 1), pools=2, dropout=0.3, width=1.0):
    """Builds the network after Gudi (2015) of Wu and Pan (2019, section 4), for which they report no number.

    The paper says that one more max-pooling layer was added to the original; so there are two.

    Args:
        classes: int. Number of emotion classes.
        input_shape: tuple. (height, width, channels) of gray faces.
        pools: int. 2, or 1 for the network without the added one.
        dropout: float. Behind the dense layer; the paper names no rate.
        width: float. Share of the filters and of the dense layer; below 1 for small machines.

    Returns:
        `keras.Model` from (batch, 48, 48, 1) float32 to (batch, classes) probabilities. 56,883,015 trainable
        parameters; 226,752,327 with one pool.

    Reference: Gudi 2015, "Recognizing semantic features in faces using deep learning", arXiv:1512.00743.
    """
    small, large, dense = (max(1, round(width * size)) for size in (64, 128, 3072))
    faces = keras.Input(input_shape, name="faces")
    x = layers.Conv2D(small, 5, padding="same", activation="relu")(faces)  # 48 x 48 x 64
    x = LocalContrastNormalization()(x)
    x = layers.MaxPooling2D(3, strides=2, padding="same")(x)  # 24 x 24 x 64
    x = layers.Conv2D(small, 5, padding="same", activation="relu")(x)
    if pools == 2:
        x = layers.MaxPooling2D(3, strides=2, padding="same")(x)  # 12 x 12 x 64
    x = layers.Conv2D(large, 4, padding="same", activation="relu")(x)  # 12 x 12 x 128
    x = layers.Dense(dense, activation="relu")(layers.Flatten()(x))
    x = layers.Dropout(dropout)(x)
    return keras.Model(faces, layers.Dense(classes, activation="softmax", name="probabilities")(x), name="gudi_cnn")
