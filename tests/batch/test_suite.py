import papermill
import pytest

from fer_utils.batch.notebook import Notebook
from fer_utils.batch.suite import find_suites, load_suite, override
from fer_utils.errors import ParameterError


def test_a_grid_is_one_run_for_each_combination(project):
    project.notebook("01_toy")
    project.suite(
        "s",
        """
parameters: {rate: 1}
runs:
- notebook: 01_toy
  parameters: {classifiers: [knn]}
  grid: {epochs: [1, 2], seeds: [[0], [1]]}
  timeout: 9
""",
    )
    requests = load_suite("s", project.notebooks)
    assert [(r.given["epochs"], r.given["seeds"]) for r in requests] == [(1, [0]), (1, [1]), (2, [0]), (2, [1])]
    assert requests[0].label == "01_toy[epochs=1, seeds=[0]]"
    assert requests[3].given["rate"] == 1.0 and isinstance(requests[3].given["rate"], float)
    assert requests[3].timeout == 9


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("run:\n- notebook: 01_toy", "Did you mean 'runs'"),
        ("runs: []", "at least one"),
        ("runs:\n- name: x", "'notebook' is missing"),
        ("parameters: {epocs: 3}\nruns:\n- notebook: 01_toy", "Did you mean 'epochs'"),
        ("runs:\n- {notebook: 01_toy, grid: {epocs: [3]}}", "Did you mean 'epochs'"),
        ("runs:\n- {notebook: 01_toy, grid: {epochs: 3}}", "must be a list"),
        ("runs:\n- {notebook: 01_toy, parameters: {epochs: three}}", "is of type int"),
        ("runs:\n- {notebook: 01_toy, parameters: {epochs: true}}", "is of type int"),
        ("runs:\n- {notebook: 01_toy, parameters: {epochs: 1.5}}", "is of type int"),
        ("runs:\n- {notebook: 01_toy, parameters: {seeds: 0}}", r"Write \[0\]"),
        ("runs:\n- {notebook: 01_toy, parameters: {seeds: [a]}}", "list of int"),
        ("runs:\n- {notebook: 01_toy, parameters: {data: /x}}", "--data NAME=PATH"),
        ("runs:\n- {notebook: 01_toy, timeout: soon}", "above zero"),
        ("runs:\n- {notebook: 01_toy, threads: 0}", "above zero"),
        ("runs:\n- {notebook: 01_toy, timeout: .nan}", "above zero"),
        ("runs:\n- {notebook: 01_toy, name: [a]}", "'name' must be a name"),
        ("runs:\n- notebook:", "'notebook' must be a name, not None"),
        ("- a", "found list"),
    ],
)
def test_a_mistake_in_a_suite_is_named_before_anything_runs(project, text, message):
    project.notebook("01_toy")
    project.suite("s", text)
    with pytest.raises(ParameterError, match=message):
        load_suite("s", project.notebooks)


def test_set_reads_values_in_the_light_of_the_default(project):
    project.notebook("01_toy")
    project.notebook("02_other", parameters="depth = 3\n")
    project.suite("s", "runs:\n- notebook: 01_toy\n- notebook: 02_other")
    requests = load_suite("s", project.notebooks)
    settings = {"epochs": "7", "rate": "1e-3", "seeds": "0,1", "classifiers": "[svm, knn]", "dataset": "synthetic"}
    toy, other = override(requests, settings)
    assert toy.given == {
        "epochs": 7,
        "rate": 0.001,
        "seeds": [0, 1],
        "classifiers": ["svm", "knn"],
        "dataset": "synthetic",
    }
    assert other.given == {}


def test_parameters_are_those_that_papermill_sees(project):
    path = project.notebook(
        "01_toy", parameters='a = 1\nb: float = 2.5  # a rate\nc = ["x",\n     "y"]\nd = None\ne = ""\n'
    )
    assert Notebook.read(path).defaults == {"a": 1, "b": 2.5, "c": ["x", "y"], "d": None, "e": ""}
    papermills = _inspect(path)
    assert set(papermills) == {"a", "b", "c", "d", "e"}


def _inspect(path):
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["kernelspec"] = {"name": "python3", "language": "python", "display_name": "Python 3"}
    nbformat.write(notebook, path)
    return papermill.inspect_notebook(str(path))


def test_the_suites_of_this_project_name_notebooks_and_parameters_that_exist(pytestconfig):
    folder = pytestconfig.rootpath / "notebooks"
    suites = find_suites(folder)
    assert {"quick", "fer2013"} <= set(suites)
    for name in suites:
        assert load_suite(name, folder)
