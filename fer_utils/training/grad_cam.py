"""Grad-CAM: which part of a face speaks for a class; the only file of the training that names backends."""

import cv2
import keras
import matplotlib
import numpy as np

from fer_utils.training.batches import scale

STRENGTH = 0.5  # how much of a picture the color of its map covers


def grad_cam(network: keras.Model, images: np.ndarray, classes: np.ndarray, layer: str | None = None) -> np.ndarray:
    """Maps where a network found what speaks for a class.

    The maps of a layer are added, each weighted by the mean gradient of the class's score with respect to it; what
    remains below zero speaks against the class and is set to zero. The score is taken before softmax, so that it says
    nothing of the other classes.

    Args:
        network: `keras.Model` from scaled faces to softmax probabilities, the last layer being the softmax.
        images: uint8 array (n, height, width, channels).
        classes: int array (n,). The class that is asked about, for each image.
        layer: str. Name of the layer; None for the last one that adds a shortcut, the end of the last residual block.

    Returns:
        float32 array (n, height, width) from 0 to 1, the largest value of each map being 1, or 0 where nothing speaks
        for the class.

    Reference: Selvaraju et al. 2017, arXiv:1610.02391.
    """
    shortcuts = [one for one in network.layers if isinstance(one, keras.layers.Add)]
    middle = (network.get_layer(layer) if layer else shortcuts[-1]).output
    body = keras.Model(network.inputs, middle)
    head = keras.Model(middle, network.layers[-1].input)
    maps = body(keras.ops.convert_to_tensor(scale(images)), training=False)
    asked = keras.ops.one_hot(np.asarray(classes), head.output_shape[-1])
    gradients = keras.ops.convert_to_numpy(_gradients(head, maps, asked))
    weighted = gradients.mean(axis=(1, 2), keepdims=True) * keras.ops.convert_to_numpy(maps)
    found = np.stack([cv2.resize(one, images.shape[2:0:-1]) for one in np.maximum(weighted.sum(axis=-1), 0)])
    largest = found.max(axis=(1, 2), keepdims=True)
    return np.divide(found, largest, out=np.zeros_like(found), where=largest > 0)


def _gradients(head, maps, asked):
    """Gradient of each image's score with respect to its maps, on the backend that computes."""
    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf  # here, because other backends do without it

        with tf.GradientTape() as tape:
            tape.watch(maps)
            score = keras.ops.sum(head(maps, training=False) * asked)
        return tape.gradient(score, maps)
    if keras.backend.backend() == "jax":
        import jax

        return jax.grad(lambda values: keras.ops.sum(head(values, training=False) * asked))(maps)
    raise NotImplementedError(f"Grad-CAM has no gradients for the backend '{keras.backend.backend()}'.")


def heat(images: np.ndarray, maps: np.ndarray) -> np.ndarray:
    """Lays maps over pictures, from dark violet (0) to yellow (1).

    Args:
        images: uint8 array (n, height, width, 1 or 3).
        maps: float array (n, height, width) from 0 to 1.

    Returns:
        uint8 array (n, height, width, 3).
    """
    colors = 255 * matplotlib.colormaps["inferno"](maps)[..., :3]
    return np.rint((1 - STRENGTH) * images + STRENGTH * colors).astype(np.uint8)
