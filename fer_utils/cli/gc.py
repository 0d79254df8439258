"""The command that lists and removes leftovers."""

import sys

import click

from fer_utils import paths
from fer_utils.cli.group import debug, main, shown

REMOVED, LISTED, KEPT, HELD = "removed", "may go", "stays without --runs", "in use by now, or it cannot be removed"


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
    sizes = dict.fromkeys((REMOVED, LISTED, KEPT, HELD), 0)
    for leftover in found:
        if leftover.kind == "superseded run" and not with_runs:
            word = KEPT
        elif not delete:
            word = LISTED
        else:
            word = REMOVED if remove(leftover) else HELD
        sizes[word] += leftover.size
        click.echo(f"{_size(leftover.size):>9}  {leftover.kind:<15} {shown(leftover.path)}: {leftover.why}; {word}")
    end = f"{_size(sizes[REMOVED])} removed" if delete else f"{_size(sizes[LISTED])} would be removed with --delete"
    end += f", {_size(sizes[KEPT])} more with --runs" if sizes[KEPT] else ""
    click.echo(end if found else "Nothing is left over.")
    sys.exit(1 if sizes[HELD] else 0)


def _size(count: int) -> str:
    """Writes bytes as people do."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("KB", 1e3)):
        if count >= size:
            return f"{count / size:.1f} {unit}"
    return f"{count} B"
