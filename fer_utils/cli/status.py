"""The command that tells what lies in the runs folder, and what runs."""

import sys

import click

from fer_utils import paths
from fer_utils.cli.group import debug, main, shown


@main.command()
@click.option(
    "--follow",
    is_flag=True,
    help="Watch what runs until nothing does. A terminal shows a live table: since when, time left, epoch and the "
    "last measure on validation. Elsewhere a plain line says when a run begins, finishes an epoch and ends.",
)
@debug
def status(follow):
    """Shows what lies in the runs folder, from any terminal."""
    from fer_utils.batch import watch
    from fer_utils.batch.history import BLOCKED
    from fer_utils.batch.printable import printable
    from fer_utils.runs.record import read_runs

    root = paths.runs_root()
    records = read_runs(root)
    if follow:
        if not watch.follow_live(root, sys.stdout):
            watch.follow(root, click.echo)
        return
    count = dict.fromkeys(("ok", "failed", "unfinished", "blocked", "running"), 0)
    for record in records:
        state = "blocked" if record.error.get("type") == BLOCKED else record.state
        if state != "ok" and watch.is_running(record.directory):
            state = "running"
        count[state] += 1
        facts = record.result or record.error
        seconds = facts.get("seconds", facts.get("provenance", {}).get("wall_seconds"))
        took = f"{seconds:.0f} s" if isinstance(seconds, int | float) else ""
        note = (str(record.error.get("message", "")).splitlines() or [""])[0]
        note = printable(f"{record.error.get('type')}: {note}" if state == "failed" else note)
        when = facts.get("created", "")
        line = f"{state:<10} {record.notebook:<22} {record.key:<28} {took:>8}  {when:<20}  {note}"
        click.echo(line.rstrip())
    words = [f"{count[state]} {state}" for state in count if count[state] or state in ("ok", "failed", "unfinished")]
    click.echo(f"{shown(root)}: {', '.join(words)}")
