"""The commands around suites: list, plan, run."""

import sys
from contextlib import suppress
from pathlib import Path

import click

from fer_utils import paths
from fer_utils.backend import check_backend
from fer_utils.cli.group import debug, main, shown
from fer_utils.errors import ParameterError

jobs_option = click.option(
    "-j", "--jobs", type=click.IntRange(min=1), help="Notebooks at a time; chosen from the cores if left out."
)


def _selection(command):
    """The arguments that say which runs are meant; the same for plan and run."""
    for option in (
        click.argument("suite", default="quick"),
        click.option(
            "--data",
            multiple=True,
            metavar="NAME=PATH|twin",
            help="Where a dataset lies, or NAME=twin, or twin for all others. May be repeated.",
        ),
        click.option(
            "--only",
            metavar="PATTERN",
            help="Only the run of this name; or all whose name or notebook contains or matches it, such as '13*'.",
        ),
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
    from fer_utils.batch.completion import with_needed
    from fer_utils.batch.data import data_paths
    from fer_utils.batch.plan import make_plan
    from fer_utils.batch.request import check_settings, choose, override
    from fer_utils.batch.settings import read_settings
    from fer_utils.batch.suite import load_suite

    check_backend()
    wanted = read_settings(settings)
    requests = with_needed(override(load_suite(suite, notebooks_folder()), wanted))
    if only is not None:
        requests = choose(requests, only)
        check_settings(requests, wanted)
    return make_plan(requests, data_paths(data), paths.runs_root())


def notebooks_folder() -> Path:
    """Returns the project's folder of notebooks.

    Returns:
        Path.

    Raises:
        ParameterError: there is none.
    """
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

    folder = notebooks_folder()
    click.echo("Suites (ferbench run SUITE)")
    for name, path in find_suites(folder).items():
        click.echo(f"  {name:<23} {' '.join(read_suite(path)['description'].split())}")
    click.echo("\nNotebooks")
    for name, path in find_notebooks(folder).items():
        notebook = Notebook.read(path)
        click.echo(f"  {name:<23} {notebook.family or '-':<12} {notebook.title}")
    click.echo("\nDatasets")
    for name, dataset in DATASETS.items():
        if not dataset.needs_path:
            where = "drawn, no files needed"
        else:
            where = paths.data_path(name) or f"--data {name}=PATH, or FERBENCH_DATA"
        click.echo(f"  {name:<23} {where}")


@main.command()
@_selection
@jobs_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "dot", "sbatch"]),
    default="table",
    help="A table to read, JSON, a graph for Graphviz, or a script that submits each run to Slurm.",
)
@debug
def plan(suite, data, only, settings, jobs, form):
    """Shows what a suite would run, why, and about how long it takes."""
    from fer_utils.batch import plan_formats
    from fer_utils.batch.data import data_paths
    from fer_utils.batch.engine import default_jobs
    from fer_utils.batch.sbatch import as_sbatch
    from fer_utils.batch.settings import read_settings

    runs = _plan(suite, data, only, settings)
    jobs = jobs or default_jobs(sum(run.state != "cached" for run in runs))
    if form == "sbatch":
        wanted = read_settings(settings)
        click.echo(as_sbatch(runs, data_paths(data), wanted, paths.project_root(), paths.runs_root()))
    elif form == "json":
        click.echo(plan_formats.as_json(runs, jobs))
    else:
        click.echo(plan_formats.as_dot(runs) if form == "dot" else plan_formats.as_table(runs, jobs))


@main.command()
@_selection
@jobs_option
@click.option("--force", is_flag=True, help="Run again what is there already.")
@click.option(
    "--retry-failed/--no-retry-failed",
    default=None,
    help="Run only what failed earlier, and what that blocked; or leave what failed. Without either, all that is not "
    "there yet runs, and what failed once more.",
)
@click.option("--no-warm", is_flag=True, help="Start every kernel afresh instead of forking it.")
@click.option("--engine", type=click.Choice(["local", "dask"]), default="local", help="Where runs are executed.")
@click.option("--scheduler", metavar="ADDRESS|YAML", help="With --engine dask: tcp://HOST:8786, or a file.")
@debug
def run(suite, data, only, settings, jobs, force, retry_failed, no_warm, engine, scheduler):
    """Executes a suite; what is there already is skipped.

    A terminal shows a live picture: what runs, since when, in which epoch, the last measure on validation and the time
    left; what comes next, and what waits. Elsewhere each change is a plain line. The output of a run is in its folder,
    in run.log. Ctrl-C, kill and a closed terminal stop everything; the same command goes on from there.
    """
    from fer_utils.batch.engine import execute_plan
    from fer_utils.batch.plan import only_failed
    from fer_utils.batch.progress import Progress
    from fer_utils.batch.space import check_space

    if (engine == "dask") != (scheduler is not None):
        raise ParameterError("--engine dask and --scheduler belong together: give both, or none.")
    runs = _plan(suite, data, only, settings)
    if retry_failed:
        runs = only_failed(runs)
        if not runs:
            click.echo("Nothing failed earlier: 'ferbench run' without --retry-failed runs what is not there yet.")
            return
    root, words = paths.runs_root(), Progress(sys.stderr)
    if force or any(run.state != "cached" for run in runs):
        check_space(root)
    try:
        outcomes = execute_plan(runs, root, jobs, force, retry_failed is not False, words, not no_warm, scheduler)
    except KeyboardInterrupt:
        with suppress(OSError):  # the terminal may be closed
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
