"""The quick suite beside a shell loop of papermill over the same notebooks: wall time, and the same predictions."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest
import yaml

import fer_utils
from fer_utils.backend import backend_environment
from fer_utils.batch.plan import make_plan
from fer_utils.batch.request import override
from fer_utils.batch.suite import load_suite

pytestmark = [pytest.mark.slow, pytest.mark.timeout(7200)]
ROOT = Path(fer_utils.__file__).resolve().parents[1]
ONE_THREAD = {"OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}
ONE_THREAD |= {"TF_DETERMINISTIC_OPS": "1"}


class Side:
    """One of the two that are compared, with caches and runs of its own, both empty.

    Args:
        folder: Path. Where they lie.
        settings: dict of parameter to text. Values for once, such as {"epochs": "2"}.
        variables: dict of str. Of the environment, the same on both sides.
    """

    def __init__(self, folder, settings=None, variables=()):
        self.folder, self.runs, settings = folder, folder / "runs", settings or {}
        folder.mkdir()
        requests = override(load_suite("quick", ROOT / "notebooks"), settings)
        self.plan = make_plan(requests, {}, self.runs)
        options = [word for name, value in settings.items() for word in ("--set", f"{name}={value}")]
        self.command = [str(Path(sys.executable).with_name("ferbench")), "run", "quick", *options]
        self.environment = os.environ | backend_environment() | dict(variables)
        self.environment |= {"FERBENCH_RUNS": str(self.runs), "FERBENCH_CACHE": str(folder / "cache")}

    def ours(self):
        """Runs the suite; returns the seconds it took."""
        return self.timed(self.command, self.environment)

    def loop(self):
        """Runs papermill once for each run, one after the other, as a shell script would; returns the seconds."""
        seconds = 0.0
        for run in self.plan:
            (self.folder / "parameters.yaml").write_text(yaml.safe_dump(run.parameters))
            record = self.folder / "runs" / run.notebook.name / run.key
            record.mkdir(parents=True)
            words = [sys.executable, "-m", "papermill", str(run.notebook.path), str(record / "executed.ipynb")]
            words += ["-f", str(self.folder / "parameters.yaml"), "--cwd", str(ROOT / "notebooks")]
            words += ["-k", "python3", "--no-progress-bar"]
            seconds += self.timed(
                words, self.environment | {"FERBENCH_RUN_DIR": str(record), "FERBENCH_RUN_KEY": run.key}
            )
        return seconds

    def timed(self, command, environment):
        started = time.monotonic()
        done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr[-4000:]
        return time.monotonic() - started

    def predictions(self):
        """Returns what each run predicted: text of probabilities and scores, as stored."""
        files = [self.runs / run.notebook.name / run.key / "predictions.csv.gz" for run in self.plan]
        return [pd.read_csv(file, dtype=str) for file in files]


def test_the_quick_suite_takes_about_half_of_a_loop_of_papermill(tmp_path, capsys):
    load = os.getloadavg()[0]
    loop, ours = Side(tmp_path / "loop").loop(), Side(tmp_path / "ours").ours()
    with capsys.disabled():
        print(f"\nquick suite, cold caches, {os.cpu_count()} cores, load {load:.1f}:", end=" ")
        print(f"papermill in a loop {loop:.0f} s, ferbench run quick {ours:.0f} s: {ours / loop:.2f} of it")
    assert ours < 360
    assert ours <= 0.55 * loop


def test_with_one_thread_both_predict_the_same_bit_for_bit(tmp_path):
    settings = {"epochs": "2"}
    plain, ours = (Side(tmp_path / name, settings, ONE_THREAD) for name in ("loop", "ours"))
    plain.loop()
    ours.ours()
    for theirs, mine in zip(plain.predictions(), ours.predictions(), strict=True):
        assert len(mine) > 20
        pd.testing.assert_frame_equal(mine, theirs)
