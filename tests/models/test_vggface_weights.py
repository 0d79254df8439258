import h5py
import numpy as np
import pytest

from fer_utils.errors import ParameterError
from fer_utils.models.vggface import vggface_body, vggface_identities
from fer_utils.models.vggface_weights import load_vggface_weights

SMALL = {"width": 0.03125, "input_shape": (32, 32, 3)}  # the file is then small, too


def write(path, network, root="", seed=5, change=None):
    """Writes random weights as Keras 2 did: names of layers as bytes, and of their weights, which keep their order."""
    draw = np.random.default_rng(seed).normal
    weights = {layer.name: [draw(size=w.shape).astype("f4") for w in layer.weights] for layer in network.layers}
    if change:
        change(weights)
    with h5py.File(path, "w") as file:
        group = file.create_group(root) if root else file
        group.attrs["layer_names"] = [name.encode() for name in weights]
        for name, arrays in weights.items():
            layer = group.create_group(name)
            names = [f"{name}_W_1:0", f"{name}_b_1:0"][: len(arrays)]
            layer.attrs["weight_names"] = [text.encode() for text in names]
            for text, array in zip(names, arrays, strict=True):
                layer[text] = array
    return weights


@pytest.fixture
def body():
    return vggface_body(**SMALL)


@pytest.mark.parametrize("root", ["", "model_weights"], ids=["weights", "whole model"])
def test_every_layer_gets_the_weights_that_bear_its_name(tmp_path, body, root):
    written = write(tmp_path / "weights.h5", body, root)
    load_vggface_weights(body, tmp_path / "weights.h5")
    for layer in body.layers:
        for ours, theirs in zip(layer.get_weights(), written[layer.name], strict=True):
            assert np.array_equal(ours, theirs)


def test_a_body_does_without_the_fully_connected_layers_and_the_whole_network_gets_them(tmp_path, body):
    whole = vggface_identities(5, **SMALL)
    written = write(tmp_path / "whole.h5", whole)
    load_vggface_weights(body, tmp_path / "whole.h5")
    assert np.array_equal(body.get_layer("conv5_3").get_weights()[0], written["conv5_3"][0])
    load_vggface_weights(whole, tmp_path / "whole.h5")
    assert np.array_equal(whole.get_layer("fc8").get_weights()[0], written["fc8"][0])


def refused(network, path, *words):
    before = network.get_weights()
    with pytest.raises(ParameterError) as error:
        load_vggface_weights(network, path)
    for word in (path.name, *words):
        assert word in str(error.value)
    assert all(np.array_equal(old, new) for old, new in zip(before, network.get_weights(), strict=True))


def test_a_missing_layer_is_named_and_nothing_is_loaded(tmp_path, body):
    path = tmp_path / "part.h5"
    write(path, body, change=lambda weights: weights.pop("conv3_2"))
    refused(body, path, "1 of 13 layers are missing (conv3_2)")


def test_an_unknown_layer_is_named(tmp_path, body):
    path = tmp_path / "more.h5"
    write(path, body, change=lambda weights: weights.update(conv6_1=weights["conv5_3"]))
    refused(body, path, "1 are unknown (conv6_1)")


def test_the_file_of_another_network_is_told_by_its_layers(tmp_path, body):
    def rename(weights, names):
        for old, new in zip(list(weights), names, strict=False):
            weights[new] = weights.pop(old) or [np.zeros(3, "f4")]

    path = tmp_path / "imagenet.h5"
    write(path, body, change=lambda weights: rename(weights, ["input_1", "pixel", "block1_conv1"]))
    refused(body, path, "conv1_1", "ImageNet")
    path = tmp_path / "resnet50.h5"
    write(path, body, change=lambda weights: rename(weights, ["input_1", "pixel", "conv1/7x7_s2"]))
    refused(body, path, "ResNet-50 of VGGFace2", "no name fits")


def test_weights_of_another_shape_are_named_with_both_shapes(tmp_path, body):
    def transpose(weights):  # as Theano stored them
        weights["conv4_2"][0] = weights["conv4_2"][0].transpose(3, 2, 0, 1)

    path = tmp_path / "theano.h5"
    write(path, body, change=transpose)
    refused(body, path, "conv4_2 has (16, 16, 3, 3), (16,), expected (3, 3, 16, 16), (16,)")


def test_published_weights_do_not_fit_a_narrow_network_and_the_message_says_so(tmp_path, body):
    path = tmp_path / "wide.h5"
    write(path, vggface_body(0.0625, (32, 32, 3)))
    refused(body, path, "conv1_1 has (3, 3, 3, 4)", "and 10 more", "width 1")


def test_numbers_that_are_none_are_refused(tmp_path, body):
    path = tmp_path / "nan.h5"

    def break_one(weights):
        weights["conv2_2"][1][0] = np.nan

    write(path, body, change=break_one)
    refused(body, path, "no finite numbers in conv2_2")


def test_what_is_no_file_of_weights_is_refused_in_words(tmp_path, body):
    refused(body, tmp_path / "nowhere.h5", "no such file", "non-commercial research")
    path = tmp_path / "text.h5"
    path.write_text("<html>moved</html>")
    refused(body, path, "cannot be read as HDF5")
    path = tmp_path / "other.h5"
    with h5py.File(path, "w") as file:
        file["layers/conv2d/vars/0"] = np.zeros(3)
    refused(body, path, "layer_names", "layers")
    path = tmp_path / "strings.h5"
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [b"conv1_1"]
        file.create_group("conv1_1").attrs["weight_names"] = [b"kernel"]
        file["conv1_1/kernel"] = b"cos\nsystem\n(S'true'\ntR."
    refused(body, path, "no numbers")


def test_a_program_in_the_file_is_never_run(tmp_path, body):
    path = tmp_path / "pickled.h5"
    write(path, body)
    with h5py.File(path, "a") as file:
        file.attrs["model_config"] = b'{"class_name": "Lambda", "config": {"function": "boom"}}'
        file.attrs["training_config"] = np.void(b"cposix\nsystem\n(S'exit 1'\ntR.")
    load_vggface_weights(body, path)
