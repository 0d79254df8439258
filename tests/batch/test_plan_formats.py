import json
import re
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from fer_utils.batch.estimate import total_seconds
from fer_utils.batch.history import History
from fer_utils.batch.keys import key_parts
from fer_utils.batch.notebook import Notebook
from fer_utils.batch.plan import make_plan
from fer_utils.batch.suite import load_suite
from fer_utils.cli import main


def run(key, seconds, *needs):
    return SimpleNamespace(key=key, expected_seconds=seconds, needs=needs)


def test_the_time_of_all_is_shared_among_the_workers_but_a_chain_is_not():
    assert total_seconds([run("a", 60), run("b", 60), run("c", 60)], 2) == (90, 0)
    assert total_seconds([run("a", 60), run("b", 60, "a"), run("c", 60, "b")], 2) == (180, 0)
    assert total_seconds([run("a", 60), run("b", None, "a")], 1) == (60, 1)
    assert total_seconds([run("b", 60, "cached")], 8) == (60, 0)
    assert total_seconds([], 2) == (0, 0)


def finished(project, name, seconds, **parameters):
    """Stores a run as the runner does, that took so long."""
    notebook = Notebook.read(project.notebooks / f"{name}.ipynb")
    parts = key_parts(notebook, {**notebook.defaults, **parameters}, "d", {})
    directory = project.runs / name / f"{len(list((project.runs / name).glob('*'))):016x}"
    directory.mkdir(parents=True)
    identity = {"key": directory.name, "notebook": name, "suite": "s", "label": name, "parts": parts}
    (directory / "key.json").write_text(json.dumps(identity))
    result = {"schema": 1, "created": "2026", "provenance": {"wall_seconds": seconds}}
    (directory / "result.json").write_text(json.dumps(result))
    return parts


def test_the_time_of_a_run_is_the_median_of_those_that_did_as_much_work(project):
    project.notebook("01_toy")
    for seconds, parameters in ((10, {}), (30, {"rate": 0.3}), (20, {"seeds": [7]}), (999, {"epochs": 100})):
        parts = finished(project, "01_toy", seconds, **parameters)
    finished(project, "01_toy", 999, seeds=[0, 1, 2])
    finished(project, "01_toy", 999, dataset="fer2013")
    history = History(project.runs)
    asked = {**parts, "parameters": {**parts["parameters"], "epochs": 1}}
    assert history.seconds("01_toy", asked) == 20
    asked["parameters"]["epochs"] = 2
    assert history.seconds("01_toy", asked) is None and history.seconds("02_other", asked) is None


@pytest.mark.parametrize("text", ["[]", '{"parts": 3}', '{"parts": {"parameters": []}}', "{", '{"parts": {}}'])
def test_a_damaged_key_file_does_not_stop_a_plan(project, text):
    project.notebook("01_toy")
    project.suite("s", "runs:\n- notebook: 01_toy")
    finished(project, "01_toy", 10)
    (project.only_run("01_toy") / "key.json").write_text(text)
    (planned,) = make_plan(load_suite("s", project.notebooks), {}, project.runs)
    assert (planned.state, planned.expected_seconds) == ("new", None)


@pytest.fixture
def ferbench(project):
    project.notebook("01_makes")
    project.notebook("02_uses", parameters='epochs = 1\nx = ""\n', needs=[{"notebook": "01_makes", "as": "x"}])
    project.suite("quick", 'runs:\n- {notebook: 02_uses, name: "say \\"hi\\" \\\\n", cpus: 2, memory: 4GB}\n')
    return lambda *arguments: CliRunner().invoke(main, ["plan", *arguments])


def test_the_table_says_what_is_expected_and_what_is_not_known(ferbench, project):
    assert ferbench().stdout.splitlines()[-1] == (
        "2 runs: 0 cached, 2 to execute: nobody knows how long, because nothing like these ran before"
    )
    finished(project, "01_makes", 90)
    table = ferbench("-j", "2").stdout
    assert table.endswith("2 runs: 0 cached, 2 to execute: about 1:30 with -j 2, and 1 of unknown length\n")
    assert re.search(r"^01_makes +[0-9a-f]{16} +1:30  stale: data changed \(needed by another run\)$", table, re.M)
    assert re.search(r'^say "hi" \\n +[0-9a-f]{16} +unknown  new$', table, re.M)


def test_json_holds_everything_about_each_run(ferbench, project):
    plan = json.loads(ferbench("--format", "json", "-j", "3").stdout)
    assert plan["jobs"] == 3 and plan["unknown"] == 2
    makes, uses = plan["runs"]
    assert makes["added"] and uses["needs"] == [makes["key"]] and uses["state"] == "new"
    assert uses["parameters"]["x"] == makes["directory"] == str(project.runs / "01_makes" / makes["key"])
    assert uses["resources"] == {"cpus": 2, "gpu": 0, "memory": 4_000_000_000, "timeout": None}


def test_the_graph_has_a_box_a_run_and_an_arrow_a_need(ferbench):
    makes, uses = (run["key"] for run in json.loads(ferbench("--format", "json").stdout)["runs"])
    graph = ferbench("--format", "dot").stdout
    assert graph.startswith("digraph plan {") and graph.rstrip().endswith("}")
    assert f'"{makes}" -> "{uses}";' in graph and graph.count("->") == 1
    assert r'label="say \"hi\" \\n"' in graph
    text = r'"(?:[^"\\]|\\.)*"'  # a string as Graphviz reads it
    for line in graph.splitlines()[3:-1]:
        assert re.fullmatch(rf"  {text}( -> {text})?( \[\w+={text}, \w+={text}, \w+=\w+\])?;", line), line
