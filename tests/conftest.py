import json
import os

import nbformat
import numpy as np
import pandas as pd
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from fer_utils.datasets.emotions import SEVEN
from fer_utils.datasets.face_table import FaceTable

FINISH = """
import json, os, pathlib, time
run = pathlib.Path(os.environ["FERBENCH_RUN_DIR"])
result = {"schema": 1, "notebook": run.parent.name, "key": os.environ["FERBENCH_RUN_KEY"], "models": []}
result["created"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
result |= {"parameters": {"epochs": epochs}, "provenance": {"wall_seconds": 1.0}}
(run / "result.pending.json").write_text(json.dumps(result))
"""
PARAMETERS = (
    'dataset = "synthetic"  # which faces\ndata = ""\nepochs = 1\nrate = 0.1\nseeds = [0]\nclassifiers = ["svm"]\n'
)


def pytest_collection_modifyitems(config, items):
    """Keeps one variant of each test on the second backend, where every shape is compiled anew, and all counts."""
    if "FERBENCH_SECOND_BACKEND" not in os.environ:
        return
    first = {}
    for item in items:
        first.setdefault(item.nodeid.partition("[")[0], item)
    kept = [item for item in items if "test_parameter_counts" in item.nodeid or item in first.values()]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


class Project:
    """A project folder of tiny notebooks whose kernels import nothing heavy."""

    def __init__(self, root):
        self.root = root
        self.notebooks = root / "notebooks"
        self.runs = root / "reports" / "runs"
        (self.notebooks / "suites").mkdir(parents=True)
        (root / "fer_utils").mkdir()

    def notebook(self, name, *cells, parameters=PARAMETERS, finish=FINISH, needs=()):
        notebook = new_notebook(metadata={"ferbench": {"family": "toy", "needs": list(needs)}})
        notebook.cells = [
            new_markdown_cell(f"# The {name} study"),
            new_code_cell(parameters, metadata={"tags": ["parameters"]}),
            *(new_code_cell(source) for source in cells),
            new_code_cell(finish),
        ]
        nbformat.write(notebook, self.notebooks / f"{name}.ipynb")
        return self.notebooks / f"{name}.ipynb"

    def suite(self, name, text):
        (self.notebooks / "suites" / f"{name}.yaml").write_text(text)

    def only_run(self, notebook):
        (directory,) = (self.runs / notebook).iterdir()
        return directory

    def read(self, notebook, name):
        return json.loads((self.only_run(notebook) / name).read_text())


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("FERBENCH_RUNS", "FERBENCH_DATA"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))
    return Project(tmp_path)


@pytest.fixture
def faces():
    """Makes small tables of random pixels: so many subjects, each showing every emotion so many times."""

    def table(subjects=20, images=1, emotions=SEVEN, parts=None, known=True, name="toy", notes=(), seed=0):
        rows = [(p, e, i) for p in range(subjects) for e in emotions for i in range(images)]
        ids = [f"p{p:02d}-{e}-{i}" for p, e, i in rows]
        frame = pd.DataFrame({"sample_id": ids, "subject": [f"p{p:02d}" for p, _, _ in rows], "sequence": ids})
        frame["subject"] = frame["subject"] if known else np.nan
        frame = frame.assign(frame=0, label=[e for _, e, _ in rows], image=np.arange(len(rows)))
        frame["split"] = np.nan if parts is None else np.array(parts, dtype=object)[[p for p, _, _ in rows]]
        pixels = np.random.default_rng(seed).integers(0, 256, (len(rows), 6, 6), dtype=np.uint8)
        return FaceTable(name, frame, pixels, FaceTable.content_fingerprint(frame, pixels), notes=tuple(notes))

    return table


@pytest.fixture(scope="session")
def twins(tmp_path_factory):
    """Writes tiny twins, each once: name -> folder. Tests that change one copy it first."""
    from fer_utils.datasets.synthetic.twins import make_twin, write_twin

    written = {}

    def folder(name):
        if name not in written:
            written[name] = write_twin(make_twin(name, "tiny"), tmp_path_factory.mktemp("tiny") / name)
        return written[name]

    return folder
