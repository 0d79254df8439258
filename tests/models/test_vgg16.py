import keras
import numpy as np
import pytest

from fer_utils.errors import ParameterError
from fer_utils.models.pixels import MeanSubtractedPixels
from fer_utils.models.vgg16 import vgg16_body

FACES = np.random.default_rng(0).uniform(-1, 1, (5, 48, 48, 1)).astype("float32")


@pytest.fixture(scope="module")
def body():
    keras.utils.set_random_seed(0)
    return vgg16_body(width=1 / 16)


def test_pixels_are_those_of_keras_applications():
    faces = np.random.default_rng(0).integers(0, 256, (2, 4, 4, 3)).astype("float32")
    ours = MeanSubtractedPixels()(faces / 127.5 - 1)
    theirs = keras.applications.vgg16.preprocess_input(faces.copy())
    np.testing.assert_allclose(keras.ops.convert_to_numpy(ours), theirs, atol=1e-4)
    gray = MeanSubtractedPixels(mean=(0, 0, 0))(faces[..., :1] / 127.5 - 1)
    np.testing.assert_allclose(keras.ops.convert_to_numpy(gray), np.repeat(faces[..., :1], 3, axis=-1), atol=1e-4)


def test_layers_have_the_names_of_vgg_face():
    names = [layer.name for layer in vgg16_body((224, 224, 3), width=1 / 64).layers[2:]]
    assert names[:3] == ["conv1_1", "conv1_2", "pool1"]
    assert names[-4:] == ["conv5_1", "conv5_2", "conv5_3", "pool5"]
    assert len(names) == 18


def test_the_map_shrinks_to_a_thirty_second():
    assert vgg16_body(width=1 / 64).output_shape == (None, 1, 1, 8)
    assert vgg16_body((224, 224, 3), width=1 / 64).output_shape == (None, 7, 7, 8)
    assert vgg16_body((64, 96, 3), width=1 / 64, pooling="max").output_shape == (None, 8)


def test_poolings_are_the_average_and_the_maximum_of_the_map():
    maps = {}
    for pooling in (None, "avg", "max"):
        keras.utils.set_random_seed(0)
        maps[pooling] = vgg16_body((96, 96, 1), width=1 / 16, pooling=pooling).predict(
            np.repeat(np.repeat(FACES, 2, axis=1), 2, axis=2), verbose=0
        )
    np.testing.assert_allclose(maps["avg"], maps[None].mean(axis=(1, 2)), rtol=1e-4)
    np.testing.assert_allclose(maps["max"], maps[None].max(axis=(1, 2)), rtol=1e-4)


def test_a_prediction_does_not_depend_on_the_other_faces_of_the_batch(body):
    together = body.predict(FACES, verbose=0)
    assert together.std(axis=0).max() > 1e-3
    alone = np.concatenate([body.predict(FACES[i : i + 1], verbose=0) for i in range(len(FACES))])
    np.testing.assert_allclose(alone, together, rtol=1e-4, atol=1e-3)


def test_a_saved_body_predicts_the_same(body, tmp_path):
    body.save(tmp_path / "body.keras")
    again = keras.saving.load_model(tmp_path / "body.keras", safe_mode=True)
    np.testing.assert_allclose(again.predict(FACES, verbose=0), body.predict(FACES, verbose=0), rtol=1e-5, atol=1e-4)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"input_shape": (24, 48, 1)}, r"input_shape=\(24, 48, 1\): expected"),
        ({"width": 2}, "width=2: expected"),
        ({"pooling": "mean"}, "pooling='mean': expected"),
    ],
)
def test_an_impossible_body_is_refused(options, said):
    with pytest.raises(ParameterError, match=said):
        vgg16_body(**options)
