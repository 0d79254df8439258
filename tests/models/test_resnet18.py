import keras
import numpy as np
import pytest

from fer_utils.errors import ParameterError
from fer_utils.models.pixels import StandardizedPixels
from fer_utils.models.resnet18 import resnet18_body

FACES = np.random.default_rng(0).uniform(-1, 1, (5, 48, 48, 1)).astype("float32")


@pytest.fixture(scope="module")
def body():
    keras.utils.set_random_seed(0)
    return resnet18_body((48, 48, 1), width=1 / 16)


def test_pixels_are_those_of_torchvision():
    pixels = np.random.default_rng(0).integers(0, 256, (2, 4, 4, 3)).astype("float32")
    mean, spread = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
    ours = StandardizedPixels(mean, spread)(pixels / 127.5 - 1)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(ours), (pixels / 255 - mean) / spread, atol=1e-5)
    gray = StandardizedPixels((0, 0, 0), (1, 1, 1))(pixels[..., :1] / 127.5 - 1)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(gray), np.repeat(pixels[..., :1], 3, -1) / 255, atol=1e-5)


def test_the_map_shrinks_to_a_thirty_second():
    assert resnet18_body((224, 224, 3), 1 / 64, pooling=None).output_shape == (None, 7, 7, 8)
    assert resnet18_body((48, 48, 1), 1 / 64, pooling=None).output_shape == (None, 2, 2, 8)
    assert resnet18_body((65, 33, 1), 1 / 64, pooling=None).output_shape == (None, 3, 2, 8)
    assert resnet18_body((48, 48, 1), 1 / 64).output_shape == (None, 8)


def test_random_weights_neither_blow_values_up_nor_lose_them(body):
    features = body.predict(FACES, verbose=0)
    assert np.isfinite(features).all() and 1e-3 < features.std() < 100


def test_a_prediction_does_not_depend_on_the_other_faces_of_the_batch(body):
    together = body.predict(FACES, verbose=0)
    assert together.std(axis=0).max() > 1e-4
    alone = np.concatenate([body.predict(FACES[i : i + 1], verbose=0) for i in range(len(FACES))])
    np.testing.assert_allclose(alone, together, rtol=1e-4, atol=1e-5)


def test_a_saved_body_predicts_the_same(body, tmp_path):
    body.save(tmp_path / "body.keras")
    again = keras.saving.load_model(tmp_path / "body.keras", safe_mode=True)
    np.testing.assert_allclose(again.predict(FACES, verbose=0), body.predict(FACES, verbose=0), rtol=1e-5, atol=1e-6)


def test_all_trainable_weights_are_penalized_and_no_others():
    body = resnet18_body((32, 32, 3), 1 / 64, l2=5e-5)
    squares = sum(float(keras.ops.sum(weight**2)) for weight in body.trainable_weights)
    assert float(sum(body.losses)) == pytest.approx(5e-5 * squares, rel=1e-4)
    assert resnet18_body((32, 32, 3), 1 / 64).losses == []


def test_a_step_of_training_on_an_odd_number_of_faces_lowers_the_loss():
    keras.utils.set_random_seed(1)
    body = resnet18_body((48, 48, 1), 1 / 16, l2=5e-5)
    model = keras.Model(body.input, keras.layers.Dense(3, activation="softmax")(body.output))
    model.compile(keras.optimizers.SGD(0.05, momentum=0.9), "categorical_crossentropy")
    targets = np.eye(3, dtype="float32")[[0, 1, 2, 0, 1]]
    losses = [float(np.asarray(model.train_on_batch(FACES, targets))) for _ in range(6)]
    assert np.isfinite(losses).all() and losses[-1] < losses[0]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"input_shape": (24, 48, 1)}, r"input_shape=\(24, 48, 1\): expected"),
        ({"width": 2}, "width=2: expected"),
        ({"pooling": "mean"}, "pooling='mean': expected"),
        ({"pixels": "imagnet"}, "Did you mean 'imagenet'"),
    ],
)
def test_an_impossible_body_is_refused(options, said):
    with pytest.raises(ParameterError, match=said):
        resnet18_body(**options)
