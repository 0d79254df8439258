"""Runs that need others: which run that is, what it is given, and what an edit or a failure does to those behind it."""

import json

import pytest
from click.testing import CliRunner

from fer_utils.batch.engine import execute_plan
from fer_utils.batch.plan import make_plan
from fer_utils.batch.suite import load_suite
from fer_utils.cli import main
from fer_utils.errors import ParameterError

USER = 'dataset = "synthetic"\ndata = ""\nepochs = 1\ntrained = ""\n'
NEED = {"notebook": "01_makes", "parameters": {"rate": 0.5}, "forward": ["epochs", "dataset"], "as": "trained"}
READ = "import json, pathlib\nfound = json.loads((pathlib.Path(trained) / 'result.json').read_text())['parameters']\n"
READ += "assert found == {'epochs': epochs}, found"


@pytest.fixture
def chain(project):
    """01_makes <- 02_uses <- 03_ends, and 04_apart that needs nothing; the suite names only the last two."""
    project.notebook("01_makes")
    project.notebook("02_uses", READ, parameters=USER, needs=[NEED])
    project.notebook(
        "03_ends",
        parameters='epochs = 2\nbefore = ""\n',
        needs=[{"notebook": "02_uses", "forward": {"epochs": "epochs"}, "as": "before"}],
    )
    project.notebook("04_apart")
    project.suite("quick", "runs:\n- notebook: 03_ends\n- notebook: 04_apart\n")
    return project


def plan(project, suite="quick"):
    return make_plan(load_suite(suite, project.notebooks), {}, project.runs)


def ferbench(*arguments):
    return CliRunner().invoke(main, list(arguments))


def test_what_is_needed_is_added_runs_first_and_hands_its_path_on(chain):
    makes, uses, ends, apart = plan(chain)
    assert makes.label == "01_makes[rate=0.5, epochs=2, dataset=synthetic]" and makes.request.added
    assert uses.needs == (makes.key,) and ends.needs == (uses.key,) and apart.needs == makes.needs == ()
    assert uses.parameters["trained"] == str(makes.directory)
    assert "trained" not in uses.parts["parameters"] and uses.parts["needs"] == {"trained": f"01_makes/{makes.key}"}
    outcomes = execute_plan(plan(chain), chain.runs, jobs=2)
    assert [outcome.state for outcome in outcomes] == ["ok"] * 4
    identity = json.loads((ends.directory / "key.json").read_text())
    assert identity["parts"]["needs"] == {"before": f"02_uses/{uses.key}"}

    # one notebook edited: it and what needs it runs again, nothing else
    chain.notebook("02_uses", "x = 1", parameters=USER, needs=[NEED])
    states = [(run.state, run.reason) for run in plan(chain)]
    assert states == [
        ("cached", ""),
        ("stale", "notebook changed"),
        ("stale", "the run of 02_uses that it needs changed"),
        ("cached", ""),
    ]
    table = ferbench("plan").stdout
    assert "stale: the run of 02_uses that it needs changed" in table and "(needed by another run)" in table
    answer = ferbench("run")
    assert answer.exit_code == 0 and answer.stdout.strip() == "2 ok, 2 cached"
    assert ferbench("run").stdout.strip() == "4 cached"


def test_a_run_that_the_suite_names_is_taken_and_keeps_its_name(chain):
    entry = "- {notebook: 01_makes, name: mine, parameters: {epochs: 2, rate: 0.5}, timeout: 50}"
    chain.suite("quick", f"runs:\n- notebook: 03_ends\n{entry}\n")
    assert [run.label for run in plan(chain)] == ["mine", "02_uses[epochs=2]", "03_ends"]
    assert plan(chain)[0].resources.timeout == 50


