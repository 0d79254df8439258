"""The commands that check a copy of a dataset and tell about the original."""

import json
import sys
import textwrap
from pathlib import Path

import click

from fer_utils.cli.data import Line, data, place_of
from fer_utils.cli.group import debug

WIDTH = 100
INDENT = 12  # of the facts, behind their names


@data.command()
@click.argument("name")
@click.argument("path", required=False, type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Write everything as JSON.")
@debug
def check(name, path, as_json):
    """Compares a copy of the dataset NAME with what is published, and reads every picture of it once.

    PATH is the folder into which its archives were unpacked; without it, the subfolder NAME of FERBENCH_DATA. Files
    are only read. The second time is faster: what has not changed since is not decoded again.

    Exit status: 0 complete or partial, 1 problems, 2 a wrong command or nothing that can be read.
    """
    from fer_utils.datasets.check import check_dataset

    place = place_of(name, path, "check")
    line = Line(f"{name}: pictures", sys.stderr)
    try:
        result = check_dataset(name, place, line.show)
    finally:
        line.close()
    click.echo(json.dumps(result.to_dict(), indent=2) if as_json else _text(result))
    sys.exit(1 if result.verdict == "problems" else 0)


@data.command()
@click.argument("name")
@debug
def info(name):
    """Tells how to obtain the dataset NAME, its license, citation, layout and published counts."""
    from fer_utils.datasets import DATASETS, about_dataset

    about = about_dataset(name)
    click.echo(f"{name}: {about.title}\n")
    for fact in ("owner", "obtain", "license", "citation", "layout", "counts", "traps"):
        words = getattr(about, fact)
        if words:
            unbroken = {"break_on_hyphens": False, "break_long_words": False}  # addresses stay whole
            lines = words.splitlines() if fact == "layout" else textwrap.wrap(words, WIDTH - INDENT, **unbroken)
            click.echo(f"{fact:<{INDENT}}" + f"\n{'':<{INDENT}}".join(lines))
    if DATASETS[name].needs_path:
        click.echo(f"\nCheck a copy: ferbench data check {name} PATH")


def _text(result) -> str:
    """A check in words: counts, problems with all file names, verdict."""
    from fer_utils.datasets.check import VERDICTS

    lines = [f"{result.dataset}  {result.path}  {result.samples:,} samples"]
    if result.counts:
        width = max(len(count.what) for count in result.counts)
        lines += ["", f"  {'':<{width}}  {'found':>8}  {'published':>9}"]
        for count in result.counts:
            remark = "" if count.verdict == "as published" else f"  {count.verdict}"
            lines.append(f"  {count.what:<{width}}  {count.found:>8,}  {count.published:>9,}{remark}")
    kinds = {}
    for problem in result.problems:
        kinds.setdefault((problem.expected, problem.kind), []).append(problem)
    for (expected, kind), problems in sorted(kinds.items(), key=lambda item: item[0][0]):
        also = ", also in a complete copy" if expected else ""
        lines += ["", f"{len(problems):,} {kind}{also}"]
        lines += [f"  {problem.file}" + (f": {problem.detail}" if problem.detail else "") for problem in problems]
    return "\n".join([*lines, "", f"Verdict: {result.verdict} ({VERDICTS[result.verdict]})"])
