"""What starting a run costs, beside a plain call of papermill; that nothing adds up; that numbers are the same."""

import json
import os
import statistics
import tempfile
import time
from pathlib import Path

import papermill
import psutil
import pytest

from fer_utils.backend import backend_environment
from fer_utils.batch.engine import execute_plan
from fer_utils.batch.plan import make_plan
from fer_utils.batch.progress import Progress
from fer_utils.batch.suite import load_suite
from fer_utils.batch.warm import forking_is_possible

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(7200),
    pytest.mark.skipif(not forking_is_possible({"KERAS_BACKEND": "tensorflow"}), reason="forks on Linux alone"),
]
ROUNDS, MANY = 20, 200
THREADS = {"OMP_NUM_THREADS": "1", "TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1"}


@pytest.fixture(autouse=True)
def surroundings(project, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    monkeypatch.setenv("TF_DETERMINISTIC_OPS", "1")
    for name, value in (backend_environment() | THREADS).items():
        monkeypatch.setenv(name, value)
    with tempfile.TemporaryDirectory(prefix="w", dir="/tmp") as folder:  # short, because sockets go there
        monkeypatch.setenv("TMPDIR", folder)
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield Path(folder)


class Between(Progress):
    """Does something between a run and the next."""

    def __init__(self, act):
        super().__init__(None)
        self._act = act

    def ended(self, outcome):
        super().ended(outcome)
        self._act(outcome)


def run(project, runs, between=lambda outcome: None):
    project.suite("s", f"runs:\n- {{notebook: 01_toy, threads: 1, grid: {{epochs: {list(range(1, runs + 1))}}}}}")
    plan = make_plan(load_suite("s", project.notebooks), {}, project.runs)
    outcomes = execute_plan(plan, project.runs, 1, progress=Between(between))
    assert {outcome.state for outcome in outcomes} == {"ok"}, [outcome.error for outcome in outcomes]
    return outcomes


def plain(project, name, epochs):
    """A plain call of papermill; seconds, and what it wrote."""
    folder = project.root / "plain" / f"{name}-{epochs}"
    folder.mkdir(parents=True)
    os.environ |= {"FERBENCH_RUN_DIR": str(folder), "FERBENCH_RUN_KEY": "x"}
    started = time.monotonic()
    options = {"kernel_name": "python3", "language": "python", "progress_bar": False}
    papermill.execute_notebook(project.notebooks / f"{name}.ipynb", folder / "o.ipynb", {"epochs": epochs}, **options)
    seconds = time.monotonic() - started
    del os.environ["FERBENCH_RUN_DIR"], os.environ["FERBENCH_RUN_KEY"]
    return seconds, folder


def cells(notebook):
    """Seconds that the cells of an executed notebook took."""
    content = json.loads(notebook.read_text())
    return sum(cell["metadata"]["papermill"]["duration"] or 0 for cell in content["cells"])


def test_a_run_costs_less_than_a_second_beside_its_cells(project, capsys):
    project.notebook("01_toy", "import keras", "keras.backend.backend()")
    load, usual = os.getloadavg(), []

    def in_turns(outcome):
        seconds, folder = plain(project, "01_toy", len(usual))
        usual.append((seconds, seconds - cells(folder / "o.ipynb")))

    outcomes = run(project, ROUNDS + 1, in_turns)
    ours = [(o.seconds, o.seconds - cells(o.run.directory / "executed.ipynb")) for o in outcomes[1:]]
    with capsys.disabled():
        print(f"\n{ROUNDS} runs each of a notebook that imports Keras, in turns; load {load[0]:.1f}. Seconds, median:")
        for name, seconds in (("forked kernel", ours), ("plain papermill", usual)):
            whole, overhead = (statistics.median(column) for column in zip(*seconds, strict=True))
            print(f"  {name:<16} whole run {whole:6.2f}   without its cells {overhead:5.2f}")
        print(f"  the first run, with the imports: {outcomes[0].seconds:.2f}")
    assert statistics.median(overhead for _, overhead in ours) <= 1.0
    assert statistics.median(whole for whole, _ in ours) < statistics.median(whole for whole, _ in usual) / 3


def test_two_hundred_runs_leave_nothing_behind(project, surroundings, capsys):
    project.notebook("01_toy", "import keras", "import fer_utils.protocol")
    seen, warm = [], []

    def look(outcome):
        me = psutil.Process()
        warm[:] = warm or [child for child in me.children() if child.name() == "ferbench-warm"]
        numbers = {"files": me.num_fds(), "threads": me.num_threads(), "children": len(me.children(recursive=True))}
        numbers |= {"warm files": warm[0].num_fds(), "warm threads": warm[0].num_threads()}
        numbers |= {"warm children": len(warm[0].children(recursive=True))}
        seen.append(numbers | {"sockets": len(list(surroundings.glob("fb-*")))})

    memory = []
    outcomes = run(project, MANY, lambda outcome: (look(outcome), memory.append(warm[0].memory_info().rss)))
    assert len(outcomes) == MANY
    with capsys.disabled():
        print(f"\nafter 2 runs: {seen[1]}\nafter {MANY}: {seen[-1]}")
        print(f"memory of the warm parent: {memory[1] >> 20} MB, then {memory[-1] >> 20} MB")
    assert seen[-1] == seen[1]
    assert memory[-1] < 1.05 * memory[1]
    assert not psutil.Process().children(recursive=True) and not list(surroundings.glob("fb-*"))


def test_a_training_is_the_same_bit_for_bit_as_under_plain_papermill(project):
    project.notebook("01_toy", _TRAIN)
    outcomes = run(project, 3)
    for outcome in outcomes[:2]:
        epochs = outcome.run.parameters["epochs"]
        _, folder = plain(project, "01_toy", epochs)
        ours, theirs = ((place / "predictions.bin").read_bytes() for place in (outcome.run.directory, folder))
        assert ours == theirs and len(ours) == 4 * 3 * 128
        assert outcome.run.directory.joinpath("forked").exists() and not (folder / "forked").exists()
    three = [(outcome.run.directory / "predictions.bin").read_bytes() for outcome in outcomes]
    assert len(set(three)) == 3  # other numbers of epochs, other answers


_TRAIN = """
import os, pathlib
import keras, numpy as np
keras.utils.set_random_seed(7)
random = np.random.default_rng(0)
faces, labels = random.normal(size=(128, 12, 12, 1)).astype("float32"), random.integers(0, 3, 128)
network = keras.Sequential([
    keras.layers.Conv2D(8, 3), keras.layers.BatchNormalization(), keras.layers.ReLU(), keras.layers.Flatten(),
    keras.layers.Dropout(0.3), keras.layers.Dense(3, activation="softmax"),
])
network.compile("adam", "sparse_categorical_crossentropy")
network.fit(faces, labels, epochs=epochs, batch_size=32, verbose=0)
folder = pathlib.Path(os.environ["FERBENCH_RUN_DIR"])
(folder / "predictions.bin").write_bytes(network.predict(faces, verbose=0).astype("float32").tobytes())
if "ferbench-kernel" in pathlib.Path("/proc/self/comm").read_text():
    (folder / "forked").touch()
"""
