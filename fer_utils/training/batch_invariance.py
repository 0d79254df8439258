"""Whether a prediction depends on what else is in the batch: it must not, and has inflated published results."""

from collections.abc import Callable

import numpy as np

from fer_utils.errors import RunError

TOLERANCE = 1e-5
MOST = 64  # faces: enough to see it, few enough to cost nothing


def check_batch_invariance(
    predict: Callable[[np.ndarray], np.ndarray], images: np.ndarray, tolerance: float = TOLERANCE
) -> float:
    """Predicts faces together, in another order, one by one and in uneven batches, and compares.

    Attention or normalization across the batch lets a network see the other test faces: its answer is then no longer
    about one face, and a test part that is sorted by class becomes easy.

    Args:
        predict: function from uint8 images (n, height, width, channels) to probabilities (n, classes), in one batch.
        images: uint8 array (n, height, width, channels). Validation faces: the test part is predicted once.
        tolerance: float. Largest difference of a probability that rounding explains.

    Returns:
        float. The largest difference found.

    Raises:
        RunError: it is larger than `tolerance`, or not a number.
    """
    images = images[np.unique(np.linspace(0, len(images) - 1, min(MOST, len(images))).astype(int))]
    together = np.asarray(predict(images))
    order = np.random.default_rng(0).permutation(len(images))
    permuted = np.empty_like(together)
    permuted[order] = predict(images[order])
    others = {
        "in another order": permuted,
        "one by one": np.concatenate([predict(image[None]) for image in images]),
        "in batches of seven": np.concatenate([predict(images[i : i + 7]) for i in range(0, len(images), 7)]),
    }
    differences = {how: float(np.abs(found - together).max()) for how, found in others.items()}
    worst = max(differences, key=lambda how: np.nan_to_num(differences[how], nan=np.inf))
    if not differences[worst] <= tolerance:
        raise RunError(
            f"The predictions depend on the batch: {worst}, a probability differs by {differences[worst]:.2g}, more "
            f"than {tolerance:g}. Look for attention, normalization or pooling over the first axis, and for layers "
            "that are in training mode."
        )
    return differences[worst]
