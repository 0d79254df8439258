import keras
import numpy as np
import pytest

from fer_utils.errors import ParameterError
from fer_utils.models.resnet18 import resnet18_body
from fer_utils.models.resnet18_weights import load_resnet18_weights

SMALL = {"input_shape": (32, 32, 3), "width": 1 / 64}


def names_and_shapes(width=1.0):
    """What `state_dict()` of torchvision's resnet18 holds, written down from its layers and not from ours."""
    channels = [max(1, round(width * count)) for count in (64, 64, 128, 256, 512)]

    def convolution(name, norm, out, into, side):
        yield f"{name}.weight", (out, into, side, side)
        for part in ("weight", "bias", "running_mean", "running_var"):
            yield f"{norm}.{part}", (out,)
        yield f"{norm}.num_batches_tracked", ()

    yield from convolution("conv1", "bn1", channels[0], 3, 7)
    for stage in (1, 2, 3, 4):
        out = channels[stage]
        for block, into in ((0, channels[stage - 1]), (1, out)):
            here = f"layer{stage}.{block}"
            yield from convolution(f"{here}.conv1", f"{here}.bn1", out, into, 3)
            yield from convolution(f"{here}.conv2", f"{here}.bn2", out, out, 3)
            if stage > 1 and block == 0:
                yield from convolution(f"{here}.downsample.0", f"{here}.downsample.1", out, into, 1)
    yield "fc.weight", (1000, channels[4])
    yield "fc.bias", (1000,)


def random_state(width=1.0, seed=3):
    random, state = np.random.default_rng(seed), {}
    for name, shape in names_and_shapes(width):
        if name.endswith("num_batches_tracked"):
            state[name] = np.array(100, np.int64)
        elif name.endswith("running_var"):
            state[name] = random.uniform(0.5, 2, shape).astype("f4")
        elif len(shape) > 1:
            state[name] = random.normal(0, (2 / np.prod(shape[1:])) ** 0.5, shape).astype("f4")
        else:
            state[name] = (random.normal(0, 0.2, shape) + name.endswith("weight")).astype("f4")
    return state


def numpy_features(state, images):
    """ResNet-18 in NumPy, channels first, as torchvision's `forward` computes it in inference, without fc."""

    def convolve(x, kernel, stride):
        side = kernel.shape[-1]
        x = np.pad(x, ((0, 0), (0, 0), (side // 2,) * 2, (side // 2,) * 2))
        parts = np.lib.stride_tricks.sliding_window_view(x, (side, side), axis=(2, 3))[:, :, ::stride, ::stride]
        return np.einsum("nchwij,ocij->nohw", parts, kernel, optimize=True)

    def normalize(x, name):
        weight, bias, mean, variance = (
            state[f"{name}.{part}"][:, None, None] for part in ("weight", "bias", "running_mean", "running_var")
        )
        return (x - mean) / np.sqrt(variance + 1e-5) * weight + bias

    x = np.maximum(normalize(convolve(images, state["conv1.weight"], 2), "bn1"), 0)
    x = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)), constant_values=-np.inf)
    x = np.lib.stride_tricks.sliding_window_view(x, (3, 3), axis=(2, 3))[:, :, ::2, ::2].max(axis=(-2, -1))
    for here in (f"layer{stage}.{block}" for stage in (1, 2, 3, 4) for block in (0, 1)):
        stride = 2 if f"{here}.downsample.0.weight" in state else 1
        shortcut = x
        if stride == 2:
            shortcut = normalize(convolve(x, state[f"{here}.downsample.0.weight"], 2), f"{here}.downsample.1")
        x = np.maximum(normalize(convolve(x, state[f"{here}.conv1.weight"], stride), f"{here}.bn1"), 0)
        x = normalize(convolve(x, state[f"{here}.conv2.weight"], 1), f"{here}.bn2")
        x = np.maximum(x + shortcut, 0)
    return x.mean(axis=(2, 3))


