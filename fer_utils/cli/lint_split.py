"""The command that checks anybody's split for leakage."""

import json
import sys
from pathlib import Path

import click

from fer_utils.cli.group import debug, main

BAD = {False: ("error",), True: ("error", "warning", "cannot vouch")}  # by --strict


@main.command("lint-split")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--strict", is_flag=True, help="Status 1 unless the split is clean.")
@click.option("--json", "as_json", is_flag=True, help="Write everything as JSON.")
@debug
def lint_split(file, strict, as_json):
    """Checks a split table for people, sequences and pictures on both sides.

    \b
    FILE is a csv (or tsv, possibly gz) with the columns
      id        of the image, such as its name
      subject   who is shown; empty where unknown
      sequence  which film it is a frame of; empty for a still
      split     train, validation or test
    and possibly
      fold      name of a fold: then each fold lists all its rows
      label     the class
      path      of the picture, relative to FILE

    With paths, pictures are read, and identical ones, near-duplicates and altered copies are found: about 20 ms a
    picture. Files are only read.

    Exit status: 0 nothing worse than warnings, 1 errors (with --strict also warnings, or unknown people), 2 a wrong
    command or a table that cannot be read.
    """  # noqa: D301  (click wants the character itself)
    from fer_utils.protocol.linter import lint
    from fer_utils.protocol.split_table import read_split_table

    table, folds = read_split_table(file)
    report = lint(table, folds, near=bool(len(table.images)))
    sizes = {part: sum(len(getattr(fold, part)) for fold in folds) for part in ("train", "validation", "test")}
    if as_json:
        facts = {"file": str(file), "images": len(table), "folds": len(folds), "rows": sizes}
        click.echo(json.dumps(facts | report.to_dict() | {"notes": list(report.notes)}, indent=2))
    else:
        parts = ", ".join(f"{size:,} {part}" for part, size in sizes.items())
        click.echo(f"{file}: {len(table):,} images, {len(folds)} fold{'s' * (len(folds) > 1)}; rows: {parts}\n")
        click.echo(report)
    sys.exit(1 if report.verdict in BAD[strict] else 0)
