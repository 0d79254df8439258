"""Principal components of features, as one multiplication that a network can do."""

import numpy as np

from fer_utils.errors import ParameterError

BLOCK = 4096  # rows at a time: features may be mapped from a file that is larger than memory


def principal_components(features: np.ndarray, components: int = 100) -> tuple[np.ndarray, np.ndarray]:
    """Finds the first eigenvectors of the covariance of training features.

    All components are divided by one number, so that together they have a standard deviation of one. That leaves their
    proportions as they are; a recurrent layer begins to learn from numbers of this size.

    Args:
        features: float array (n, d). Of training frames alone: components of test frames would know them.
        components: int. How many, from the largest eigenvalue on.

    Returns:
        (kernel, bias): float32 arrays (d, components) and (components,). What they make of training features,
        `features @ kernel + bias`, has mean 0.

    Raises:
        ParameterError: more components than the features can have.
    """
    count, width = features.shape
    most = min(count - 1, width)
    if not 1 <= components <= most:
        raise ParameterError(
            f"components={components}: {count:,} training frames with {width:,} features each have 1 to {most:,} "
            "principal components. Take fewer, more frames, or a wider network."
        )
    blocks = [slice(start, start + BLOCK) for start in range(0, count, BLOCK)]
    mean = sum(features[rows].sum(axis=0, dtype=np.float64) for rows in blocks) / count
    covariance = np.zeros((width, width))
    for rows in blocks:
        centered = features[rows] - mean
        covariance += centered.T @ centered / count
    values, vectors = np.linalg.eigh(covariance)  # rising
    kernel = vectors[:, ::-1][:, :components]
    kernel = kernel / np.sqrt(max(values[-components:].mean(), np.finfo(np.float32).tiny))
    return kernel.astype(np.float32), (-mean @ kernel).astype(np.float32)
