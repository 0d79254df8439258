import keras
import numpy as np
import pytest

from fer_utils.errors import ParameterError
from fer_utils.models.vggface import FREEZE, OWN_UNITS, POOLING, vggface, vggface_body, vggface_head, vggface_identities
from fer_utils.training.batch_invariance import check_batch_invariance
from fer_utils.training.fit import predict

SMALL = {"width": 0.0625, "input_shape": (64, 64, 3)}
ROWS = [("none", (), "none"), ("all", (512, 512, 512), "max"), ("all", (), "avg")]  # three of the eight of Table 6


def calmed(body):
    """Random weights that answer pixels of the size that networks like: without it, every probability is 0 or 1."""
    first = body.get_layer("conv1_1")
    first.set_weights([weight / 128 for weight in first.get_weights()])
    return body


def trainable_convolutions(network):
    return [layer.name for layer in network.layers if layer.name.startswith("conv") and layer.trainable_weights]


@pytest.mark.parametrize(("freeze", "units", "pooling"), ROWS)
def test_a_row_of_table_6_predicts_probabilities_face_by_face(freeze, units, pooling, tmp_path):
    keras.utils.set_random_seed(3)
    network = vggface(6, freeze, units, pooling, body=calmed(vggface_body(**SMALL)), **SMALL)
    faces = np.random.default_rng(0).integers(0, 256, (8, 64, 64, 3), np.uint8)
    answers = predict(network, faces)
    np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-5)
    assert answers.std(axis=0).max() > 1e-5  # the faces do get different answers
    assert check_batch_invariance(lambda images: predict(network, images), faces) < 1e-5
    network.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_allclose(predict(again, faces), answers, atol=1e-6)


def test_freezing_goes_by_the_names_of_layers():
    assert trainable_convolutions(vggface(freeze="all", **SMALL)) == []
    first = trainable_convolutions(vggface(freeze="first", **SMALL))
    assert first == [f"conv{block}_{number}" for block in (4, 5) for number in (1, 2, 3)]
    assert len(trainable_convolutions(vggface(freeze="none", **SMALL))) == 13


def test_a_frozen_body_does_not_learn_and_its_head_does():
    keras.utils.set_random_seed(1)
    network = vggface(2, "all", (64,), "avg", body=calmed(vggface_body(**SMALL)), **SMALL)
    before = [weight.copy() for weight in network.get_weights()]
    network.compile(keras.optimizers.SGD(0.01), "categorical_crossentropy")
    faces = np.random.default_rng(1).uniform(-1, 1, (5, 64, 64, 3)).astype("float32")
    network.train_on_batch(faces, np.eye(2, dtype="float32")[[0, 1, 0, 1, 1]])
    changed = [not np.array_equal(old, new) for old, new in zip(before, network.get_weights(), strict=True)]
    assert changed[:26] == [False] * 26
    assert any(changed[26:])


def test_the_head_alone_answers_as_the_whole_network_does():
    body = vggface_body(**SMALL)
    network = vggface(6, "all", (64, 64, 64), "max", body=body, **SMALL)
    faces = np.random.default_rng(2).uniform(-1, 1, (4, 64, 64, 3)).astype("float32")
    in_two_steps = network.get_layer("head").predict(body.predict(faces, verbose=0), verbose=0)
    np.testing.assert_allclose(in_two_steps, network.predict(faces, verbose=0), atol=1e-6)


def test_pooling_is_over_places_and_keeps_channels():
    maps = np.zeros((1, 2, 2, 3), "float32")
    maps[0, 1, 0] = [4, 8, -4]
    pooled = {
        pooling: keras.Model(head.input, head.get_layer("pooled").output).predict(maps, verbose=0)[0]
        for pooling, head in ((pooling, vggface_head((2, 2, 3), pooling=pooling)) for pooling in POOLING)
    }
    assert pooled["avg"].tolist() == [1, 2, -1]
    assert pooled["max"].tolist() == [4, 8, 0]
    assert pooled["none"].tolist() == maps.ravel().tolist()


def test_the_body_sees_pixels_around_the_mean_of_vgg_face_blue_first():
    body = vggface_body(**SMALL)
    mean = np.array([129.1863, 104.7624, 93.5940]) / 127.5 - 1
    seen = keras.Model(body.input, body.get_layer("pixels").output).predict(
        np.stack([np.broadcast_to(mean, (64, 64, 3)), np.ones((64, 64, 3))]).astype("float32"), verbose=0
    )
    np.testing.assert_allclose(seen[0], 0, atol=1e-4)
    np.testing.assert_allclose(seen[1, 0, 0], 255 - np.array([93.5940, 104.7624, 129.1863]), atol=1e-4)


def test_the_whole_of_vgg_face_has_its_three_layers():
    network = vggface_identities(10, **SMALL)
    assert [network.get_layer(name).units for name in ("fc6", "fc7", "fc8")] == [256, 256, 10]


def test_misspelled_choices_name_the_nearest():
    with pytest.raises(ParameterError, match="Did you mean 'first'"):
        vggface(freeze="firsts", **SMALL)
    with pytest.raises(ParameterError, match="known are none, avg, max"):
        vggface(pooling="average", **SMALL)
    assert set(FREEZE) == {"none", "first", "all"}
    assert OWN_UNITS[-1] == 2622
