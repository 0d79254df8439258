"""Classifiers on raw pixels: the five of Hussein (2020, table 4.7) and k-nearest neighbors."""

from dataclasses import dataclass

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from fer_utils.errors import ParameterError, nearest

KERNELS = {  # MATLAB's presets; s is the kernel scale, x and y are standardized
    "svm_px_linear": ("Linear SVM", "x.y / s^2"),
    "svm_px_quadratic": ("Quadratic SVM", "(1 + x.y / s^2)^2"),
    "svm_px_cubic": ("Cubic SVM", "(1 + x.y / s^2)^3"),
    "svm_px_gauss_medium": ("Medium Gaussian SVM", "exp(-|x - y|^2 / s^2)"),
}
OTHERS = {
    "bagged_trees_px": ("Bagged trees", "30 trees, square root of the pixels tried at each split"),
    "knn_px": ("k-nearest neighbors", "10 neighbors, Euclidean distance"),
}
TITLES = {model: title for model, (title, _) in (KERNELS | OTHERS).items()}
FORMULAS = {model: formula for model, (_, formula) in (KERNELS | OTHERS).items()}


@dataclass(frozen=True)
class Backend:
    """Where the support vector machine comes from.

    Attributes:
        name: str. "scikit-learn-intelex" or "scikit-learn".
        svc: class. The `SVC` of that library.
    """

    name: str
    svc: type


def svm_backend(prefer_intelex: bool = True) -> Backend:
    """Chooses scikit-learn-intelex where it runs: the same machine, many times faster.

    Args:
        prefer_intelex: bool. False takes plain scikit-learn in any case.

    Returns:
        `Backend`.
    """
    if prefer_intelex:
        try:
            from sklearnex.svm import SVC

            return Backend("scikit-learn-intelex", SVC)
        except ImportError:
            pass  # not built for this processor: plain scikit-learn gives the same numbers
    from sklearn.svm import SVC

    return Backend("scikit-learn", SVC)


def pixel_classifier(model: str, pixels: int, seed: int = 0, backend: Backend | None = None) -> Pipeline:
    """Builds one classifier of table 4.7, with the defaults of MATLAB's Classification Learner.

    The paper states no kernel scale; the square root of the number of pixels (48 for 48 x 48 faces) is MATLAB's preset
    for the medium Gaussian and is used for all four kernels. C is 1, one class against one.

    Args:
        model: str. A key of `TITLES`, such as "svm_px_linear".
        pixels: int. Number of pixels of a face, which sets the kernel scale.
        seed: int. Seed of the trees.
        backend: `Backend` of the SVMs; None chooses.

    Returns:
        scikit-learn pipeline on float arrays (n, pixels) of gray values.

    Raises:
        ParameterError: an unknown model.

    Reference: Hussein 2020, sections 4.2.2 and 4.3.1, table 4.7.
    """
    if model not in TITLES:
        raise ParameterError(f"No pixel classifier '{model}'. Known: {', '.join(TITLES)}.{nearest(model, TITLES)}")
    if model == "bagged_trees_px":
        return make_pipeline(RandomForestClassifier(30, max_features="sqrt", random_state=seed, n_jobs=-1))
    if model == "knn_px":
        return make_pipeline(StandardScaler(), KNeighborsClassifier(10))
    gamma = 1.0 / pixels  # 1 / s^2
    options = {
        # a linear kernel divided by s^2 with C = 1 is the plain linear kernel with C = 1 / s^2
        "svm_px_linear": {"kernel": "linear", "C": gamma},
        "svm_px_quadratic": {"kernel": "poly", "degree": 2, "gamma": gamma, "coef0": 1.0},
        "svm_px_cubic": {"kernel": "poly", "degree": 3, "gamma": gamma, "coef0": 1.0},
        "svm_px_gauss_medium": {"kernel": "rbf", "gamma": gamma},
    }[model]
    svc = (backend or svm_backend()).svc
    return make_pipeline(StandardScaler(), svc(**options, cache_size=2000, decision_function_shape="ovr"))


def predict_scores(classifier: Pipeline, faces) -> dict:
    """Predicts what `Run.save_predictions` stores: probabilities where the classifier has them, else scores.

    Args:
        classifier: fitted pipeline of `pixel_classifier`.
        faces: float array (n, pixels).

    Returns:
        dict with "probabilities" or "scores", float array (n, classes).
    """
    # scikit-learn-intelex scores a single face wrongly with polynomial kernels, and two faces rightly
    asked = np.repeat(faces, 2, axis=0) if len(faces) == 1 else faces
    if hasattr(classifier, "predict_proba"):
        return {"probabilities": classifier.predict_proba(asked)[: len(faces)]}
    return {"scores": classifier.decision_function(asked)[: len(faces)]}
