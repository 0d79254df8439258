import pytest


@pytest.fixture(autouse=True)
def bare(monkeypatch, tmp_path):
    """A machine on which nothing is registered, and whose folders are empty."""
    for name in ("FERBENCH_DATA", "FERBENCH_MODELS", "OMP_NUM_THREADS"):
        monkeypatch.delenv(name, raising=False)
    for name in ("runs", "cache"):
        monkeypatch.setenv(f"FERBENCH_{name.upper()}", str(tmp_path / name))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setattr("sys.prefix", str(tmp_path / "prefix"))


@pytest.fixture
def program(monkeypatch, tmp_path):
    """Puts a shell script on the path under a name, and nothing else."""

    def put(name, script):
        (tmp_path / "bin").mkdir(exist_ok=True)
        (tmp_path / "bin" / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / "bin" / name).chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path / "bin"))
        return tmp_path / "bin" / name

    return put
