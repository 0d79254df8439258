import shutil

import papermill
import pytest

from fer_utils.batch.completion import with_needed
from fer_utils.batch.notebook import Notebook, find_notebooks
from fer_utils.batch.plan import make_plan
from fer_utils.batch.request import choose, override
from fer_utils.batch.resources import Resources
from fer_utils.batch.suite import find_suites, load_suite
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
        ("description: [a]\nruns:\n- notebook: 01_toy", "'description' must be a sentence"),
        ("runs:\n- notebook: 01_toy\nruns: []", "line 1: the key 'runs' stands twice"),
        ("runs:\n- {notebook: 01_toy, timeout: .inf}", "above zero"),
        ("runs:\n- {notebook: 01_toy, cpus: 1.5}", "'cpus' must be a whole number above zero, not 1.5"),
        ("runs:\n- {notebook: 01_toy, gpu: 1.5}", "a share such as 0.5, or a whole number, not 1.5"),
        ("runs:\n- {notebook: 01_toy, memory: 4}", "such as 4GB or 512MiB, not 4"),
        ("runs:\n- {notebook: 01_toy, memory: 4 gigabytes}", "such as 4GB"),
        ("runs:\n- {notebook: 01_toy, memory: 0GB}", "such as 4GB"),
        ("runs:\n- {notebook: 01_toy, gpus: 1}", "Did you mean 'gpu'"),
        ("runs:\n- {notebook: 01_toy, exclude: {epochs: 1}}", "'exclude' must be a list"),
        ("runs:\n- {notebook: 01_toy, grid: {epochs: [1]}, exclude: [{rate: 1.0}]}", "'rate' is not in the grid"),
        ("runs:\n- {notebook: 01_toy, grid: {epochs: [1]}, exclude: [{epochs: 2}]}", "the grid has no epochs=2"),
        ("runs:\n- {notebook: 01_toy, grid: {epochs: [1]}, exclude: [{epochs: 1}]}", "'exclude' leaves no run"),
        ("runs:\n- {notebook: 01_toy, grid: {epochs: [1, 2]}, exclude: [{epochs: 1}, {epochs: 1}]}", "exclude 2: it"),
        ("runs:\n- {notebook: 01_toy, include: [{}]}", "include 1: it is empty"),
        ("runs:\n- {notebook: 01_toy, include: [{epocs: 1}]}", "Did you mean 'epochs'"),
        ("runs:\n- {notebook: 01_toy, grid: {epochs: [1]}, include: [{epochs: 1}]}", "is there already"),
        ("runs:\n- {notebook: 01_toy, parameters: {epochs: 1}, grid: {epochs: [1]}}", "under 'grid'. Leave one out"),
        ("runs:\n- {notebook: 01_toy, seeds: 0}", "'seeds' must be a list of whole numbers"),
        ("runs:\n- {notebook: 01_toy, seeds: [-1]}", "whole numbers from 0"),
        ("runs:\n- {notebook: 01_toy, seeds: [1, 1]}", "a seed twice"),
        ("runs:\n- {notebook: 01_toy, seeds: [1], grid: {seeds: [[0]]}}", "stands in the entry twice"),
        ("runs:\n- {notebook: 02_seedless, seeds: [1]}", "no parameter 'seeds' or 'seed'"),
    ],
)
def test_a_mistake_in_a_suite_is_named_before_anything_runs(project, text, message):
    project.notebook("01_toy")
    project.notebook("02_seedless", parameters="epochs = 1\n")
    project.suite("s", text)
    with pytest.raises(ParameterError, match=message):
        load_suite("s", project.notebooks)


def test_combinations_can_be_left_out_and_added(project):
    project.notebook("01_toy")
    project.suite(
        "s",
        """
runs:
- notebook: 01_toy
  grid: {epochs: [1, 2], rate: [0.1, 0.2]}
  exclude:
  - {epochs: 2, rate: 0.2}
  include:
  - {epochs: 9, seeds: [4]}
- notebook: 01_toy
  name: alone
  include: [{epochs: 3}]
""",
    )
    requests = load_suite("s", project.notebooks)
    assert [(r.given["epochs"], r.given.get("rate")) for r in requests] == [
        *((1, 0.1), (1, 0.2), (2, 0.1)),
        *((9, None), (3, None)),
    ]
    assert requests[3].label == "01_toy[epochs=9, seeds=[4]]" and requests[4].label == "alone[epochs=3]"


def test_every_combination_runs_with_every_seed(project):
    project.notebook("01_toy")
    project.notebook("02_one_seed", parameters="seed = 0\n")
    project.suite(
        "s",
        "runs:\n- {notebook: 01_toy, grid: {epochs: [1, 2]}, seeds: [0, 7]}\n- {notebook: 02_one_seed, seeds: [5]}",
    )
    given = [request.given for request in load_suite("s", project.notebooks)]
    assert given[:2] == [{"epochs": 1, "seeds": [0]}, {"epochs": 1, "seeds": [7]}]
    assert len(given) == 5 and given[4] == {"seed": 5}


def test_an_entry_says_what_it_takes_of_the_machine(project):
    project.notebook("01_toy")
    project.suite(
        "s",
        """
runs:
- {notebook: 01_toy, name: a}
- {notebook: 01_toy, name: b, cpus: 2, gpu: 0.5, memory: 1.5GB, timeout: 90}
- {notebook: 01_toy, name: c, cpus: 2, gpu: 2, memory: 512 MiB, threads: 1}
""",
    )
    a, b, c = load_suite("s", project.notebooks)
    assert a.resources == Resources(cpus=1, gpu=0, memory=None, timeout=None) and a.threads is None
    assert b.resources == Resources(cpus=2, gpu=0.5, memory=1_500_000_000, timeout=90)
    assert c.resources.memory == 512 * 2**20 and (b.threads, c.threads) == (2, 1)
    assert make_plan([b], {}, project.runs)[0].resources == b.resources


def test_the_whole_name_of_a_run_means_this_one_alone(project):
    project.notebook("01_toy")
    project.suite(
        "s",
        "runs:\n- {notebook: 01_toy, name: net}\n- {notebook: 01_toy, name: dense_net, grid: {epochs: [1, 2]}}",
    )
    requests = load_suite("s", project.notebooks)

    def chosen(pattern):
        return [request.label for request in choose(requests, pattern)]

    assert chosen("net") == ["net"] and chosen("dense_net[epochs=2]") == ["dense_net[epochs=2]"]
    assert len(chosen("*net*")) == len(chosen("01*")) == 3 and len(chosen("dense")) == 2
    with pytest.raises(ParameterError, match="Did you mean 'net'"):
        chosen("nets")


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


def test_papermill_reads_the_parameters_of_this_projects_notebooks(pytestconfig, tmp_path):
    for name, path in find_notebooks(pytestconfig.rootpath / "notebooks").items():
        copy = shutil.copy(path, tmp_path)
        assert set(_inspect(copy)) == set(Notebook.read(path).defaults), name


def _inspect(path):
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    notebook.metadata["kernelspec"] = {"name": "python3", "language": "python", "display_name": "Python 3"}
    nbformat.write(notebook, path)
    return papermill.inspect_notebook(str(path))


def test_the_suites_of_this_project_name_notebooks_and_parameters_that_exist(pytestconfig):
    folder = pytestconfig.rootpath / "notebooks"
    suites = find_suites(folder)
    assert {"quick", "class", "papers", "papers-full", "fer2013", "fer2013-full"} <= set(suites)
    for name in suites:
        assert with_needed(load_suite(name, folder))
