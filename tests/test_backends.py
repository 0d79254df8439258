"""The same models and the same training on a second backend."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

TESTS = Path(__file__).parent
# What backends may do differently. The rest, such as messages and layouts, is the same code; one variant of each is run
# (see conftest.py), because compiling takes most of the time. `KERAS_BACKEND=jax make test` runs everything.
DIFFERS = (
    "does_not_depend or changes_no_prediction or lowers_the_loss or moves_every or gradient or parameters_are or window"
)
FILES = {"models": ["models"], "training": ["training/test_batch_invariance.py", "training/test_windows.py"]}
FILES["training"] += ["training/test_transfer.py", "training/test_grad_cam.py", "training/test_layer_contributions.py"]
PREDICT = """
import sys, keras, numpy as np
from fer_utils.models.mini_xception import dense_mini_xception, mini_xception
random = np.random.default_rng(3)
def start(model):
    scale = lambda w: (6 / max(1, np.prod(w.shape[:-1]))) ** 0.5
    return [random.uniform(-1, 1, w.shape) * scale(w) if w.ndim > 1 else w for w in model.get_weights()]
answers = []
for model in (mini_xception(7), dense_mini_xception(3)):
    model.set_weights([w if w.any() else random.normal(0, 0.05, w.shape) for w in start(model)])
    answers.append(model.predict(random.uniform(-1, 1, (4, 48, 48, 1)).astype("float32"), verbose=0).ravel())
np.save(sys.argv[1], np.concatenate(answers))
"""
other = "jax" if os.environ.get("KERAS_BACKEND", "tensorflow") == "tensorflow" else "tensorflow"
needs_other = pytest.mark.skipif(
    importlib.util.find_spec(other) is None or "FERBENCH_SECOND_BACKEND" in os.environ,
    reason=f"{other} is not installed",
)


def on_backend(backend, *command):
    environment = os.environ | {"KERAS_BACKEND": backend, "FERBENCH_SECOND_BACKEND": "1"}
    for name in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT", "PYTEST_ADDOPTS"):
        environment.pop(name, None)
    done = subprocess.run([sys.executable, *command], env=environment, capture_output=True, text=True, cwd=TESTS.parent)
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-4000:]
    return done.stdout


@needs_other
def test_two_backends_predict_the_same(tmp_path):
    answers = []
    for backend in ("tensorflow", "jax"):
        on_backend(backend, "-c", PREDICT, str(tmp_path / f"{backend}.npy"))
        answers.append(np.load(tmp_path / f"{backend}.npy"))
    assert np.isfinite(answers).all()
    np.testing.assert_allclose(*answers, atol=1e-5)


@needs_other
@pytest.mark.timeout(1200)  # hundreds of tests in one
@pytest.mark.parametrize("folder", ["models", "training"])
def test_models_and_training_pass_on_the_second_backend(folder):
    options = ["-q", "-p", "no:nbval", "-m", "not slow", *(["-k", DIFFERS] if folder == "models" else [])]
    output = on_backend(other, "-m", "pytest", *options, *(str(TESTS / name) for name in FILES[folder]))
    assert " passed" in output
    assert "failed" not in output


@needs_other
def test_a_run_on_the_second_backend_can_say_its_device():
    print_device = "import keras; from fer_utils.runs.provenance import provenance; print(provenance()['device'])"
    assert on_backend(other, "-c", print_device).strip()
