import pytest

from fer_utils import backend
from fer_utils.errors import ParameterError


@pytest.mark.parametrize(
    ("variable", "name"), [(None, "tensorflow"), ("", "tensorflow"), ("jax", "jax"), ("torch", "torch")]
)
def test_the_variable_chooses_the_backend_and_without_it_tensorflow_computes(monkeypatch, variable, name):
    monkeypatch.delenv("KERAS_BACKEND", raising=False)
    if variable is not None:
        monkeypatch.setenv("KERAS_BACKEND", variable)
    assert backend.chosen_backend() == name


@pytest.mark.parametrize("there", [False, True])
def test_a_backend_that_is_not_installed_is_named_with_the_command_that_installs_it(monkeypatch, tmp_path, there):
    monkeypatch.setenv("KERAS_BACKEND", "torchling")
    monkeypatch.setitem(backend.BACKENDS, "torchling", "pip install torchling")
    monkeypatch.syspath_prepend(tmp_path)
    if there:  # a folder that happens to have the name is no package
        (tmp_path / "torchling").mkdir()
    with pytest.raises(ParameterError, match="Install it with 'pip install torchling'"):
        backend.check_backend()


def test_the_backend_that_runs_these_tests_is_there():
    assert backend.check_backend() in backend.BACKENDS


@pytest.mark.parametrize(("said", "used"), [(None, "1"), ("", "1"), ("0", "0")])
def test_runs_use_onednn_unless_somebody_turns_it_off(monkeypatch, said, used):
    monkeypatch.delenv("TF_ENABLE_ONEDNN_OPTS", raising=False)
    if said is not None:
        monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", said)
    assert backend.backend_environment()["TF_ENABLE_ONEDNN_OPTS"] == used
