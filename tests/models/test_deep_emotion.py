import keras
import numpy as np
import pytest

from fer_utils.errors import ParameterError
from fer_utils.models.deep_emotion import WINDOW, deep_emotion

VARIANTS = [{}, {"loc_kernels": (3, 3)}, {"where": "features", "normalized": True}]


@pytest.fixture(scope="module", params=VARIANTS, ids=["stated", "figure", "features"])
def network(request):
    """A narrow network whose windows differ from face to face, as after a training."""
    keras.utils.set_random_seed(1)
    model = deep_emotion(5, filters=3, **request.param)
    random = np.random.default_rng(1)
    model.set_weights([3 * weight + random.normal(0, 0.1, weight.shape) ** 2 for weight in model.get_weights()])
    return model


@pytest.fixture(scope="module")
def faces():
    return np.random.default_rng(0).uniform(-1, 1, (9, 48, 48, 1)).astype("float32")


def test_the_localizer_has_the_stated_parameters():
    layers = [layer for layer in deep_emotion(7).layers if layer.weights]
    counts = {layer.name: layer.count_params() for layer in layers}
    first, second = (layer for layer in layers if layer.name.startswith("conv") and layer.kernel.shape[0] > 3)
    hidden = next(layer for layer in layers if layer.name.startswith("dense") and layer.units == 32)
    assert [counts[layer.name] for layer in (first, second, hidden)] == [400, 2_010, 20_512] and counts[WINDOW] == 198


def test_shapes_are_those_of_the_thesis():
    model = deep_emotion(7)
    main = [layer.output.shape[1:] for layer in model.layers if "conv" in layer.name and layer.kernel.shape[0] == 3]
    assert main == [(46, 46, 10), (44, 44, 10), (20, 20, 10), (18, 18, 10)]
    assert model.get_layer("seen").output.shape[1:] == (48, 48, 1)
    assert deep_emotion(7, where="features").get_layer("seen").output.shape[1:] == (9, 9, 10)


def test_at_first_the_network_sees_the_whole_face(faces):
    model = deep_emotion(7, filters=3)
    parts = keras.Model(model.input, [model.get_layer(WINDOW).output, model.get_layer("seen").output])
    windows, seen = parts.predict(faces, verbose=0)
    np.testing.assert_array_equal(windows, np.tile([1, 0, 0, 0, 1, 0], (9, 1)))
    assert np.abs(seen - faces).max() < 2e-6


def test_kernels_are_drawn_from_the_gaussian_of_the_thesis_and_differ():
    kernels = [weight.numpy() for weight in deep_emotion(7).weights if "kernel" in weight.path and weight.shape[-1] > 6]
    assert len(kernels) == 9
    assert all(kernel.std() == pytest.approx(0.05, rel=0.2) and abs(kernel.mean()) < 0.02 for kernel in kernels)
    same = [kernel for kernel in kernels if kernel.shape == (3, 3, 10, 10)]
    assert len(same) == 3 and not np.allclose(same[0], same[1])


def test_only_the_two_last_dense_layers_are_regularized():
    model = deep_emotion(7, l2=0.25)
    penalized = [layer for layer in model.layers if getattr(layer, "kernel_regularizer", None)]
    assert [layer.units for layer in penalized] == [50, 7]
    wanted = 0.25 * sum(float(keras.ops.sum(layer.kernel**2)) for layer in penalized)
    assert float(sum(model.losses)) == pytest.approx(wanted, rel=1e-5)


def test_dropout_is_off_at_inference(network, faces):
    np.testing.assert_array_equal(network.predict(faces, verbose=0), network.predict(faces, verbose=0))


def test_a_prediction_does_not_depend_on_the_other_faces_of_the_batch(network, faces):
    together = network.predict(faces, verbose=0)
    assert np.isfinite(together).all() and together.std(axis=0).max() > 1e-3
    alone = np.concatenate([network.predict(faces[i : i + 1], verbose=0) for i in range(len(faces))])
    backwards = network.predict(faces[::-1], batch_size=4, verbose=0)[::-1]
    np.testing.assert_allclose(alone, together, atol=1e-5)
    np.testing.assert_allclose(backwards, together, atol=1e-5)
    np.testing.assert_allclose(together.sum(axis=1), 1, atol=1e-5)


def test_a_saved_network_predicts_the_same(network, faces, tmp_path):
    network.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_allclose(again.predict(faces, verbose=0), network.predict(faces, verbose=0), atol=1e-6)


@pytest.mark.parametrize("where", ["input", "features"])
def test_training_moves_the_window_and_lowers_the_loss(where, faces):
    keras.utils.set_random_seed(0)
    model = deep_emotion(3, filters=3, where=where, normalized=True, dropout=0.0)
    model.compile(keras.optimizers.Adam(0.01), "categorical_crossentropy")
    targets = np.eye(3, dtype="float32")[[0, 1, 2, 0, 1, 2, 0]]
    losses = [float(np.asarray(model.train_on_batch(faces[:7], targets))) for _ in range(8)]
    assert np.isfinite(losses).all() and losses[-1] < losses[0]
    moved = keras.Model(model.input, model.get_layer(WINDOW).output).predict(faces, verbose=0)
    assert np.abs(moved - [1, 0, 0, 0, 1, 0]).max() > 1e-3


def test_a_misspelled_place_names_the_nearest():
    with pytest.raises(ParameterError, match="Did you mean 'features'"):
        deep_emotion(7, where="feature")
