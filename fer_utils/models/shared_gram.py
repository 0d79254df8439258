"""Several exact kernel machines from one matrix of scalar products, which is most of their work."""

import numpy as np
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from fer_utils.models.matlab_svm import kernel_scale

ROWS = 2000  # how many rows are asked at once


class SharedGram:
    """The scalar products of all training rows, computed once for all kernels.

    Each of the kernels of `matlab_svm.KERNELS` is a function of scalar products. libsvm computes them one pair at a
    time and anew for every kernel; here one matrix product does, and libsvm solves the same problem on its result. The
    machines are those of `matlab_svm`, up to rounding.

    Memory: 4 n^2 bytes for n training rows, and 8 n^2 more while a machine is fitted; 10 GB for all of FER2013.

    Args:
        rows: float array (n, columns). Training rows; they are standardized here.
    """

    def __init__(self, rows: np.ndarray):
        self._scaler = StandardScaler().fit(rows)
        self._rows = self._standardized(rows)
        self._squares = np.einsum("ij,ij->i", self._rows, self._rows)
        self._products = self._rows @ self._rows.T

    def fit(self, kernel: str, y: np.ndarray, given_scale: float = 0.0) -> "GramMachine":
        """Fits the machine of one kernel, C = 1, one class against one.

        Args:
            kernel: str. A key of `matlab_svm.KERNELS`.
            y: int array (n,). Class of every training row.
            given_scale: float. A kernel scale that goes before the preset; 0 for none.

        Returns:
            `GramMachine`.
        """
        scale = kernel_scale(kernel, self._rows.shape[1], given_scale)
        gram = _kernel(kernel, self._products, self._squares, self._squares, scale)
        machine = SVC(kernel="precomputed", C=1.0, decision_function_shape="ovr").fit(gram, y)
        return GramMachine(self, machine, kernel, scale)

    def kernel_values(self, rows: np.ndarray, kernel: str, scale: float) -> np.ndarray:
        """Computes the kernel between other rows and all training rows.

        Args:
            rows: float array (m, columns).
            kernel: str. A key of `matlab_svm.KERNELS`.
            scale: float. Kernel scale.

        Returns:
            float64 array (m, n).
        """
        asked = self._standardized(rows)
        squares = np.einsum("ij,ij->i", asked, asked)
        return _kernel(kernel, asked @ self._rows.T, squares, self._squares, scale)

    def _standardized(self, rows):
        return self._scaler.transform(rows).astype(np.float32)


class GramMachine:
    """A fitted machine of `SharedGram.fit`, which answers about rows it has not seen.

    Attributes:
        scale: float. The kernel scale.
    """

    def __init__(self, shared: SharedGram, machine: SVC, kernel: str, scale: float):
        self._shared, self._machine, self._kernel, self.scale = shared, machine, kernel, scale

    def decision_function(self, rows: np.ndarray) -> np.ndarray:
        """Scores every class of every row; the largest wins.

        Args:
            rows: float array (m, columns).

        Returns:
            float array (m, classes).
        """
        parts = [rows[start : start + ROWS] for start in range(0, len(rows), ROWS)]
        values = (self._shared.kernel_values(part, self._kernel, self.scale) for part in parts)
        return np.concatenate([self._machine.decision_function(value) for value in values])


def _kernel(kernel, products, squares, other_squares, scale):
    """Turns scalar products into the values of a kernel, in one array of float64."""
    values = products.astype(np.float64)
    if kernel.startswith("gauss"):
        values *= 2
        values -= squares[:, None]
        values -= other_squares  # now -|x - y|^2
        values /= scale**2
        return np.exp(values, out=values)
    values /= scale**2
    if kernel == "linear":
        return values
    values += 1
    return np.power(values, {"quadratic": 2, "cubic": 3}[kernel], out=values)
