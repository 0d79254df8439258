import keras
import numpy as np
import pytest

from fer_utils.errors import ParameterError
from fer_utils.models.mini_xception import build_network, dense_mini_xception, mini_xception, named


@pytest.fixture(scope="module", params=[mini_xception, dense_mini_xception], ids=["base", "dense"])
def network(request):
    """A network whose batch statistics are not the initial ones, as after a training."""
    keras.utils.set_random_seed(1)
    model = request.param(7)
    random = np.random.default_rng(1)
    shaken = []
    for weight in model.get_weights():
        noise = random.normal(0, 0.05, weight.shape)
        shaken.append(weight * (1 + noise) if weight.any() else noise)
    model.set_weights(shaken)
    return model


@pytest.fixture(scope="module")
def faces():
    return np.random.default_rng(0).uniform(-1, 1, (9, 48, 48, 1)).astype("float32")


def test_the_base_network_halves_the_map_four_times():
    shapes = [layer.output.shape[1:] for layer in mini_xception(3).layers if isinstance(layer, keras.layers.Add)]
    assert shapes == [(22, 22, 16), (11, 11, 32), (6, 6, 64), (3, 3, 128)]


@pytest.mark.parametrize("variant", ["default", "a"])
def test_the_dense_network_has_the_shapes_of_table_4_4(variant):
    model = dense_mini_xception(3, variant=variant)
    joined = [layer.output.shape[1:] for layer in model.layers if isinstance(layer, keras.layers.Concatenate)]
    halved = [layer.output.shape[1:] for layer in model.layers if isinstance(layer, keras.layers.Add)]
    assert joined[3::4] == [(44, 44, 40), (22, 22, 56), (11, 11, 88), (11, 11, 112)]
    assert halved == [(22, 22, 32), (11, 11, 64), (6, 6, 64)]
    assert model.get_layer("features").output.shape[1:] == (6, 6, 3)


def test_an_unknown_variant_is_refused():
    with pytest.raises(ValueError, match="'b' is unknown; expected 'default' or 'a'"):
        dense_mini_xception(3, variant="b")


def test_a_misspelled_network_names_the_nearest():
    assert build_network("dense_a", 3).count_params() == 96_315
    with pytest.raises(ParameterError, match="Did you mean 'dense'"):
        build_network("dens", 3)


def kinds(model):
    return {type(layer).__name__ for layer in model.layers}


def test_an_ablation_takes_out_one_part_and_leaves_the_shapes():
    def halved(model):
        return [layer.output.shape[1:] for layer in model.layers if isinstance(layer, keras.layers.Add)]

    whole = build_network("dense", 3)
    for part, layer in (("separable", "SeparableConv2D"), ("dense", "Concatenate"), ("leaky", "LeakyReLU")):
        ablated = build_network("dense", 3, [part])
        assert kinds(whole) - kinds(ablated) == {layer}
        assert halved(ablated) == halved(whole)
        assert len(ablated.layers) == len(whole.layers) - (16 if part == "dense" else 0)
    assert "SeparableConv2D" not in kinds(build_network("base", 3, ["separable"]))
    assert "LeakyReLU" not in kinds(build_network("dense_a", 3, ["leaky"]))


def test_an_ablated_network_has_a_name_of_its_own():
    assert named("dense") == ("dense_mini_xception", "Dense mini-Xception")
    assert named("dense", ["separable"])[0] == "dense_mini_xception_standard"  # the claims' name of the 420K twin
    assert named("dense", ["leaky", "dense"]) == named("dense", ["dense", "leaky"])
    names = {named("dense", parts)[0] for parts in ([], ["dense"], ["separable"], ["leaky"], ["dense", "leaky"])}
    assert len(names) == 5


def test_a_part_that_is_not_there_cannot_be_left_out():
    with pytest.raises(ParameterError, match=r"no part 'leeky'.*Did you mean 'leaky'"):
        build_network("dense", 3, ["leeky"])
    with pytest.raises(ParameterError, match=r"the base network has no part 'dense'.*Set model = 'dense'"):
        named("base", ["dense"])


def test_only_the_stem_is_regularized():
    regularized = [layer for layer in mini_xception(3).layers if getattr(layer, "kernel_regularizer", None)]
    assert [layer.filters for layer in regularized] == [8, 8]


def test_a_prediction_does_not_depend_on_the_other_faces_of_the_batch(network, faces):
    together = network.predict(faces, verbose=0)
    assert np.isfinite(together).all()
    assert together.std(axis=0).max() > 1e-3  # the faces do get different answers
    alone = np.concatenate([network.predict(faces[i : i + 1], verbose=0) for i in range(len(faces))])
    backwards = network.predict(faces[::-1], batch_size=4, verbose=0)[::-1]
    np.testing.assert_allclose(alone, together, atol=1e-5)
    np.testing.assert_allclose(backwards, together, atol=1e-5)
    np.testing.assert_allclose(together.sum(axis=1), 1, atol=1e-5)


def test_a_saved_network_predicts_the_same(network, faces, tmp_path):
    network.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_allclose(again.predict(faces, verbose=0), network.predict(faces, verbose=0), atol=1e-6)


def test_training_on_an_odd_number_of_faces_does_not_crash(faces):
    model = mini_xception(3)
    model.compile("adam", "categorical_crossentropy")
    losses = [model.train_on_batch(faces[:7], np.eye(3, dtype="float32")[[0, 1, 2, 0, 1, 2, 0]]) for _ in range(3)]
    assert np.isfinite(losses).all()


def test_the_shortcut_is_a_strided_convolution_in_other_words():
    image = np.random.default_rng(0).normal(size=(2, 11, 11, 5)).astype("float32")
    strided = keras.layers.Conv2D(4, 1, strides=2, padding="same", use_bias=False)
    expected = strided(image)
    written = keras.layers.Conv2D(4, 1, use_bias=False)
    halved = keras.layers.MaxPooling2D(1, strides=2, padding="same")(image)
    written.build(halved.shape)
    written.set_weights(strided.get_weights())
    difference = keras.ops.convert_to_numpy(written(halved)) - keras.ops.convert_to_numpy(expected)
    assert np.abs(difference).max() < 1e-5
