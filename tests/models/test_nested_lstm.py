import keras
import numpy as np
import pytest

from fer_utils.errors import ParameterError
from fer_utils.models.nested_lstm import NARROW, SYSTEMS, WITHOUT, stc_nlstm, steps
from fer_utils.models.spatial_bins import SpatialBins, parts

BLOCKS = ((3,), (4, 5))
SMALL = {"input_shape": (5, 12, 12, 3), "blocks": BLOCKS, "units": 4}
VARIANTS = [
    {},
    {"bins": (2, 4), "reduce": 6, "normalized": True},
    {"views": ("face", "frontal")},
    {"views": ("frontal", "geometry")},
    {"views": ("frontal", "geometry"), "without": "nesting"},
    *({"without": part} for part in WITHOUT[1:]),
]
NAMES = ["whole", "pyramid", "two pictures", "landmarks", "plain, landmarks", *WITHOUT[1:]]
PADDED = {
    name: options for name, options in zip(NAMES, VARIANTS, strict=True) if name not in ("whole", "layers", "conv")
}


def clips_of(network, count, frames=5, seed=0):
    """Random clips as a network takes them, and a mask that shows every frame."""
    random = np.random.default_rng(seed)
    shapes = {tensor.name: (count, frames, *tensor.shape[2:]) for tensor in network.inputs}
    clips = [random.uniform(-1, 1, shape).astype("float32") for name, shape in shapes.items() if name != "mask"]
    return clips + [np.ones((count, frames), "float32")] * ("mask" in shapes)


def answers_of(network, clips):
    """Probabilities, computed at once: nothing is compiled for every number of clips."""
    return keras.ops.convert_to_numpy(network(clips if len(clips) > 1 else clips[0], training=False))


def spread(network):
    """Gives biases and states a size at which everything that could leak does."""
    random = np.random.default_rng(1)
    weights = network.get_weights()
    network.set_weights([w + random.normal(0, 0.2, w.shape).astype(w.dtype) for w in weights])
    return network


@pytest.fixture(scope="module", params=VARIANTS, ids=NAMES)
def network(request):
    keras.utils.set_random_seed(0)
    return spread(stc_nlstm(4, **SMALL, **request.param))


def test_a_prediction_does_not_depend_on_the_other_clips_of_the_batch(network):
    clips = clips_of(network, 9)
    together = answers_of(network, clips)
    assert together.std(axis=0).max() > 1e-3
    np.testing.assert_allclose(together.sum(axis=1), 1, atol=1e-5)
    alone = np.concatenate([answers_of(network, [part[i : i + 1] for part in clips]) for i in range(9)])
    backwards = answers_of(network, [part[::-1] for part in clips])[::-1]
    np.testing.assert_allclose(alone, together, atol=1e-5)
    np.testing.assert_allclose(backwards, together, atol=1e-5)


def test_a_saved_network_predicts_the_same(network, tmp_path):
    network.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras", safe_mode=True)
    clips = clips_of(network, 3)
    np.testing.assert_allclose(answers_of(again, clips), answers_of(network, clips), atol=1e-6)


@pytest.mark.parametrize("options", VARIANTS[1:4:2], ids=NAMES[1:4:2])
def test_training_moves_every_weight_and_lowers_the_loss(options):
    keras.utils.set_random_seed(0)
    network = stc_nlstm(4, **SMALL, **options)
    network.compile(keras.optimizers.Adam(0.01), "categorical_crossentropy")
    clips, targets = clips_of(network, 7), np.eye(4, dtype="float32")[[0, 1, 2, 3, 0, 1, 2]]
    before = network.get_weights()
    clips = clips if len(clips) > 1 else clips[0]
    losses = [float(np.asarray(network.train_on_batch(clips, targets))) for _ in range(6)]
    assert np.isfinite(losses).all() and losses[-1] < losses[0]
    assert all(not np.array_equal(old, new) for old, new in zip(before, network.get_weights(), strict=True))


@pytest.mark.parametrize("options", PADDED.values(), ids=PADDED)
def test_padding_a_clip_changes_no_prediction(options):
    keras.utils.set_random_seed(0)
    small = SMALL | {"input_shape": (None, 12, 12, 3)}
    network = spread(stc_nlstm(4, **small, **options, masked=True))
    clips = clips_of(network, 3)
    answers = answers_of(network, clips)
    for value in (-1, 0.5):  # black, and anything else
        *padded, mask = (np.pad(part, [(0, 0), (0, 4)] + [(0, 0)] * (part.ndim - 2)) for part in clips)
        for part in padded:
            part[:, 5:] = value
        np.testing.assert_allclose(answers_of(network, [*padded, mask]), answers, atol=1e-5)
        seen = answers_of(network, [*padded, np.ones_like(mask)])
        assert np.abs(seen - answers).max() > 1e-4  # the mask matters
    unmasked = stc_nlstm(4, **SMALL, **options)
    unmasked.set_weights(network.get_weights())
    alone = answers_of(unmasked, clips[:-1])
    np.testing.assert_allclose(alone, answers, atol=1e-5)


