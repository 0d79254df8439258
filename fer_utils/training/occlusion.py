"""Occlusion: which part of a face a network cannot do without, asked by covering one part after the other."""

from collections.abc import Callable

import numpy as np


def occlusion_maps(
    predict: Callable[[np.ndarray], np.ndarray], images: np.ndarray, classes: np.ndarray, patch: int = 10, step: int = 4
) -> np.ndarray:
    """Covers each part of faces by a gray square, and maps how much the probability of a class falls.

    Nothing needs to be known of the network, and no gradient of it. A square covers more than it should: the map is as
    sharp as the square is small, and what is shown twice, such as two eyes, is not missed where one is covered.

    Args:
        predict: function from uint8 images (n, height, width, channels) to probabilities (n, classes).
        images: uint8 array (n, height, width, channels).
        classes: int array (n,). The class that is asked about, for each image.
        patch: int. Width of the square in pixels.
        step: int. Pixels from one square to the next.

    Returns:
        float32 array (n, height, width) from 0 to 1, the largest value of each map being 1, or 0 where covering never
        costs anything.

    Reference: Zeiler and Fergus 2014, "Visualizing and understanding convolutional networks", section 4.2.
    """
    height, width = images.shape[1:3]
    corners = [(y, x) for y in range(0, height - patch + step, step) for x in range(0, width - patch + step, step)]
    covers = np.zeros((len(corners), height, width), dtype=bool)
    for cover, (y, x) in zip(covers, corners, strict=True):
        cover[y : y + patch, x : x + patch] = True
    falls = []
    for image, asked in zip(images, classes, strict=True):
        gray = image.mean(axis=(0, 1)).astype(np.uint8)
        shown = np.where(covers[..., None], gray, image)
        probability = np.asarray(predict(np.concatenate([image[None], shown])))[:, asked]
        falls.append(np.tensordot(probability[0] - probability[1:], covers, axes=1) / covers.sum(axis=0))
    maps = np.maximum(np.stack(falls), 0)
    largest = maps.max(axis=(1, 2), keepdims=True)
    return np.divide(maps, largest, out=np.zeros_like(maps), where=largest > 0).astype(np.float32)
