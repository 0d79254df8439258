import os
import sys

import pytest

from fer_utils.doctor import computing
from fer_utils.doctor.computing import Backend

ABSENT = next((name for name in computing.BACKENDS if name not in computing._installed()), None)


@pytest.fixture
def keras_that(monkeypatch, tmp_path):
    """Puts a module `keras` before the real one that does what it is told when it is imported."""

    def does(source):
        (tmp_path / "keras.py").write_text(source)
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        monkeypatch.setenv("KERAS_BACKEND", "tensorflow")

    return does


def test_a_misspelled_backend_is_named_with_the_nearest(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "tensorflw")
    answer = Backend().computes()
    assert answer.state == "missing" and "Did you mean 'tensorflow'?" in answer.found
    assert answer.mend == "unset KERAS_BACKEND"


@pytest.mark.skipif(ABSENT is None, reason="all backends are installed")
def test_a_backend_that_is_not_installed_comes_with_its_command(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", ABSENT)
    answer = Backend().computes()
    assert answer.state == "missing" and f"'{ABSENT}' is not installed" in answer.found
    assert f"{sys.executable} -m pip install" in answer.mend and ABSENT in answer.mend


@pytest.mark.skipif(os.name == "nt", reason="signals of Unix")
@pytest.mark.parametrize(
    ("source", "words"),
    [
        (
            "import os, signal; os.kill(os.getpid(), signal.SIGILL)",
            "tensorflow crashes with SIGILL: its package is built",
        ),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "crashes with SIGKILL: most often memory ran out"),
        ("raise ImportError('DLL load failed')", "tensorflow fails: ImportError: DLL load failed"),
        ("raise SystemExit(7)", "tensorflow fails: exit status 7"),
    ],
)
def test_a_backend_that_crashes_on_import_is_a_row_and_no_crash(keras_that, source, words):
    keras_that(source)
    answer = Backend().computes()
    assert answer.state == "missing" and words in answer.found, answer
    assert "pip install" in answer.mend


def test_a_backend_that_hangs_is_given_up(keras_that, monkeypatch):
    keras_that("import time; time.sleep(60)")
    monkeypatch.setattr(computing, "PATIENCE", 1)
    assert "has not trained one step after 1 s" in Backend().computes().found


NO_NUMBER = """
import json, sys
print(json.dumps({"loss": float("nan"), "device": "CPU (x86_64)", "versions": {}, "seconds": {}}))
sys.stdout.flush()
import os; os._exit(0)
"""


def test_a_backend_whose_loss_is_no_number_does_not_compute(keras_that):
    keras_that(NO_NUMBER)
    answer = Backend().computes()
    assert answer.state == "missing" and "a loss of nan" in answer.found


def test_without_a_gpu_nothing_is_asked_for(program):
    program("other", "")
    assert Backend().uses_gpu().state == "ok" and "no NVIDIA GPU seen" in Backend().uses_gpu().found


@pytest.mark.parametrize(("device", "state"), [("gpu:0", "ok"), ("CPU (x86_64)", "warning")])
def test_a_gpu_is_used_or_it_is_said_how(program, keras_that, monkeypatch, device, state):
    program("nvidia-smi", "echo NVIDIA A100")
    keras_that(NO_NUMBER.replace("CPU (x86_64)", device))
    monkeypatch.setattr(computing, "_version", lambda package: None)
    answer = Backend().uses_gpu()
    assert answer.state == state and "NVIDIA A100" in answer.found
    if state == "warning":
        assert 'pip install -c constraints.txt -e ".[cuda]"; then export KERAS_BACKEND=jax' in answer.mend
        monkeypatch.setattr(computing, "_version", lambda package: "0.10")
        assert Backend().uses_gpu().mend == "export KERAS_BACKEND=jax"


def test_a_driver_that_fails_is_told_in_its_own_words(program):
    program("nvidia-smi", 'echo "Failed to initialize NVML: Driver/library version mismatch"; exit 18')
    answer = Backend().uses_gpu()
    assert answer.state == "warning" and "version mismatch" in answer.found and answer.mend
