import keras
import numpy as np
import pytest

from fer_utils.errors import RunError
from fer_utils.models.mini_xception import NAMES, build_network
from fer_utils.models.pixel_classifiers import TITLES, pixel_classifier, predict_scores
from fer_utils.training.batch_invariance import check_batch_invariance
from fer_utils.training.fit import predict

FACES = np.random.default_rng(0).integers(0, 256, (40, 48, 48, 1), dtype=np.uint8)


@pytest.mark.parametrize("name", NAMES)
def test_a_network_answers_about_one_face_whatever_stands_beside_it(name):
    keras.utils.set_random_seed(0)
    network = build_network(name, 3)
    assert check_batch_invariance(lambda images: predict(network, images, 512), FACES) <= 1e-5


@pytest.mark.parametrize("name", TITLES)
def test_a_classifier_of_pixels_answers_about_one_face_too(name):
    pixels = FACES[:, ::4, ::4].reshape(len(FACES), -1).astype(float)
    classifier = pixel_classifier(name, pixels.shape[1]).fit(pixels, np.arange(len(FACES)) % 3)

    def answer(images):
        (scores,) = predict_scores(classifier, images[:, ::4, ::4].reshape(len(images), -1) * 1.0).values()
        return scores

    assert check_batch_invariance(answer, FACES) <= 1e-5


@pytest.mark.parametrize("how", ["normalization", "attention"])
def test_a_network_that_looks_at_its_neighbors_is_found_out(how):
    def answer(images):
        x = images.reshape(len(images), -1).astype(float)
        x = x - x.mean(axis=0) if how == "normalization" else x + x[0]
        scores = np.exp((x[:, :3] - x[:, 3:6]) / 100)
        return scores / scores.sum(axis=1, keepdims=True)

    with pytest.raises(RunError, match="depend on the batch"):
        check_batch_invariance(answer, FACES)


def test_answers_that_are_no_numbers_are_refused():
    with pytest.raises(RunError, match="nan"):
        check_batch_invariance(lambda images: np.full((len(images), 3), np.nan), FACES)


def test_one_face_is_enough_to_ask():
    assert check_batch_invariance(lambda images: np.ones((len(images), 3)) / 3, FACES[:1]) == 0
