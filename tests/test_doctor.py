import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

import fer_utils
from fer_utils.backend import chosen_backend
from fer_utils.cli import main

ROOT = Path(fer_utils.__file__).resolve().parents[1]


@pytest.fixture
def doctor(monkeypatch, tmp_path):
    monkeypatch.chdir(ROOT)
    for name in ("FERBENCH_DATA", "FERBENCH_MODELS"):
        monkeypatch.delenv(name, raising=False)
    for name in ("RUNS", "CACHE"):
        monkeypatch.setenv(f"FERBENCH_{name}", str(tmp_path / name.lower()))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    return lambda *arguments: CliRunner().invoke(main, ["doctor", *arguments])


def test_on_a_machine_where_the_tests_run_all_that_the_quick_suite_needs_is_there(doctor):
    answer = doctor("--json")
    found = json.loads(answer.stdout)
    assert answer.exit_code == 0 and found["healthy"]
    checks = {check["name"]: check for check in found["checks"]}
    assert not [name for name, check in checks.items() if check["state"] == "missing"]
    assert chosen_backend() in checks["backend"]["found"]
    assert "first training step of mini-Xception" in checks["backend"]["found"]
    assert checks["Jupyter kernel"]["found"] == "starts and answers"
    assert {"dlib 68 points", "ImageNet VGG-16", "data synthetic", "data fer2013"} <= set(checks)
    assert all(bool(check["mend"]) == (check["state"] != "ok") for check in checks.values())


def test_every_problem_is_followed_by_what_mends_it_and_a_needed_one_gives_status_1(doctor, monkeypatch, tmp_path):
    monkeypatch.setenv("KERAS_BACKEND", "tensorflw")
    monkeypatch.setenv("PATH", "")
    (tmp_path / "runs").write_text("")
    answer = doctor()
    assert answer.exit_code == 1 and "Traceback" not in answer.output
    *rows, summary = answer.stdout.splitlines()
    assert summary.startswith("To be mended first: backend, runs folder. Besides: ")
    for position, row in enumerate(rows):
        if row.startswith(("missing", "warning")):
            below = next(line for line in rows[position + 1 :] if not line.startswith(" " * 30) or "-> " in line)
            assert below.strip().startswith("-> "), row
    assert "-> unset KERAS_BACKEND" in answer.stdout and '-> export FERBENCH_RUNS="$HOME/' in answer.stdout
    assert "git is not on the path" in answer.stdout
    cache = tmp_path / "cache" / "models"
    assert f'-> mkdir -p "{cache}" && curl -fL https://dlib.net/files/shape_predictor_68_face' in answer.stdout


@pytest.mark.parametrize("named", ["fer2013", "fer213=/x", "fer2013=/not/there", "synthetic=/"])
def test_a_mistake_in_data_is_status_2(doctor, named):
    answer = doctor("--data", named)
    assert answer.exit_code == 2 and answer.stderr.startswith(f"Error: --data {named}: ") and not answer.stdout


def test_a_check_that_breaks_takes_no_other_along(doctor, monkeypatch):
    def broken():
        raise ImportError("libstdc++.so.6: version `GLIBCXX_3.4.30' not found")

    monkeypatch.setenv("KERAS_BACKEND", "tensorflw")
    monkeypatch.setattr("fer_utils.doctor.machine.memory", broken)
    found = json.loads(doctor("--json").stdout)
    checks = {check["name"]: check for check in found["checks"]}
    assert checks["memory"]["state"] == "missing" and "ImportError: libstdc++" in checks["memory"]["found"]
    assert "pip install" in checks["memory"]["mend"]
    assert checks["Jupyter kernel"]["state"] == checks["data synthetic"]["state"] == "ok"


def test_the_doctor_imports_no_network(doctor):
    """It must answer on a machine where TensorFlow does not even import."""
    code = "import sys\nfrom fer_utils.doctor import examine\nlist(examine({}))\n"
    code += "print(*{'keras', 'tensorflow', 'jax'} & set(sys.modules))"
    environment = os.environ | {"KERAS_BACKEND": "tensorflw"}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
