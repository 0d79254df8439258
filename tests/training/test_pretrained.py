import h5py
import keras
import numpy as np
import pytest

from fer_utils.errors import ParameterError
from fer_utils.models.transfer import build_body
from fer_utils.training import pretrained
from fer_utils.training.identity import DrawnTraining
from fer_utils.training.pretrained import load_pretrained


@pytest.fixture
def narrow():
    keras.utils.set_random_seed(3)
    return build_body("vgg16", 1 / 32)


def same_weights(one, other):
    return all(np.array_equal(a, b) for a, b in zip(one.get_weights(), other.get_weights(), strict=True))


def test_stored_weights_are_read(narrow, tmp_path):
    narrow.save_weights(tmp_path / "mine.weights.h5")
    other = build_body("vgg16", 1 / 32)
    assert not same_weights(narrow, other)
    assert load_pretrained(other, str(tmp_path / "mine.weights.h5")) == "Weights of mine.weights.h5."
    assert same_weights(narrow, other)


def test_files_in_the_layout_of_the_imagenet_files_are_read(narrow, tmp_path):
    """A group a layer, with other names than ours, and groups without weights between them."""
    convolutions = [layer for layer in narrow.layers if layer.weights]
    names = [f"block_conv{number}" for number in range(len(convolutions))]
    with h5py.File(tmp_path / "notop.h5", "w") as file:
        file.attrs["layer_names"] = [b"input_1", *(name.encode() for name in names), b"block5_pool"]
        for name in ("input_1", "block5_pool"):
            file.create_group(name).attrs["weight_names"] = []
        for name, layer in zip(names, convolutions, strict=True):
            group = file.create_group(name)
            stored = [f"{name}_W_1:0", f"{name}_b_1:0"]
            group.attrs["weight_names"] = [weight_name.encode() for weight_name in stored]
            for weight_name, weight in zip(stored, layer.get_weights(), strict=True):
                group[weight_name] = weight
    other = build_body("vgg16", 1 / 32)
    load_pretrained(other, str(tmp_path / "notop.h5"))
    assert same_weights(narrow, other)


def test_weights_of_another_width_are_refused(narrow, tmp_path):
    narrow.save_weights(tmp_path / "mine.weights.h5")
    with pytest.raises(ParameterError, match="these are no weights of vgg16 with 57,828 parameters"):
        load_pretrained(build_body("vgg16", 1 / 16), str(tmp_path / "mine.weights.h5"))


def test_a_misspelled_source_names_the_nearest(narrow):
    with pytest.raises(ParameterError, match=r"weights='image-net': no such file.*Did you mean 'imagenet'"):
        load_pretrained(narrow, "image-net")


def test_imagenet_is_for_the_full_width(narrow):
    with pytest.raises(ParameterError, match="full width, 14,714,688 parameters; this vgg16 has"):
        load_pretrained(narrow, "imagenet")


def test_without_a_connection_the_message_says_what_to_fetch(monkeypatch):
    def fail(**options):
        raise Exception("URL fetch failure on https://storage.googleapis.com/...: Name or service not known")

    body = build_body("vgg16")
    monkeypatch.setattr(keras.applications, "VGG16", fail)
    with pytest.raises(ParameterError, match=r"vgg16_weights_tf_dim_ordering_tf_kernels_notop.h5.*set weights to its"):
        load_pretrained(body, "imagenet")


def test_what_keras_fetches_is_copied(monkeypatch):
    build = keras.applications.VGG16
    fetched = []

    def fetch(weights, **options):
        assert weights == "imagenet"
        fetched.append(build(weights=None, **options))
        return fetched[0]

    body = build_body("vgg16")
    monkeypatch.setattr(keras.applications, "VGG16", fetch)
    assert load_pretrained(body, "imagenet") == "ImageNet weights of keras.applications.VGG16."
    assert fetched[0].input_shape == (None, 48, 48, 3)
    assert same_weights(body, fetched[0])


def test_drawn_people_and_nothing_need_no_file(narrow, monkeypatch):
    before = narrow.get_weights()
    assert "Random weights" in load_pretrained(narrow, "none")
    assert all(np.array_equal(a, b) for a, b in zip(before, narrow.get_weights(), strict=True))
    for task in ("identity", "emotion"):
        found = DrawnTraining(task, people=10, classes=10, trained=90, tested=20, correct=15, seconds=1.0)
        monkeypatch.setattr(pretrained, f"train_on_{task}", lambda body, found=found: found)
        assert load_pretrained(narrow, f"synthetic-{task}") == str(found)
