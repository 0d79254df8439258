"""The command that lists and removes leftovers."""

import sys

import click

from fer_utils import paths
from fer_utils.cli.group import debug, main, shown


@main.command()
@click.option("--delete", is_flag=True, help="Remove what is listed. Without this nothing is removed.")
@click.option("--dry-run", is_flag=True, help="Only list, which is what happens without --delete, too.")
@click.option("--runs", "with_runs", is_flag=True, help="Remove superseded runs, too: repeated since, after a change.")
@click.option(
    "--older-than",
    type=click.FloatRange(min=0),
    metavar="DAYS",
    help="Caches, too, that nobody used for so many days; they are filled anew when needed.",
)
@debug
def gc(delete, dry_run, with_runs, older_than):
    """Lists what no run needs any more, and removes it with --delete.

    Nothing is touched that the runner did not make: runs opened by hand and models scored from outside stay.
    """
    from fer_utils.batch.leftovers import cache_leftovers, remove, run_leftovers
    from fer_utils.cli.suites import notebooks_folder
    from fer_utils.report.supersede import current
    from fer_utils.runs.record import read_runs

    if delete and dry_run:
        raise click.UsageError("--delete and --dry-run contradict each other.")
    root = paths.runs_root()
    records = read_runs(root)
    counted = {record.directory for record in current(records)}
    superseded = {record.directory for record in records} - counted
    found = list(run_leftovers(root, notebooks_folder(), superseded))
    if older_than is not None:
        found += cache_leftovers(paths.cache_root(), older_than)
    freed, stayed, failed = 0, 0, 0
    for leftover in found:
        chosen = with_runs or leftover.kind != "superseded run"
        if delete and chosen and not remove(leftover):
            word, failed = "in use, or not ours to remove", failed + 1
        else:
            word = "stays without --runs" if not chosen else "removed" if delete else "may go"
        freed += leftover.size if chosen and word != "in use, or not ours to remove" else 0
        stayed += 0 if chosen else leftover.size
        click.echo(f"{_size(leftover.size):>9}  {leftover.kind:<15} {shown(leftover.path)}: {leftover.why}; {word}")
    end = f"{_size(freed)} {'removed' if delete else 'would be removed with --delete'}"
    end += f", {_size(stayed)} more with --runs" if stayed else ""
    click.echo(end if found else "Nothing is left over.")
    sys.exit(1 if failed else 0)


def _size(count: int) -> str:
    """Writes bytes as people do."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("KB", 1e3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} B"
