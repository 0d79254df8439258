"""Classifiers on features of a network, with and without principal components (Hussein 2020, table 4.8)."""

import numpy as np
from sklearn.decomposition import PCA

from fer_utils.errors import ParameterError
from fer_utils.models import matlab_svm as matlab

KERNELS = {f"svm_cnn_{kernel}": kernel for kernel in matlab.KERNELS}
TITLES = {model: f"{matlab.KERNELS[kernel][0]} on CNN features" for model, kernel in KERNELS.items()}
EXPLAINED = 0.95  # share of the variance that MATLAB's Classification Learner keeps where nothing else is set


def fit_pca(features: np.ndarray, components: int = 22) -> PCA:
    """Fits principal components as the Classification Learner does: on centered, unscaled features.

    The machine behind them standardizes the components, so all of them count the same there.

    Args:
        features: float array (n, columns) of training rows.
        components: int. How many to keep, 22 in the thesis; 0 keeps as many as explain 95 % of the variance.

    Returns:
        `sklearn.decomposition.PCA`, fitted.

    Raises:
        ParameterError: more components than the data have.
    """
    most = min(features.shape)
    if not 0 <= components <= most:
        raise ParameterError(
            f"components = {components}: {features.shape[0]:,} rows of {features.shape[1]} features have 1 to {most}; "
            f"0 keeps as many as explain {EXPLAINED:.0%} of the variance."
        )
    return PCA(n_components=components or EXPLAINED, svd_solver="full").fit(features)
