import hashlib
import inspect
from dataclasses import replace

import pytest

from fer_utils.doctor import files
from fer_utils.faces.predictor_files import PREDICTORS, search_places

WEIGHTS = files.IMAGENET["VGG-16"]
PIXELS = " ".join(["7"] * 48 * 48)


@pytest.mark.parametrize("points", PREDICTORS)
def test_no_dlib_predictor_installed_says_what_to_type(points, tmp_path):
    file = PREDICTORS[points]
    if any((place / file.name).exists() for place in search_places()):
        pytest.skip("a predictor is installed on this machine")
    answer = files.predictor(points)
    assert answer.state == "warning" and file.name in answer.found and file.terms in answer.found
    target = tmp_path / "cache" / "models" / file.name
    assert answer.mend == f'mkdir -p "{target.parent}" && curl -fL {file.source} | bunzip2 > "{target}"'


def test_a_damaged_predictor_is_fetched_anew_to_where_it_lies(tmp_path, monkeypatch):
    target = tmp_path / PREDICTORS[68].name
    target.write_bytes(b"damaged")
    monkeypatch.setenv("FERBENCH_MODELS", str(tmp_path))
    answer = files.predictor(68)
    assert answer.state == "warning" and f"{target}: dlib cannot read this file" in answer.found
    assert answer.mend.endswith(f'> "{target}"')


@pytest.mark.parametrize(
    ("content", "state", "words"),
    [(None, "warning", f"no {WEIGHTS.file}"), (b"half", "warning", "is damaged"), (b"whole", "ok", WEIGHTS.file)],
)
def test_imagenet_weights_are_looked_for_where_keras_looks(tmp_path, monkeypatch, content, state, words):
    whole = replace(WEIGHTS, md5=hashlib.md5(b"whole").hexdigest())
    monkeypatch.setitem(files.IMAGENET, "VGG-16", whole)
    if content is not None:
        (tmp_path / "keras" / "models").mkdir(parents=True)
        (tmp_path / "keras" / "models" / WEIGHTS.file).write_bytes(content)
    answer = files.imagenet_weights("VGG-16")
    assert answer.state == state and words in answer.found
    assert ("keras.applications.VGG16(include_top=False)" in answer.mend) == (state != "ok")


def test_keras_still_has_these_names_and_checksums():
    import keras

    for weights in files.IMAGENET.values():
        module = inspect.getmodule(getattr(keras.applications, weights.function))
        source = inspect.getsource(module)
        assert weights.md5 in source
        assert weights.file.removeprefix(weights.function.lower()) in source


def test_drawn_faces_need_no_files():
    assert files.dataset("synthetic", None).state == "ok"


@pytest.mark.parametrize("folder", [None, "empty", "nowhere"])
def test_data_that_is_not_registered_says_how(tmp_path, monkeypatch, folder):
    if folder:
        (tmp_path / "empty").mkdir()
        monkeypatch.setenv("FERBENCH_DATA", str(tmp_path / folder))
    answer = files.dataset("fer2013", None)
    assert answer.state == "warning" and "--data fer2013=PATH" in answer.mend
    assert (f"FERBENCH_DATA={tmp_path / folder}" if folder else "not registered") in answer.found


@pytest.mark.parametrize("registered", ["by name", "by folder"])
def test_registered_data_is_opened_and_counted(tmp_path, monkeypatch, registered):
    csv = tmp_path / "data" / "fer2013" / "fer2013.csv"
    csv.parent.mkdir(parents=True)
    csv.write_text(f"emotion,pixels,Usage\n0,{PIXELS},Training\n3,{PIXELS},PublicTest\n")
    monkeypatch.setenv("FERBENCH_DATA", str(tmp_path / "data"))
    answer = files.dataset("fer2013", str(csv) if registered == "by name" else None)
    assert (
        answer.state == "warning"
        and ": 2 faces; partial or changed copy: Training has anger 1, not 3,995" in answer.found
    )
    assert "no PrivateTest rows (the original has 3,589)" in answer.found


def test_data_that_cannot_be_opened_gives_the_loaders_words(tmp_path):
    (tmp_path / "fer2013.csv").write_text(f"emotion,pixels,Usage\n9,{PIXELS},Training\n")
    answer = files.dataset("fer2013", str(tmp_path))
    assert answer.state == "missing" and "line 2: emotion '9' is unknown" in answer.found and answer.mend
