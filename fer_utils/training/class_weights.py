"""Class weights, computed from the training split."""

import numpy as np


def class_weights(y: np.ndarray, classes: int) -> np.ndarray:
    """Weights each class by n / (classes x count), so that all classes weigh the same in the loss.

    Args:
        y: int array (n,). Class indices of the training rows.
        classes: int. Number of classes.

    Returns:
        float32 array (classes,). The counts of Hussein (2020, table 4.6) give 0.5636, 2.0804 and 1.3422.

    Raises:
        ValueError: a class has no image.
    """
    counts = np.bincount(y, minlength=classes)
    if (counts == 0).any():
        raise ValueError(f"class {int(counts.argmin())} has no training image, so it cannot be weighted.")
    return (counts.sum() / (classes * counts)).astype(np.float32)