def test_the_key_of_a_run_does_not_depend_on_what_else_is_chosen(chain):
    chain.suite("more", "runs:\n- {notebook: 01_makes, grid: {epochs: [1, 2, 3]}}\n- notebook: 03_ends\n")
    assert plan(chain, "more")[-1].key == plan(chain)[2].key
    only = json.loads(ferbench("plan", "--only", "03_ends", "--format", "json").stdout)
    assert [run["notebook"] for run in only["runs"]] == ["01_makes", "02_uses", "03_ends"]
    added = json.loads(ferbench("plan", "--only", "02_uses[epochs=2]", "--format", "json").stdout)
    assert [run["key"] for run in added["runs"]] == [run["key"] for run in only["runs"][:2]]


def test_set_reaches_what_is_needed_where_it_is_forwarded(chain):
    runs = json.loads(ferbench("plan", "--set", "epochs=9", "--format", "json").stdout)["runs"]
    assert [run["parameters"]["epochs"] for run in runs] == [9, 9, 9, 9]
    assert [run["parameters"].get("rate") for run in runs] == [0.5, None, None, 0.1]
    fixed = ferbench("plan", "--set", "rate=0.9", "--only", "03_ends")  # 01_makes has one, but its value is fixed
    assert fixed.exit_code == 2 and "no notebook of these runs has this parameter" in fixed.stderr


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"notebook": "01_make"}, "01_uses.ipynb: ferbench.needs 1: no notebook '01_make'.* Did you mean '01_makes'"),
        ({"notebooks": "x"}, "unknown key 'notebooks'.*Did you mean 'notebook'"),
        ({"as": "traind"}, "has no parameter 'traind'.*Did you mean 'trained'"),
        ({"as": "epochs"}, "'epochs' of notebook '01_uses' is of type int"),
        ({"as": None}, "'as' must be a name, not None"),
        ({"parameters": {"rat": 1.0}}, "has no parameter 'rat'.*Did you mean 'rate'"),
        ({"parameters": {"rate": "fast"}}, "is of type float"),
        ({"parameters": {"data": "/x"}, "forward": []}, "leave 'data' out"),
        ({"forward": ["epocs"]}, "'01_uses' has no parameter 'epocs'.*Did you mean 'epochs'"),
        ({"forward": {"rate": "epochs"}, "parameters": {"rate": 0.1}}, "under 'parameters' and under 'forward'"),
        ({"forward": {"seeds": "epochs"}}, "forward: parameter 'seeds'.*is of type list"),
        ({"forward": "epochs"}, "'forward' a list of names"),
    ],
)
def test_a_mistake_in_what_a_notebook_needs_is_named_before_anything_runs(project, change, message):
    project.notebook("01_makes")
    project.notebook("01_uses", parameters=USER, needs=[{**NEED, **change}])
    project.suite("s", "runs:\n- notebook: 01_uses")
    with pytest.raises(ParameterError, match=message):
        plan(project, "s")


def test_other_shapes_of_needs_are_refused(project):
    project.notebook("01_makes")
    project.suite("s", "runs:\n- notebook: 01_uses")
    for needs, message in (
        (["01_makes"], "expected .*found '01_makes'"),
        ([NEED, NEED], 'two of ferbench.needs have "as": "trained"'),
    ):
        project.notebook("01_uses", parameters=USER, needs=needs)
        with pytest.raises(ParameterError, match=message):
            plan(project, "s")
    project.notebook("01_uses", parameters=USER, needs=[NEED])
    project.suite("s", "runs:\n- {notebook: 01_uses, parameters: {trained: /x}}")
    with pytest.raises(ParameterError, match="'trained' gets the path of a run of '01_makes': leave it out"):
        plan(project, "s")


def test_notebooks_that_need_each_other_are_named(project):
    for name, other in (("01_a", "02_b"), ("02_b", "03_c"), ("03_c", "02_b")):
        project.notebook(name, parameters='other = ""\n', needs=[{"notebook": other, "as": "other"}])
    project.suite("s", "runs:\n- notebook: 01_a")
    with pytest.raises(ParameterError, match="in a circle: 02_b -> 03_c -> 02_b"):
        plan(project, "s")
