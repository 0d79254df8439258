import keras
import numpy as np
import pytest

from fer_utils.errors import ParameterError
from fer_utils.models.c3d import c3d, sizes_after_pools
from fer_utils.training.fit import fit, predict
from fer_utils.training.schedules import Schedule

SMALL = {"input_shape": (5, 32, 32, 3), "width": 0.0625}


@pytest.fixture(scope="module")
def clips():
    return np.random.default_rng(0).integers(0, 256, (7, 5, 32, 32, 3), np.uint8)


@pytest.fixture(scope="module", params=["zapata", "keep"])
def network(request):
    keras.utils.set_random_seed(3)
    return c3d(6, request.param, **SMALL)


@pytest.mark.parametrize(
    ("temporal", "frames", "sizes"),
    [
        ("original", 16, [(16, 56, 56), (8, 28, 28), (4, 14, 14), (2, 7, 7), (1, 4, 4)]),
        ("zapata", 5, [(5, 56, 56), (2, 28, 28), (1, 14, 14), (1, 7, 7), (1, 5, 5)]),
        ("keep", 5, [(5, 56, 56), (2, 28, 28), (2, 14, 14), (2, 7, 7), (2, 4, 4)]),
    ],
)
def test_pools_leave_what_the_text_of_each_version_says(temporal, frames, sizes):
    assert sizes_after_pools(temporal, (frames, 112, 112)) == sizes
    network = c3d(6, temporal, (frames, 112, 112, 3), width=1 / 64)
    assert [network.get_layer(f"pool{number}").output.shape[1:4] for number in range(1, 6)] == sizes


def test_pools_as_coded_drop_what_a_maximum_would_find():
    answers = {}
    for temporal in ("zapata", "keep"):
        pool = c3d(2, temporal, **SMALL).get_layer("pool3")
        maps = np.zeros((1, 2, 4, 4, 1), "float32")
        maps[0, :, 1::2, 1::2] = 9  # at odd places alone
        answers[temporal] = keras.ops.convert_to_numpy(pool(maps)).max()
    assert answers == {"zapata": 0, "keep": 9}


def test_five_frames_are_too_few_for_the_original_and_the_message_says_what_to_do():
    with pytest.raises(ParameterError, match=r"5 frames, 112 x 112.*pool4 takes 2 frames, and 1 is left.*16 frames or"):
        c3d(6, "original")
    with pytest.raises(ParameterError, match=r"'zapata'.*pool2 takes 2 frames, and 1 is left before it. Use longer"):
        c3d(6, "zapata", (1, 112, 112, 3))
    with pytest.raises(ParameterError, match=r"'keep'.*pixels each way.*Use larger pictures"):
        c3d(6, "keep", (5, 8, 8, 3))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"temporal": "zapatta"}, "temporal='zapatta'.*Did you mean 'zapata'"),
        ({"precision": "float16"}, "precision='float16'; known are float32, mixed_float16, mixed_bfloat16"),
        ({"width": 0}, "width=0: expected a share"),
    ],
)
def test_a_misspelt_or_impossible_option_is_refused(options, words):
    with pytest.raises(ParameterError, match=words):
        c3d(**options)


def test_a_prediction_does_not_depend_on_the_other_clips_of_the_batch(network, clips):
    answers = predict(network, clips)
    np.testing.assert_allclose(answers.sum(axis=1), 1, atol=1e-5)
    assert answers.std(axis=0).max() > 1e-4  # the clips do get different answers
    np.testing.assert_allclose(predict(network, clips[::-1])[::-1], answers, atol=1e-5)
    alone = np.concatenate([predict(network, clip[None]) for clip in clips])
    np.testing.assert_allclose(alone, answers, atol=1e-5)


def test_a_saved_network_predicts_the_same(network, clips, tmp_path):
    network.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    np.testing.assert_allclose(predict(again, clips), predict(network, clips), atol=1e-6)


def test_it_learns_to_tell_moving_from_still(tmp_path):
    keras.utils.set_random_seed(0)
    random = np.random.default_rng(1)
    clips, y = np.zeros((36, 5, 32, 32, 3), np.uint8), np.arange(36) % 2
    for clip, moving in zip(clips, y, strict=True):
        row, column = random.integers(4, 14, 2)
        for frame in range(5):
            place = column + 2 * frame * moving
            clip[frame, row : row + 8, place : place + 8] = 255
    network = c3d(2, "keep", dropout=0.0, **SMALL)
    learned = fit(network, (clips[:27], y[:27]), (clips[27:], y[27:]), tmp_path, Schedule("constant", 0.003), 12, 9)
    assert learned["accuracy"].max() > 0.8  # an odd number of clips a batch, too


def test_sixteen_bits_compute_weights_and_answers_keep_thirty_two():
    network = c3d(6, precision="mixed_float16", **SMALL)
    convolution = network.get_layer("conv1")
    assert (convolution.compute_dtype, convolution.variable_dtype) == ("float16", "float32")
    assert network.output.dtype == "float32"
    network.compile("adam", "categorical_crossentropy")
    assert isinstance(network.optimizer, keras.optimizers.LossScaleOptimizer)
