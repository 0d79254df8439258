import pytest
from click.testing import CliRunner

from fer_utils.cli import main
from fer_utils.errors import UserError


@pytest.fixture
def ferbench(project):
    project.notebook("01_toy", "print(epochs)")
    project.notebook("02_raises", "1/0")
    project.suite(
        "quick", "description: Toys.\nruns:\n- {notebook: 01_toy, grid: {epochs: [1, 2]}}\n- notebook: 02_raises"
    )
    return lambda *arguments: CliRunner().invoke(main, list(arguments))


def test_without_arguments_it_helps(ferbench):
    answer = ferbench()
    assert answer.exit_code == 0 and "Commands:" in answer.output


def commands(group=main, before=()):
    for name, command in group.commands.items():
        yield (*before, name)
        yield from commands(command, (*before, name)) if hasattr(command, "commands") else ()


@pytest.mark.parametrize("command", list(commands()), ids=" ".join)
def test_every_command_has_help_that_can_be_read(command):
    answer = CliRunner().invoke(main, [*command, "--help"])
    assert answer.exit_code == 0 and "\\b" not in answer.output and "\b" not in answer.output
    assert len(answer.output.split("Options:")[0].split()) > 8  # it says what it does


def test_debug_shows_where_a_mistake_was_found(ferbench):
    for arguments in (["--debug", "plan", "quik"], ["plan", "quik", "--debug"]):
        assert isinstance(ferbench(*arguments).exception, UserError)


def test_outside_the_project_it_says_where_to_call_it(ferbench, monkeypatch, tmp_path):
    monkeypatch.setattr("fer_utils.paths.project_root", lambda: tmp_path / "elsewhere")
    answer = ferbench("list")
    assert answer.exit_code == 2 and "inside the project" in answer.stderr


def test_list_names_suites_notebooks_and_datasets(ferbench):
    answer = ferbench("list")
    assert answer.exit_code == 0
    for words in ("quick", "Toys.", "01_toy", "toy", "The 01_toy study", "synthetic", "--data fer2013=PATH"):
        assert words in answer.stdout


def test_run_skips_what_is_done_and_its_status_tells_of_failures(ferbench):
    assert "2 ok" in (first := ferbench("run", "--only", "01_toy")).stdout and first.exit_code == 0
    assert "done 2/2 | running 0 | failed 0" in first.stderr

    second = ferbench("run")
    assert second.exit_code == 1 and "1 failed" in second.stdout and "2 cached" in second.stdout
    assert "failed: 02_raises in cell 2: ZeroDivisionError: division by zero" in second.stderr

    planned = ferbench("plan")
    assert planned.exit_code == 0 and "2 cached, 1 to execute" in planned.stdout
    assert "failed before (ZeroDivisionError: division by zero)" in planned.stdout

    skipped = ferbench("run", "--no-retry-failed")
    assert skipped.exit_code == 1 and "1 skipped" in skipped.stdout

    forced = ferbench("run", "--only", "01*[epochs=1]", "--force")
    assert forced.exit_code == 0 and "1 ok" in forced.stdout

    state = ferbench("status")
    assert state.exit_code == 0 and "2 ok, 1 failed, 0 unfinished" in state.stdout
    assert "ZeroDivisionError: division by zero" in state.stdout


def test_set_reaches_the_notebook(ferbench, project):
    assert ferbench("run", "--only", "epochs=1", "--set", "epochs=9").exit_code == 0
    assert project.read("01_toy", "result.json")["parameters"] == {"epochs": 9}
