import keras
import numpy as np
import pytest

from fer_utils.errors import ParameterError
from fer_utils.models.vggface import vggface_body
from fer_utils.training import face_body
from fer_utils.training.face_body import open_face_body, unit_features, weights_kind
from fer_utils.training.features import body_digest


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


def test_what_is_recorded_is_the_kind_of_weights_and_not_their_path():
    assert [weights_kind(weights) for weights in ("none", "synthetic-identity", "/somewhere/vgg.h5")] == [
        "none",
        "synthetic-identity",
        "vggface",
    ]
    with pytest.raises(ParameterError, match="Did you mean 'synthetic-identity'"):
        weights_kind("synthetic-identities")
    with pytest.raises(ParameterError, match=r"the path of an \.h5 file"):
        weights_kind("/somewhere/vgg.pkl")


def test_a_missing_file_is_told_with_the_terms_of_the_weights():
    with pytest.raises(ParameterError, match=r"nowhere\.h5: no such file.*non-commercial"):
        open_face_body("nowhere.h5", 0.03125, 32)


def test_random_weights_are_those_of_their_seed_and_give_features_of_unit_spread():
    (body, words), (again, _), (other, _) = (open_face_body("none", 0.03125, 48, seed) for seed in (0, 0, 1))
    assert "learned nothing" in words
    assert body_digest(body) == body_digest(again) != body_digest(other)


def test_dividing_the_last_convolution_divides_the_features_and_changes_nothing_else():
    keras.utils.set_random_seed(2)
    body = vggface_body(0.0625, (48, 48, 3))
    last = body.get_layer("conv5_3")
    last.set_weights([100 * weight for weight in last.get_weights()])
    faces = np.random.default_rng(0).uniform(-1, 1, (6, 48, 48, 3)).astype("float32")
    before = body.predict(faces, verbose=0)
    after = unit_features(body).predict(faces, verbose=0)
    ratio = before[after > 0] / after[after > 0]
    np.testing.assert_allclose(ratio, ratio[0], rtol=1e-3)
    assert ratio[0] > 5


def test_weights_of_drawn_people_come_with_what_they_were_trained_on(monkeypatch):
    monkeypatch.setattr(face_body, "PEOPLE", {"people": 2, "pictures": 1, "epochs": 1})
    body, words = open_face_body("synthetic-identity", 0.03125, 48)
    assert "who 2 drawn people are" in words
    assert body.output_shape == (None, 1, 1, 16)
