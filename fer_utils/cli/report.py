"""The command that builds the report."""

from pathlib import Path

import click

from fer_utils import paths
from fer_utils.cli.group import debug, main, shown
from fer_utils.errors import ParameterError


@main.command()
@click.option("--runs", type=click.Path(path_type=Path), help="Folder of run records.  [default: reports/runs]")
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the report.  [default: reports]")
@debug
def report(runs, out):
    """Builds the HTML report from the runs on disk."""
    from fer_utils.report import build_report

    runs = runs or paths.runs_root()
    if not runs.is_dir():
        found = "this is a file, not a folder of runs" if runs.exists() else "there are no runs here"
        raise ParameterError(f"{runs}: {found}. Call 'ferbench run' first, or name the folder with --runs.")
    click.echo(shown(build_report(runs, out or paths.project_root() / "reports")))
