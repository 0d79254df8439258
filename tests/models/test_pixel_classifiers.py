import numpy as np
import pytest
from sklearn.svm import SVC

from fer_utils.errors import ParameterError
from fer_utils.models.matlab_svm import Backend, svm_backend
from fer_utils.models.pixel_classifiers import KERNELS, TITLES, approximate_svm, pixel_classifier, predict_scores


@pytest.fixture(scope="module")
def data():
    """Three classes of noisy 6 x 6 'faces' that overlap."""
    random = np.random.default_rng(0)
    y = np.repeat([0, 1, 2], 60)
    means = random.normal(0, 12, (3, 36))
    return 128 + means[y] + random.normal(0, 25, (180, 36)), y


@pytest.mark.parametrize("model", TITLES)
def test_every_classifier_of_the_table_learns_and_gives_one_score_a_class(model, data):
    x, y = data
    classifier = pixel_classifier(model, x.shape[1]).fit(x[::2], y[::2])
    (predicted,) = predict_scores(classifier, x[1::2]).values()
    assert predicted.shape == (90, 3)
    assert (predicted.argmax(axis=1) == y[1::2]).mean() > 0.6


@pytest.mark.parametrize("model", KERNELS)
def test_the_fast_support_vector_machine_gives_the_numbers_of_scikit_learn(model, data):
    backend = svm_backend()
    if backend.name == "scikit-learn":
        pytest.skip("scikit-learn-intelex does not run on this processor")
    x, y = data
    fast = pixel_classifier(model, 36, backend=backend).fit(x, y)
    plain = pixel_classifier(model, 36, backend=Backend("scikit-learn", SVC)).fit(x, y)
    np.testing.assert_array_equal(fast.predict(x), plain.predict(x))
    np.testing.assert_allclose(fast.decision_function(x), plain.decision_function(x), atol=2e-2)


def test_the_kernels_are_matlabs(data):
    x, y = data
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    s2 = 36.0
    distances = ((z[:, None] - z[None]) ** 2).sum(axis=2)
    kernels = {
        "svm_px_linear": z @ z.T / s2,
        "svm_px_quadratic": (1 + z @ z.T / s2) ** 2,
        "svm_px_cubic": (1 + z @ z.T / s2) ** 3,
        "svm_px_gauss_medium": np.exp(-distances / s2),
    }
    for model, gram in kernels.items():
        by_hand = SVC(kernel="precomputed", C=1).fit(gram, y)
        ours = pixel_classifier(model, 36, backend=Backend("scikit-learn", SVC)).fit(x, y)
        np.testing.assert_allclose(ours.decision_function(x), by_hand.decision_function(gram), atol=5e-3)


def test_a_kernel_scale_goes_before_the_preset(data):
    x, y = data
    plain = Backend("scikit-learn", SVC)
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    given = pixel_classifier("svm_px_quadratic", 36, backend=plain, kernel_scale=12.0).fit(x, y)
    by_hand = SVC(kernel="precomputed", C=1).fit((1 + z @ z.T / 144) ** 2, y)
    np.testing.assert_allclose(
        given.decision_function(x), by_hand.decision_function((1 + z @ z.T / 144) ** 2), atol=5e-3
    )


def test_the_approximation_comes_near_the_exact_machine(data):
    x, y = data
    exact = pixel_classifier("svm_px_gauss_medium", 36, backend=Backend("scikit-learn", SVC)).fit(x, y)
    near = approximate_svm(36, len(x)).fit(x, y)
    assert len(near[1].components_) == 90  # half of the faces, because they are few
    assert (near.predict(x) == exact.predict(x)).mean() > 0.9
    assert predict_scores(near, x)["scores"].shape == (180, 3)


def test_an_unknown_classifier_names_the_nearest():
    with pytest.raises(ParameterError, match="Did you mean 'svm_px_linear'"):
        pixel_classifier("svm_px_linaer", 36)