def test_time_is_never_pooled_and_each_frame_becomes_a_vector():
    network = stc_nlstm(6, (5, 64, 64, 3), NARROW, 64)
    sides = [network.get_layer(f"face_conv{number}").output.shape[1:4] for number in (1, 2, 3, 4)]
    assert sides == [(5, 64, 64), (5, 32, 32), (5, 16, 16), (5, 8, 8)]
    vectors = [network.get_layer(f"face_conv{number}_bins").output.shape[1:] for number in (1, 2, 3, 4)]
    assert vectors == [(5, 64), (5, 128), (5, 256), (5, 256)]


def test_the_conv_lstm_runs_over_the_layers():
    network = stc_nlstm(6, (5, 32, 32, 3), views=("frontal", "geometry"), blocks=BLOCKS, units=8)
    named = steps(BLOCKS, ("frontal", "geometry"))
    assert named == [["conv1", "conv2a", "conv2b", "geometry"]]
    lstm = network.get_layer("head").get_layer("conv_lstm_of_frontal_states")
    assert type(lstm) is keras.layers.LSTM and network.get_layer("frontal_states").output.shape[1:] == (4, 8)
    two = stc_nlstm(6, (5, 32, 32, 3), views=("face", "frontal"), blocks=BLOCKS, units=8, without="layers")
    assert steps(BLOCKS, ("face", "frontal"), "layers") == [["conv2b"], ["conv2b"]]
    assert [tensor.shape[1:] for tensor in two.get_layer("head").inputs] == [(1, 8), (1, 8)]


@pytest.mark.parametrize("sides", [(7, 5), (8, 12), (8, 6)])
def test_bins_hold_the_largest_values_of_their_parts(sides):
    maps = np.random.default_rng(0).normal(size=(2, 3, *sides, 2)).astype("float32")
    found = keras.ops.convert_to_numpy(SpatialBins((2, 4))(maps))
    assert found.shape == (2, 3, (4 + 16) * 2)
    wanted = [
        maps[:, :, top:end, left:right].max(axis=(2, 3))
        for n in (2, 4)
        for top, end in parts(sides[0], n)
        for left, right in parts(sides[1], n)
    ]
    np.testing.assert_array_equal(found, np.concatenate(wanted, axis=-1))


@pytest.mark.parametrize(("size", "n"), [(112, 8), (7, 2), (7, 4), (7, 8), (4, 8), (1, 2)])
def test_bins_cover_the_map_and_none_is_empty(size, n):
    covered = {pixel for first, end in parts(size, n) for pixel in range(first, end)}
    assert covered == set(range(size)) and all(first < end for first, end in parts(size, n))
    assert parts(7, 2) == [(0, 4), (3, 7)]


@pytest.mark.parametrize("precision", ["mixed_float16", "mixed_bfloat16"])
def test_half_precision_computes_nearly_the_same_with_weights_of_full_precision(precision):
    keras.utils.set_random_seed(0)
    whole, half = stc_nlstm(4, **SMALL), stc_nlstm(4, **SMALL, precision=precision)
    half.set_weights(whole.get_weights())
    assert all(weight.dtype == "float32" for weight in half.weights)
    computing = {layer.compute_dtype for layer in half.layers if "conv" in layer.name or "lstm" in layer.name}
    assert computing == {precision.removeprefix("mixed_")}
    half.compile("adam", "categorical_crossentropy")
    scaled = isinstance(half.optimizer, keras.optimizers.LossScaleOptimizer)
    assert scaled == (precision == "mixed_float16")
    if scaled and keras.backend.backend() == "tensorflow":
        return  # it pools such numbers on a GPU alone
    clips = clips_of(whole, 4)
    answers = answers_of(half, clips)
    assert answers.dtype == np.float32
    np.testing.assert_allclose(answers, answers_of(whole, clips), atol=0.02)


def test_what_is_left_out_is_left_out():
    left = dict(SYSTEMS.values())
    assert set(left.values()) == set(WITHOUT)
    names = {without: {layer.name for layer in stc_nlstm(4, **SMALL, without=without).layers} for without in WITHOUT}
    temporal = {without: sum("temp_lstm" in name for name in found) for without, found in names.items()}
    assert temporal == {"": 3, "layers": 1, "temp": 0, "conv": 3, "nesting": 0}
    heads = {without: stc_nlstm(4, **SMALL, without=without).get_layer("head").layers for without in WITHOUT}
    over_layers = {without: sum(isinstance(layer, keras.layers.LSTM) for layer in heads[without]) for without in heads}
    assert over_layers == {"": 1, "layers": 1, "temp": 1, "conv": 0, "nesting": 0}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"without": "tmep"}, "Did you mean 'temp'"),
        ({"precision": "float16"}, "mixed_float16"),
        ({"views": ("frontl",)}, "Did you mean 'frontal'"),
        ({"views": ("geometry",)}, "expected 'face', 'frontal' or both"),
        ({"views": ("face", "face")}, "each once"),
        ({"input_shape": (5, 6, 6, 3), "blocks": NARROW}, "at least 8 pixels each way"),
        ({"input_shape": (12, 12, 3)}, "expected \\(frames, height, width, channels\\)"),
        ({"bins": 0}, "whole numbers of at least 1"),
        ({"bins": (2, 0.5)}, "whole numbers of at least 1"),
    ],
)
def test_what_cannot_be_built_is_refused(options, message):
    with pytest.raises(ParameterError, match=message):
        stc_nlstm(4, **(SMALL | options))
