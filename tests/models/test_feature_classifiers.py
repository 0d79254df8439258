import numpy as np
import pytest

from fer_utils.errors import ParameterError
from fer_utils.evaluation.claims import load_claims
from fer_utils.models.cnn_features import SOURCES, check_source, feature_extractor
from fer_utils.models.feature_classifiers import KERNELS, fit_pca
from fer_utils.models.mini_xception import build_network


@pytest.mark.parametrize("source", SOURCES)
def test_features_have_the_number_in_their_name_and_are_the_networks_own(source):
    network = build_network(SOURCES[source][0], 3)
    body = feature_extractor(network, source)
    assert body.output_shape == (None, int("".join(letter for letter in source if letter.isdigit())))
    shared = {id(weight) for weight in network.weights}
    assert body.weights and all(id(weight) in shared for weight in body.weights)


def test_the_class_maps_average_to_what_softmax_sees():
    network = build_network("dense", 3)
    faces = np.random.default_rng(0).uniform(-1, 1, (2, 48, 48, 1)).astype("float32")
    scores = feature_extractor(network, "dense_conv108").predict(faces, verbose=0).reshape(2, 36, 3).mean(axis=1)
    expected = np.exp(scores) / np.exp(scores).sum(axis=1, keepdims=True)
    np.testing.assert_allclose(network.predict(faces, verbose=0), expected, atol=1e-5)


def test_features_of_the_other_network_are_refused():
    with pytest.raises(ParameterError, match="'dense_gap64' is a layer of the network 'dense', and model is 'base'"):
        check_source("dense_gap64", "base")
    with pytest.raises(ParameterError, match="is a layer of the network 'base'"):
        feature_extractor(build_network("dense", 3), "base_gap128")
    with pytest.raises(ParameterError, match="Did you mean 'base_gap128'"):
        check_source("base_gap12", "base")


def test_every_machine_of_table_4_8_is_there():
    assert {claim.model for claim in load_claims() if claim.table == "Table 4.8"} == set(KERNELS)


def test_components_are_of_centered_and_unscaled_features():
    random = np.random.default_rng(0)
    features = random.normal(size=(200, 30)) * np.geomspace(10, 0.01, 30) + 50
    fitted = fit_pca(features, 4)
    assert fitted.transform(features).shape == (200, 4)
    assert np.abs(fitted.components_[0]).argmax() == 0  # the feature that varies most, because none was scaled
    explained = fit_pca(features, 0)
    assert explained.explained_variance_ratio_.sum() >= 0.95 > explained.explained_variance_ratio_[:-1].sum()


@pytest.mark.parametrize("components", [-1, 31])
def test_more_components_than_features_are_refused(components):
    with pytest.raises(ParameterError, match=f"components = {components}: 200 rows of 30 features have 1 to 30"):
        fit_pca(np.zeros((200, 30)), components)