@pytest.mark.parametrize("size", [64, 75], ids=["even", "odd"])
def test_a_converted_network_computes_what_torchvision_would(tmp_path, size):
    state = random_state()
    np.savez(tmp_path / "resnet18.npz", **state)
    body = load_resnet18_weights(resnet18_body((size, size, 3), pixels="imagenet"), tmp_path / "resnet18.npz")
    pixels = np.random.default_rng(1).uniform(0, 1, (2, size, size, 3)).astype("f4")
    standard = (pixels - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    expected = numpy_features(state, standard.transpose(0, 3, 1, 2).astype("f4"))
    found = body.predict(2 * pixels - 1, verbose=0)
    assert expected.std() > 0.1
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


def test_a_converted_network_computes_what_pytorch_computes(tmp_path):
    torch = pytest.importorskip("torch")
    torchvision = pytest.importorskip("torchvision")
    torch.manual_seed(0)
    theirs = torchvision.models.resnet18(weights=None).eval()
    np.savez(tmp_path / "resnet18.npz", **{name: value.numpy() for name, value in theirs.state_dict().items()})
    body = load_resnet18_weights(resnet18_body((64, 64, 3)), tmp_path / "resnet18.npz")
    theirs.fc = torch.nn.Identity()
    pixels = np.random.default_rng(1).uniform(0, 1, (2, 64, 64, 3)).astype("f4")
    with torch.no_grad():
        expected = theirs(torch.from_numpy(pixels.transpose(0, 3, 1, 2).copy())).numpy()
    np.testing.assert_allclose(body.predict(2 * pixels - 1, verbose=0), expected, rtol=1e-4, atol=1e-4)


def test_names_of_several_gpus_and_layers_on_top_do_not_matter(tmp_path):
    state = random_state(1 / 64)
    plain, parallel = resnet18_body(**SMALL), resnet18_body(**SMALL)
    np.savez(tmp_path / "plain.npz", **state)
    more = {"alpha.0.weight": np.zeros((1, 8), "f4"), "beta.0.weight": np.zeros((1, 16), "f4")}
    more |= {"pred_fc1.weight": np.zeros((7, 8), "f4")}
    np.savez(tmp_path / "parallel.npz", **{f"module.{name}": values for name, values in (state | more).items()})
    load_resnet18_weights(plain, tmp_path / "plain.npz")
    load_resnet18_weights(parallel, tmp_path / "parallel.npz")
    for ours, theirs in zip(plain.get_weights(), parallel.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    kernel = keras.ops.convert_to_numpy(plain.get_layer("layer2_0_downsample_0").kernel)
    np.testing.assert_array_equal(kernel[0, 0], state["layer2.0.downsample.0.weight"][:, :, 0, 0].T)


def refused(tmp_path, state, *words):
    body, path = resnet18_body(**SMALL), tmp_path / "weights.npz"
    before = body.get_weights()
    np.savez(path, **state)
    with pytest.raises(ParameterError) as error:
        load_resnet18_weights(body, path)
    for word in ("weights.npz", *words):
        assert word in str(error.value)
    assert all(np.array_equal(old, new) for old, new in zip(before, body.get_weights(), strict=True))


def test_a_missing_weight_is_named_and_nothing_is_loaded(tmp_path):
    state = random_state(1 / 64)
    del state["layer3.1.bn2.running_mean"]
    refused(tmp_path, state, "1 of 100 weights are missing (layer3.1.bn2.running_mean)")


def test_the_file_of_another_network_is_told_by_its_names(tmp_path):
    state = random_state(1 / 64)
    refused(tmp_path, state | {"layer1.0.conv3.weight": np.zeros(3)}, "1 are unknown", "ResNet-50")
    refused(tmp_path, state | {"layer1.2.conv1.weight": np.zeros(3)}, "ResNet-34")
    other = {"resnet.embedder.embedder.convolution.weight": np.zeros(3, "f4")}
    refused(tmp_path, other, "100 of 100 weights are missing", "transformers")


def test_published_weights_do_not_fit_a_narrow_network_and_the_message_says_so(tmp_path):
    refused(tmp_path, random_state(1 / 32), "conv1.weight has (2, 3, 7, 7), expected (1, 3, 7, 7)", "width 1")


def test_numbers_that_are_none_are_refused(tmp_path):
    state = random_state(1 / 64)
    state["layer1.0.bn1.bias"][0] = np.nan
    refused(tmp_path, state, "not finite in layer1.0.bn1.bias")
