import keras
import numpy as np
import pytest

from fer_utils.errors import ParameterError
from fer_utils.models.transfer import LENGTHS, build_body, build_head, flat_length, head_table, join, transfer_network

RANDOM = np.random.default_rng(0)
FACES = RANDOM.uniform(-1, 1, (5, 48, 48, 1)).astype("float32")


@pytest.fixture(scope="module", params=["vgg16", "resnet50"])
def network(request):
    """A narrow network whose batch statistics are not the initial ones."""
    keras.utils.set_random_seed(1)
    model = transfer_network(request.param, 7, "16-8", width=1 / 16)
    model.set_weights([w if w.any() else RANDOM.normal(0, 0.05, w.shape) for w in model.get_weights()])
    return model


@pytest.mark.parametrize(("name", "application"), [("vgg16", "VGG16"), ("resnet50", "ResNet50")])
def test_full_bodies_are_those_of_keras_applications(name, application):
    if name == "resnet50" and keras.backend.backend() != "tensorflow":
        pytest.skip("the layers are compared once; compiling the full ResNet-50 twice takes half a minute")
    theirs = getattr(keras.applications, application)(include_top=False, weights=None, input_shape=(48, 48, 3))
    theirs.set_weights([RANDOM.uniform(0.5, 1.5, w.shape) if w.ndim == 1 else w for w in theirs.get_weights()])
    ours = build_body(name)
    ours.set_weights(theirs.get_weights())
    gray = RANDOM.integers(0, 256, (1, 48, 48, 1)).astype("float32")
    prepared = getattr(keras.applications, name).preprocess_input(np.repeat(gray, 3, axis=-1))
    expected = theirs.predict(prepared, verbose=0)
    np.testing.assert_allclose(ours.predict(gray / 127.5 - 1, verbose=0), expected, atol=1e-5 * np.abs(expected).max())


def test_bodies_give_the_lengths_that_the_counts_need():
    assert {name: 16 * flat_length(build_body(name, width=1 / 16)) for name in LENGTHS} == LENGTHS


def test_all_ten_printed_counts_are_ours():
    table = head_table()
    assert len(table) == 10
    assert list(table["trainable, printed"]) == list(table["ours"])
    assert set(table["ours"].str.replace(",", "").astype(int)) == {
        *(526_851, 4_326_915, 528_903, 4_327_943, 74_115, 4_459_011, 4_461_063)
    }


def test_table_a_3_read_literally_has_another_count():
    assert build_head(LENGTHS["resnet50"], 512, "512-512").count_params() == 4_720_128


def test_only_the_head_is_trained(network):
    assert {weight.path.split("/")[0] for weight in network.trainable_weights} == {"fc1", "fc2", "probabilities"}
    before = [np.copy(weight) for weight in network.get_weights()]
    network.compile("adam", "categorical_crossentropy")
    network.train_on_batch(FACES, np.eye(7, dtype="float32")[:5])
    changed = {
        weight.path.split("/")[0]
        for weight, old in zip(network.weights, before, strict=True)
        if not np.array_equal(keras.ops.convert_to_numpy(weight), old)
    }
    assert changed == {"fc1", "fc2", "probabilities"}  # and no statistics of batch normalization
    network.set_weights(before)


def test_a_prediction_does_not_depend_on_the_other_faces_of_the_batch(network):
    together = network.predict(FACES, verbose=0)
    np.testing.assert_allclose(together.sum(axis=1), 1, atol=1e-5)
    alone = np.concatenate([network.predict(FACES[i : i + 1], verbose=0) for i in range(len(FACES))])
    np.testing.assert_allclose(alone, together, atol=1e-5)


def test_a_saved_network_predicts_the_same(network, tmp_path):
    network.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_allclose(again.predict(FACES, verbose=0), network.predict(FACES, verbose=0), atol=1e-6)


def test_a_joined_network_is_the_head_on_the_body():
    body = build_body("vgg16", 1 / 16)
    head = build_head(flat_length(body), 3, "8-8")
    features = body.predict(FACES, verbose=0).reshape(len(FACES), -1)
    np.testing.assert_allclose(join(body, head).predict(FACES, verbose=0), head.predict(features, verbose=0), atol=1e-5)


def test_unknown_bodies_and_heads_are_refused():
    with pytest.raises(ParameterError, match=r"No model 'resnet'.*Did you mean 'resnet50'"):
        build_body("resnet")
    with pytest.raises(ParameterError, match="head='512': expected the units of two layers"):
        build_head(512, 3, "512")
