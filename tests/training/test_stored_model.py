import io
import json
import zipfile

import keras
import numpy as np
import pytest
import skops.io
from keras import layers

from fer_utils.errors import RunError
from fer_utils.models.matlab_svm import Backend
from fer_utils.models.mini_xception import mini_xception
from fer_utils.models.pixel_classifiers import approximate_svm, pixel_classifier
from fer_utils.training.fit import predict
from fer_utils.training.stored_model import load_model


@pytest.fixture(scope="module")
def network():
    return mini_xception(3, filters=(4, 4))


@pytest.fixture(scope="module")
def stored(network, tmp_path_factory):
    path = tmp_path_factory.mktemp("run") / "model.keras"
    network.save(path)
    return path


def test_a_network_that_was_stored_predicts_the_same(network, stored):
    faces = np.random.default_rng(0).integers(0, 256, (5, 48, 48, 1), dtype=np.uint8)
    np.testing.assert_array_equal(predict(load_model(stored), faces), predict(network, faces))


@pytest.mark.parametrize("model", ["svm_px_cubic", "bagged_trees_px", "knn_px"])
def test_a_classifier_that_was_stored_predicts_the_same(tmp_path, model):
    from sklearn.svm import SVC

    faces = np.random.default_rng(0).normal(size=(60, 16))
    classifier = pixel_classifier(model, 16, backend=Backend("scikit-learn", SVC)).fit(faces, np.arange(60) % 3)
    skops.io.dump(classifier, tmp_path / "model.skops")
    np.testing.assert_array_equal(load_model(tmp_path / "model.skops").predict(faces), classifier.predict(faces))


def test_an_approximated_machine_that_was_stored_predicts_the_same(tmp_path):
    faces = np.random.default_rng(0).normal(size=(60, 16))
    classifier = approximate_svm(16, 60).fit(faces, np.arange(60) % 3)
    skops.io.dump(classifier, tmp_path / "model.skops")
    np.testing.assert_array_equal(load_model(tmp_path / "model.skops").predict(faces), classifier.predict(faces))


def members(content, **changes):
    """The same archive with other members; None takes one out."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files |= {name.replace("__", "."): change for name, change in changes.items()}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in files.items():
            if data is not None:
                archive.writestr(name, data)
    return buffer.getvalue()


def configured(content, old, new):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        config = archive.read("config.json")
    assert old in config
    return members(content, config__json=config.replace(old, new))


def with_a_type_of_nobody(_):
    return members(
        skops.io.dumps(np.arange(3)),
        schema__json=json.dumps(
            {"__class__": "system", "__module__": "os", "__loader__": "FunctionNode", "__id__": 1, "content": "system",
             "protocol": 2, "_skops_version": "0.16"}
        ),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "damage", "message"),
    [
        ("m.keras", lambda good: b"", "the file is empty"),
        ("m.keras", lambda good: good[: len(good) // 2], "truncated, or no .keras file.*Copy the file anew"),
        ("m.keras", lambda good: b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "truncated, or no .keras file"),
        ("m.keras", lambda good: good.replace(b'"filters"', b'"fi1ters"'), "'config.json' in the archive differs"),
        ("m.keras", lambda good: members(good, config__json=None), "no 'config.json' in the archive"),
        ("m.keras", lambda good: members(good, model__weights__h5=None), "no 'model.weights.h5'"),
        ("m.keras", lambda good: members(good, config__json=b"{"), "JSONDecodeError"),
        ("m.keras", lambda good: members(good, model__weights__h5=b"weights"), "cannot rebuild the network"),
        ("m.keras", lambda good: configured(good, b'"Conv2D"', b'"Conv3000"'), "keras.layers.Conv3000"),
        ("m.keras", lambda good: configured(good, b'"filters": 8', b'"filters": 9'), "cannot rebuild the network"),
        ("m.h5", lambda good: good, "ends with .keras or .skops"),
        ("m.skops", lambda good: b"model", "truncated, or no .skops file"),
        ("m.skops", lambda good: good, "no 'schema.json' in the archive"),
        ("m.skops", lambda good: members(good, schema__json=b"{}"), "skops cannot rebuild"),
        ("m.skops", with_a_type_of_nobody, "not trusted: .*system"),
    ],
)
def test_a_file_that_is_no_model_is_refused_by_name(stored, tmp_path, name, damage, message):
    path = tmp_path / name
    path.write_bytes(damage(stored.read_bytes()))
    with pytest.raises(RunError, match=message) as caught:
        load_model(path)
    assert str(path) in str(caught.value)


def test_what_is_not_there_is_looked_for_among_the_models_of_the_folder(stored):
    with pytest.raises(RunError, match=r"no such file.*Did you mean 'model\.keras'"):
        load_model(stored.parent / "mode.keras")
    with pytest.raises(RunError, match=r"this is a folder.*: model\.keras"):
        load_model(stored.parent)


def test_code_in_a_network_is_never_run(tmp_path):
    faces = keras.Input((2,))
    keras.Model(faces, layers.Lambda(lambda x: x + 1)(faces)).save(tmp_path / "m.keras")
    with pytest.raises(RunError, match=r"Lambda layer, which is program code.*train it again"):
        load_model(tmp_path / "m.keras")
