"""The commands around suites: list, plan, run, status."""

import fnmatch
import sys
from pathlib import Path

import click

from fer_utils import paths
from fer_utils.backend import check_backend
from fer_utils.cli.group import debug, main, shown
from fer_utils.errors import ParameterError


def _selection(command):
    """The arguments that say which runs are meant; the same for plan and run."""
    for option in (
        click.argument("suite", default="quick"),
        click.option("--data", multiple=True, metavar="NAME=PATH", help="Where a real dataset lies. May be repeated."),
        click.option("--only", metavar="PATTERN", help="Only runs whose name or notebook matches, such as '13*'."),
        click.option(
            "--set",
            "settings",
            multiple=True,
            metavar="KEY=VALUE",
            help="Another value for a parameter. May be repeated.",
        ),
    ):
        command = option(command)
    return command


def _plan(suite: str, data: tuple[str, ...], only: str | None, settings: tuple[str, ...]):
    """Turns the arguments into a plan."""
    from fer_utils.batch.data import data_paths
    from fer_utils.batch.plan import make_plan
    from fer_utils.batch.settings import read_settings
    from fer_utils.batch.suite import load_suite, override

    check_backend()
    requests = load_suite(suite, _notebooks())
    if only is not None:
        chosen = [request for request in requests if _matches(only, request.label, request.notebook.name)]
        if not chosen:
            labels = [request.label for request in requests]
            raise ParameterError(f"--only {only}: no run of '{suite}' has such a name. It has: {', '.join(labels)}.")
        requests = chosen
    return make_plan(override(requests, read_settings(settings)), data_paths(data), paths.runs_root())


def _matches(pattern: str, *names: str) -> bool:
    """Whether a name holds a pattern, or fits it where it has wildcards. Brackets are plain text: labels have them."""
    if "*" in pattern or "?" in pattern:
        return any(fnmatch.fnmatchcase(name, pattern.replace("[", "[[]")) for name in names)
    return any(pattern in name for name in names)


def _notebooks() -> Path:
    folder = paths.project_root() / "notebooks"
    if not folder.is_dir():
        raise ParameterError(f"{folder}: no such folder. Call ferbench inside the project, where 'notebooks' lies.")
    return folder


@main.command("list")
@debug
def list_():
    """Lists suites, notebooks and datasets."""
    from fer_utils.batch.notebook import Notebook, find_notebooks
    from fer_utils.batch.suite import find_suites, read_suite
    from fer_utils.datasets import DATASETS

    folder = _notebooks()
    click.echo("Suites (ferbench run SUITE)")
    for name, path in find_suites(folder).items():
        click.echo(f"  {name:<22} {' '.join(str(read_suite(path)['description']).split())}")
    click.echo("\nNotebooks")
    for name, path in find_notebooks(folder).items():
        notebook = Notebook.read(path)
        click.echo(f"  {name:<22} {notebook.family or '-':<12} {notebook.title}")
    click.echo("\nDatasets")
    for name, dataset in DATASETS.items():
        if not dataset.needs_path:
            where = "drawn, no files needed"
        else:
            where = paths.data_path(name) or f"--data {name}=PATH, or FERBENCH_DATA"
        click.echo(f"  {name:<22} {where}")


@main.command()
@_selection
@debug
def plan(suite, data, only, settings):
    """Shows what a suite would run, and why."""
    runs = _plan(suite, data, only, settings)
    width = max(len(run.label) for run in runs)
    for run in runs:
        state = f"stale: {run.reason}" if run.state == "stale" else run.state
        state += f" before ({run.reason})" if run.state == "failed" else ""
        click.echo(f"{run.label:<{width}}  {run.key}  {state}")
    todo = sum(run.state != "cached" for run in runs)
    click.echo(f"{len(runs)} runs: {len(runs) - todo} cached, {todo} to execute")


@main.command()
@_selection
@click.option(
    "-j", "--jobs", type=click.IntRange(min=1), help="Notebooks at a time; chosen from the cores if left out."
)
@click.option("--force", is_flag=True, help="Run again what is there already.")
@click.option("--retry-failed/--no-retry-failed", default=True, help="Run again what failed earlier.  [default: retry]")
@click.option("--no-warm", is_flag=True, help="Start every kernel afresh instead of forking it.")
@click.option("--engine", type=click.Choice(["local", "dask"]), default="local", help="Where runs are executed.")
@click.option("--scheduler", metavar="ADDRESS|YAML", help="With --engine dask: tcp://HOST:8786, or a file.")
@debug
def run(suite, data, only, settings, jobs, force, retry_failed, no_warm, engine, scheduler):
    """Executes a suite; what is there already is skipped."""
    from fer_utils.batch.engine import execute_plan
    from fer_utils.batch.progress import Progress

    if (engine == "dask") != (scheduler is not None):
        raise ParameterError("--engine dask and --scheduler belong together: give both, or none.")
    runs = _plan(suite, data, only, settings)
    root, words = paths.runs_root(), Progress(sys.stderr)
    try:
        outcomes = execute_plan(runs, root, jobs, force, retry_failed, words, not no_warm, scheduler)
    except KeyboardInterrupt:
        click.echo("What is finished stays; the same command goes on from here.", err=True)
        raise
    count = {
        state: sum(o.state == state for o in outcomes) for state in ("ok", "cached", "failed", "skipped", "blocked")
    }
    click.echo(", ".join(f"{number} {state}" for state, number in count.items() if number))
    for outcome in outcomes:
        if outcome.state in ("failed", "skipped", "blocked"):
            click.echo(f"  {outcome.state}: {outcome.run.label}, see {shown(outcome.run.directory)}", err=True)
    if count["failed"] or count["skipped"] or count["blocked"]:
        sys.exit(1)


@main.command()
@debug
def status():
    """Shows what lies in the runs folder."""
    from fer_utils.runs.record import read_runs

    root = paths.runs_root()
    records = read_runs(root)
    for record in records:
        facts = record.result or record.error
        seconds = facts.get("seconds", facts.get("provenance", {}).get("wall_seconds"))
        took = f"{seconds:.0f} s" if isinstance(seconds, int | float) else ""
        message = (str(record.error.get("message", "")).splitlines() or [""])[0]
        note = f"{record.error.get('type')}: {message}" if record.error else ""
        when = facts.get("created", "")
        line = f"{record.state:<10} {record.notebook:<22} {record.key:<28} {took:>8}  {when:<20}  {note}"
        click.echo(line.rstrip())
    count = {state: sum(r.state == state for r in records) for state in ("ok", "failed", "unfinished")}
    click.echo(f"{shown(root)}: " + ", ".join(f"{number} {state}" for state, number in count.items()))
