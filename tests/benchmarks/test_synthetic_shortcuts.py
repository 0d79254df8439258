"""Can a classifier guess the emotion of a synthetic face without looking at the face?"""

import numpy as np
import pytest
from sklearn.linear_model import RidgeClassifier
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from fer_utils.datasets.synthetic import SyntheticFaces

pytestmark = pytest.mark.slow
CHANCE = 1 / 7


@pytest.fixture(scope="module")
def faces(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FERBENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield SyntheticFaces(subjects=360).load()  # 7,560 faces: a leak of two points would show


def _interval(seen, faces):
    """95 % interval of the UAR on people who were not seen, by drawing people again and again."""
    classifier = make_pipeline(StandardScaler(), RidgeClassifier(alpha=1000))
    folds = list(GroupKFold(5).split(seen, faces.label, faces.subject))
    right = cross_val_predict(classifier, seen, faces.label, cv=folds) == faces.label
    people = np.unique(faces.subject)
    # Everybody shows every emotion equally often, so that UAR is the mean over people.
    each = np.array([right[faces.subject == person].mean() for person in people])
    drawn = np.random.default_rng(0).integers(0, len(people), (2000, len(people)))
    return np.percentile(each[drawn].mean(axis=1), [2.5, 97.5])


def _border(width, size=48):
    border = np.ones((size, size), bool)
    border[width:-width, width:-width] = False
    return border


def _upper_corners(width, size=48):
    corners = np.zeros((size, size), bool)
    corners[:width, :width] = corners[:width, -width:] = True
    return corners


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("region", [_border(2), _upper_corners(8)], ids=["border", "background"])
def test_background_and_border_pixels_tell_nothing_of_the_emotion(faces, region):
    low, high = _interval(faces.images[:, region].astype(float), faces)
    print(f"\nUAR {low:.3f} to {high:.3f}, chance {CHANCE:.3f}")
    assert low <= CHANCE <= high


@pytest.mark.timeout(1200)
def test_the_face_tells_the_emotion(faces):
    low, _ = _interval(faces.images.reshape(len(faces), -1).astype(float), faces)
    assert low > 0.4
