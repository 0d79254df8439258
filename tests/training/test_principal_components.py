import numpy as np
import pytest
from sklearn.decomposition import PCA

from fer_utils.errors import ParameterError
from fer_utils.training import principal_components as module
from fer_utils.training.principal_components import principal_components


@pytest.fixture
def features():
    random = np.random.default_rng(0)
    return (random.normal(size=(90, 12)) * np.arange(1, 13) @ random.normal(size=(12, 12)) + 5).astype("float32")


def test_they_are_scikit_learns_but_for_sign_and_one_scale(features, monkeypatch):
    monkeypatch.setattr(module, "BLOCK", 32)  # in three blocks
    kernel, bias = principal_components(features, 4)
    ours, theirs = features @ kernel + bias, PCA(4).fit_transform(features)
    np.testing.assert_allclose(ours.mean(axis=0), 0, atol=1e-4)
    assert ours.std() == pytest.approx(1, abs=1e-3)
    proportions = np.abs(ours) / np.abs(theirs)
    np.testing.assert_allclose(proportions, proportions[0, 0], rtol=1e-2)


def test_they_are_centered_on_the_frames_they_were_fitted_on_and_on_no_others(features):
    kernel, bias = principal_components(features[:60], 4)
    moved = features[60:] @ kernel + bias
    assert np.abs(moved.mean(axis=0)).max() > 1e-3  # fitted on them, their mean would be 0


def test_more_components_than_there_can_be_are_refused(features):
    with pytest.raises(ParameterError, match="components=12: 10 training frames with 12 features each have 1 to 9"):
        principal_components(features[:10], 12)
    with pytest.raises(ParameterError, match="components=0"):
        principal_components(features, 0)
