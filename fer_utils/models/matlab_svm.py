"""Support vector machines as MATLAB's Classification Learner presets them, for Hussein (2020, tables 4.7 and 4.8)."""

import math
from dataclasses import dataclass

from fer_utils.errors import ParameterError, nearest

KERNELS = {  # title, kernel of standardized x and y, kernel scale s as a multiple of the square root of the columns
    "linear": ("Linear SVM", "x.y / s^2", 1.0),
    "quadratic": ("Quadratic SVM", "(1 + x.y / s^2)^2", 1.0),
    "cubic": ("Cubic SVM", "(1 + x.y / s^2)^3", 1.0),
    "gauss_fine": ("Fine Gaussian SVM", "exp(-|x - y|^2 / s^2)", 0.25),
    "gauss_medium": ("Medium Gaussian SVM", "exp(-|x - y|^2 / s^2)", 1.0),
}


@dataclass(frozen=True)
class Backend:
    """Where the support vector machine comes from.

    Attributes:
        name: str. "scikit-learn-intelex" or "scikit-learn".
        svc: class. The `SVC` of that library.
    """

    name: str
    svc: type


def svm_backend() -> Backend:
    """Chooses scikit-learn-intelex where it runs: the same machine, several times faster.

    Returns:
        `Backend`.
    """
    try:
        from sklearnex.svm import SVC

        return Backend("scikit-learn-intelex", SVC)
    except ImportError:  # not built for this processor: plain scikit-learn gives the same numbers
        from sklearn.svm import SVC

        return Backend("scikit-learn", SVC)


def kernel_scale(kernel: str, columns: int, given: float = 0.0) -> float:
    """Returns the kernel scale s by which MATLAB divides standardized data.

    The presets of the Gaussians are multiples of the square root of the number of columns. Linear and polynomial
    kernels have 'auto' there, which draws a random subsample; no paper states what it gave, so the square root serves
    them, too.

    Args:
        kernel: str. A key of `KERNELS`.
        columns: int. Number of columns of the data: pixels, features or components.
        given: float. A scale that goes before the preset; 0 for none.

    Returns:
        float.

    Raises:
        ParameterError: an unknown kernel, or a scale below 0.
    """
    if kernel not in KERNELS:
        raise ParameterError(f"No kernel '{kernel}'. Known: {', '.join(KERNELS)}.{nearest(kernel, KERNELS)}")
    if not (given >= 0 and math.isfinite(given)):
        raise ParameterError(f"kernel_scale = {given}: expected a number above 0, or 0 for MATLAB's preset.")
    return given or KERNELS[kernel][2] * math.sqrt(columns)


def matlab_svm(kernel: str, columns: int, given_scale: float = 0.0, backend: Backend | None = None):
    """Builds a support vector machine for standardized data, C = 1, one class against one.

    Args:
        kernel: str. A key of `KERNELS`.
        columns: int. Number of columns of the data, which sets the kernel scale.
        given_scale: float. A kernel scale that goes before the preset; 0 for none.
        backend: `Backend`; None chooses.

    Returns:
        `SVC` of the backend, not fitted. Its `decision_function` gives one score a class.
    """
    gamma = 1.0 / kernel_scale(kernel, columns, given_scale) ** 2
    options = {
        # a linear kernel divided by s^2 with C = 1 is the plain linear kernel with C = 1 / s^2
        "linear": {"kernel": "linear", "C": gamma},
        "quadratic": {"kernel": "poly", "degree": 2, "gamma": gamma, "coef0": 1.0},
        "cubic": {"kernel": "poly", "degree": 3, "gamma": gamma, "coef0": 1.0},
        "gauss_fine": {"kernel": "rbf", "gamma": gamma},
        "gauss_medium": {"kernel": "rbf", "gamma": gamma},
    }[kernel]
    return (backend or svm_backend()).svc(**options, cache_size=2000, decision_function_shape="ovr")
