"""The command that examines this machine."""

import json
import shutil
import sys
import textwrap
from dataclasses import asdict

import click

from fer_utils.cli.group import debug, main

COLORS = {"ok": "green", "warning": "yellow", "missing": "red"}
NAME_WIDTH = 20


@main.command()
@click.option("--data", multiple=True, metavar="NAME=PATH", help="Where a real dataset lies. May be repeated.")
@click.option("--json", "as_json", is_flag=True, help="The same as JSON.")
@debug
def doctor(data, as_json):
    """Examines this machine: what is there, what is missing, and the command that mends it.

    Takes up to two minutes on a slow machine, because it trains for a moment. Exit status 1 where `ferbench run quick`
    cannot work, or where data that you named cannot be read.
    """
    from fer_utils.doctor import examine

    named = {}
    if data:
        from fer_utils.batch.data import data_paths

        named = data_paths(data)
    answers = []
    for name, answer in examine(named):
        answers.append((name, answer))
        if not as_json:
            click.echo(_row(name, answer))
    missing = [name for name, answer in answers if answer.state == "missing"]
    if as_json:
        rows = [{"name": name, **asdict(answer)} for name, answer in answers]
        click.echo(json.dumps({"healthy": not missing, "checks": rows}, indent=1))
    else:
        warnings = sum(answer.state == "warning" for _, answer in answers)
        click.echo(_summary(missing, warnings))
    sys.exit(1 if missing else 0)


def _row(name: str, answer) -> str:
    """One check as a row, what was found wrapped beside it, and what to do below, never wrapped: it is to be copied."""
    indent = " " * (10 + NAME_WIDTH)
    width = max(60, shutil.get_terminal_size((120, 24)).columns)
    lines = textwrap.wrap(answer.found, width - len(indent), break_long_words=False, break_on_hyphens=False)
    text = click.style(f"{answer.state:<10}", COLORS[answer.state]) + f"{name:<{NAME_WIDTH}}"
    text += f"\n{indent}".join(lines)
    return text + (f"\n{indent}-> {answer.mend}" if answer.mend else "")


def _summary(missing: list[str], warnings: int) -> str:
    few = f"{warnings} warning{'' if warnings == 1 else 's'}"
    if missing:
        return f"To be mended first: {', '.join(missing)}. Besides: {few}."
    return f"All that `ferbench run quick` needs is here; {few}."
