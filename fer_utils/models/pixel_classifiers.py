"""Classifiers on raw pixels: the five of Hussein (2020, table 4.7) and k-nearest neighbors."""

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.kernel_approximation import Nystroem
from sklearn.multiclass import OneVsOneClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

from fer_utils.errors import ParameterError, nearest
from fer_utils.models import matlab_svm as matlab

KERNELS = {f"svm_px_{kernel}": kernel for kernel in ("linear", "quadratic", "cubic", "gauss_medium")}
OTHERS = {
    "bagged_trees_px": ("Bagged trees", "30 trees, square root of the pixels tried at each split"),
    "knn_px": ("k-nearest neighbors", "10 neighbors, Euclidean distance"),
}
TITLES = {model: matlab.KERNELS[kernel][0] for model, kernel in KERNELS.items()}
TITLES |= {model: title for model, (title, _) in OTHERS.items()}
FORMULAS = {model: matlab.KERNELS[kernel][1] for model, kernel in KERNELS.items()}
FORMULAS |= {model: formula for model, (_, formula) in OTHERS.items()}
APPROXIMATION = "svm_px_gauss_medium_nystroem"
APPROXIMATION_TITLE = "Medium Gaussian SVM, approximated"
LANDMARKS = 500  # training faces that stand for all in the approximation


def pixel_classifier(
    model: str, pixels: int, seed: int = 0, backend: matlab.Backend | None = None, kernel_scale: float = 0.0
) -> Pipeline:
    """Builds one classifier of table 4.7, with the defaults of MATLAB's Classification Learner.

    The paper states no kernel scale; see `matlab_svm.kernel_scale` for ours.

    Args:
        model: str. A key of `TITLES`, such as "svm_px_linear".
        pixels: int. Number of pixels of a face, which sets the kernel scale.
        seed: int. Seed of the trees.
        backend: `Backend` of the SVMs; None chooses.
        kernel_scale: float. A kernel scale for the SVMs that goes before the preset; 0 for none.

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
    return make_pipeline(StandardScaler(), matlab.matlab_svm(KERNELS[model], pixels, kernel_scale, backend))


def approximate_svm(pixels: int, rows: int, seed: int = 0, kernel_scale: float = 0.0) -> Pipeline:
    """Builds an approximation of the medium Gaussian SVM whose cost grows with the rows and not with their square.

    The kernel to some random training faces replaces the kernel to all (Nystroem), and a linear SVM with squared hinge
    loss replaces the exact one. It is another classifier: its numbers are not those of table 4.7.

    Args:
        pixels: int. Number of pixels of a face, which sets the kernel scale.
        rows: int. Number of training faces; at most half of them, and at most `LANDMARKS`, stand for all.
        seed: int. Seed of their choice.
        kernel_scale: float. A kernel scale that goes before the preset; 0 for none.

    Returns:
        scikit-learn pipeline on float arrays (n, pixels) of gray values.

    Reference: Williams and Seeger 2001, Using the Nystroem Method to Speed Up Kernel Machines.
    """
    gamma = 1.0 / matlab.kernel_scale("gauss_medium", pixels, kernel_scale) ** 2
    landmarks = Nystroem(kernel="rbf", gamma=gamma, n_components=min(LANDMARKS, rows // 2), random_state=seed)
    return make_pipeline(StandardScaler(), landmarks, OneVsOneClassifier(LinearSVC(dual=False)))


def predict_scores(classifier, faces) -> dict:
    """Predicts what `Run.save_predictions` stores: probabilities where the classifier has them, else scores.

    Args:
        classifier: fitted pipeline of this module, or machine of `shared_gram`.
        faces: float array (n, pixels).

    Returns:
        dict with "probabilities" or "scores", float array (n, classes).
    """
    # scikit-learn-intelex scores a single face wrongly with polynomial kernels, and two faces rightly
    asked = np.repeat(faces, 2, axis=0) if len(faces) == 1 else faces
    if hasattr(classifier, "predict_proba"):
        return {"probabilities": classifier.predict_proba(asked)[: len(faces)]}
    return {"scores": classifier.decision_function(asked)[: len(faces)]}
