import numpy as np
import pytest

from fer_utils.errors import ParameterError
from fer_utils.training import frame_body
from fer_utils.training.features import body_digest
from fer_utils.training.frame_body import open_frame_body, weights_kind

SMALL = {"input_shape": (48, 48, 1), "width": 1 / 32}


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path_factory.getbasetemp() / "cache"))


def test_what_is_recorded_is_the_kind_of_weights_and_not_their_path(tmp_path):
    (tmp_path / "resnet18.safetensors").touch()
    given = ("none", "synthetic-emotion", tmp_path / "resnet18.safetensors")
    assert [weights_kind(str(weights)) for weights in given] == ["none", "synthetic-emotion", "file"]
    with pytest.raises(ParameterError, match=r"no such file.*Did you mean 'synthetic-emotion'"):
        weights_kind("synthetic-emotions")


def test_random_weights_are_those_of_their_seed():
    (body, words), (again, _), (other, _) = (open_frame_body("none", **SMALL, seed=seed) for seed in (0, 0, 1))
    assert "nothing" in words
    assert body_digest(body) == body_digest(again) != body_digest(other)


@pytest.mark.parametrize("task", ["emotion", "identity"])
def test_a_body_that_has_seen_drawn_faces_goes_on_learning(task, monkeypatch):
    monkeypatch.setattr(frame_body, "PEOPLE", {"people": 6, "pictures": 1, "epochs": 1})
    body, words = open_frame_body(f"synthetic-{task}", **SMALL, l2=5e-5)
    assert "6 drawn people" in words
    assert body.trainable_weights and len(body.losses) == len(body.trainable_weights)


def test_weights_of_our_own_are_read_back_and_those_of_another_width_refused(tmp_path):
    body, _ = open_frame_body("none", **SMALL, seed=3)
    body.save_weights(tmp_path / "mine.weights.h5")
    again, words = open_frame_body(str(tmp_path / "mine.weights.h5"), **SMALL)
    assert words == "Weights of mine.weights.h5."
    for ours, theirs in zip(body.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    with pytest.raises(ParameterError, match=r"mine\.weights\.h5: these are no weights of resnet18 with .* same width"):
        open_frame_body(str(tmp_path / "mine.weights.h5"), (48, 48, 1), 1 / 16)


def test_a_pytorch_file_is_refused_with_the_way_to_convert_it(tmp_path):
    (tmp_path / "resnet18.pth").write_bytes(b"pickle")
    with pytest.raises(ParameterError, match="pickles, which can run programs"):
        open_frame_body(str(tmp_path / "resnet18.pth"), **SMALL)
