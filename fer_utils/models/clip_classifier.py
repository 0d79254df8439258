"""A small classifier of clips, on what a network says of groups of their frames (Kahou et al. 2013 had an SVM)."""

from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def clip_classifier(strength: float = 0.1):
    """Builds a linear classifier that gives probabilities.

    The ten groups of a clip are 10 x classes numbers, of few clips: so it is linear, and held small.

    Args:
        strength: float. The smaller, the smaller its weights are held: C of scikit-learn.

    Returns:
        scikit-learn pipeline from (n, columns) to probabilities.
    """
    return make_pipeline(StandardScaler(), LogisticRegression(C=strength, max_iter=1000, class_weight="balanced"))
