import numpy as np
import pytest
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from fer_utils.errors import ParameterError
from fer_utils.models import shared_gram
from fer_utils.models.matlab_svm import KERNELS, Backend, kernel_scale, matlab_svm
from fer_utils.models.pixel_classifiers import predict_scores
from fer_utils.models.shared_gram import SharedGram

PLAIN = Backend("scikit-learn", SVC)


@pytest.fixture(scope="module")
def data():
    """Three classes of 240 rows with 30 columns, far from zero and alike, as pixels are; one column never changes."""
    random = np.random.default_rng(1)
    y = np.repeat([0, 1, 2], 80)
    hidden = random.normal(0, 1, (3, 2))[y] + random.normal(0, 0.7, (240, 2))
    rows = 128 + 30 * hidden @ random.normal(0, 1, (2, 30)) + random.normal(0, 5, (240, 30))
    rows[:, 7] = 90
    return rows, y


@pytest.mark.parametrize("given", [0.0, 9.0])
@pytest.mark.parametrize("kernel", KERNELS)
def test_machines_on_shared_products_are_those_of_scikit_learn(kernel, given, data, monkeypatch):
    monkeypatch.setattr(shared_gram, "ROWS", 50)  # so that rows are asked in several parts
    rows, y = data
    ours = SharedGram(rows[::2]).fit(kernel, y[::2], given)
    plain = make_pipeline(StandardScaler(), matlab_svm(kernel, 30, given, PLAIN)).fit(rows[::2], y[::2])
    scores = predict_scores(ours, rows[1::2])["scores"]
    expected = plain.decision_function(rows[1::2])
    np.testing.assert_allclose(scores, expected, atol=1e-2)
    np.testing.assert_array_equal(scores.argmax(axis=1), expected.argmax(axis=1))
    assert (scores.argmax(axis=1) == y[1::2]).mean() > 0.6


def test_one_machine_does_not_change_the_products_of_the_next(data):
    rows, y = data
    shared = SharedGram(rows)
    first = shared.fit("cubic", y).decision_function(rows)
    shared.fit("gauss_fine", y)
    np.testing.assert_array_equal(shared.fit("cubic", y).decision_function(rows), first)


def test_the_presets_are_those_of_the_classification_learner():
    scales = {name: [round(kernel_scale(name, count), 1) for count in (2304, 128, 22)] for name in KERNELS}
    assert scales["gauss_fine"] == [12.0, 2.8, 1.2]
    assert scales["gauss_medium"] == scales["linear"] == scales["cubic"] == [48.0, 11.3, 4.7]
    assert kernel_scale("linear", 2304, 20.0) == 20.0


@pytest.mark.parametrize("scale", [-1.0, float("nan"), float("inf")])
def test_an_impossible_kernel_scale_is_refused(scale):
    with pytest.raises(ParameterError, match=f"kernel_scale = {scale}: expected a number above 0"):
        kernel_scale("linear", 10, scale)


def test_an_unknown_kernel_names_the_nearest(data):
    with pytest.raises(ParameterError, match=r"No kernel 'cubik'.*Did you mean 'cubic'"):
        SharedGram(data[0]).fit("cubik", data[1])
