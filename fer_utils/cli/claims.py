"""The command that prints the ledger of published numbers."""

import json
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path

import click

from fer_utils import paths
from fer_utils.cli.group import debug, main
from fer_utils.errors import ParameterError, nearest

WIDTH = 100
KINDS = ("result", "parameters", "other result", "repeated", "quoted", "setting", "dataset fact", "ordering")
JUDGED = KINDS[:2]


@main.command()
@click.option("--paper", metavar="ID", help="One paper, such as hussein2020.")
@click.option("--table", metavar="T", help="One table, such as 4.7 or 'Table A.1'.")
@click.option("--kind", type=click.Choice(KINDS), help="One kind of numbers; 'ordering' is what beats what.")
@click.option("--runs", type=click.Path(path_type=Path), help="Folder of run records.  [default: reports/runs]")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@debug
def claims(paper, table, kind, runs, as_json):
    """Prints every published number, with its baseline, its contradictions and what the runs here say."""
    from fer_utils.evaluation.claims import KINDS as ALL
    from fer_utils.evaluation.claims import load_claims, load_orderings, ordering_verdict
    from fer_utils.report.collect import collect
    from fer_utils.report.judged import tally

    everything = load_claims(kinds=ALL)
    chosen = _choose(everything, paper, table, kind)
    orderings = [] if kind not in (None, "ordering") else load_orderings()
    places = {(claim.paper, claim.group) for claim in _choose(everything, paper, table, None)}
    orderings = [o for o in orderings if (o.better.paper, o.better.group) in places]
    if not chosen and not orderings:
        raise ParameterError(f"No number of kind '{kind}' there. Leave --kind out to see what there is.")
    found = tally(collect(runs or paths.runs_root()), chosen)
    if as_json:
        listed = [asdict(claim) | _judged(claim, said) for claim, said in found.values()]
        pairs = [
            {"id": o.id, "says": o.says, "better": o.better.id, "worse": o.worse.id, "difference": o.difference}
            | {"flags": o.flags, "verdict": str(ordering_verdict(o))}
            for o in orderings
        ]
        click.echo(json.dumps({"claims": listed, "orderings": pairs}, indent=1, ensure_ascii=False))
        return
    click.echo("\n".join([*_ledger(found.values()), *_pairs(orderings)]))
    click.echo(_count(chosen, len(orderings)))


def _choose(claims: Sequence, paper: str | None, table: str | None, kind: str | None) -> list:
    """Keeps what was asked for; a name that does not exist is told with the nearest."""
    if paper is not None:
        papers = dict.fromkeys(claim.paper for claim in claims)
        if paper not in papers:
            raise ParameterError(f"No paper '{paper}'. Papers: {', '.join(papers)}.{nearest(paper, papers)}")
        claims = [claim for claim in claims if claim.paper == paper]
    if table is not None:
        tables = dict.fromkeys(claim.table for claim in claims)
        claims = [claim for claim in claims if table in (claim.group, claim.table, claim.table.removeprefix("Table "))]
        if not claims:
            listed = f" Tables: {', '.join(tables)}." if paper else " Name a --paper to see its tables."
            raise ParameterError(f"No table '{table}'.{listed}{nearest(f'Table {table}', tables)}")
    return [claim for claim in claims if kind in (None, claim.kind)]


def _ledger(found: Iterable[tuple]) -> Iterable[str]:
    """Yields the lines of all claims, below their papers and tables."""
    groups: dict[tuple, list[tuple]] = {}
    for claim, said in found:
        groups.setdefault((claim.paper, claim.group), []).append((claim, said))
    papers = set()
    for (paper, _), group in groups.items():
        first = group[0][0]
        if paper not in papers:
            yield from ("", *textwrap.wrap(f"{paper}: {first.citation}", WIDTH))
        papers.add(paper)
        idle = all(verdict.word == "not run" for claim, said in group for verdict in said if claim.kind in JUDGED)
        yield from _head([claim for claim, _ in group], "not run" if idle and first.kind in JUDGED else "")
        yield from _by_class([claim for claim, _ in group if claim.emotion])
        for claim, said in group:
            if not claim.emotion:
                yield from _line(claim)
            if not idle and claim.kind in JUDGED:
                yield from _said(claim, said)


def _line(claim) -> Iterable[str]:
    """Yields one number."""
    subject = " ".join(filter(None, (claim.model, f"[{claim.setting}]" if claim.setting else "", claim.what)))
    first, *others = textwrap.wrap(subject, 52)
    yield f"    {first:<53} {claim.printed:>11}  {_baseline(claim)}".rstrip()
    yield from (f"      {line}" for line in others)


def _by_class(claims: Sequence) -> Iterable[str]:
    """Yields the numbers about single classes, one class a line."""
    rows: dict[tuple, dict[str, str]] = {}
    for claim in claims:
        rows.setdefault((claim.model, claim.emotion), {})[claim.metric] = claim.printed
    for (model, emotion), row in rows.items():
        numbers = "  ".join(f"{metric.replace('f1', 'F1')} {printed:>5}" for metric, printed in row.items())
        yield f"    {model} {emotion:<15} {numbers}"


def _said(claim, said: dict) -> Iterable[str]:
    """Yields the verdicts on one number."""
    for verdict, times in said.items():
        if verdict.word == "not run":
            yield from [] if claim.emotion else ["        > not run"]
            continue
        about = f"{claim.model} {claim.what}: " if claim.emotion else ""
        text = f"{about}{verdict}" + (f" ({times} runs)" if times > 1 else "")
        yield from textwrap.wrap(text, WIDTH, initial_indent=" " * 8 + "> ", subsequent_indent=" " * 10)


def _head(claims: Sequence, state: str) -> Iterable[str]:
    """Yields what the numbers of a table share, and what contradicts what in it."""
    first = claims[0]
    yield ""
    yield from textwrap.wrap(f"{first.table}: {first.about}", WIDTH, initial_indent="  ", subsequent_indent="    ")
    split = f"split: {first.split}" if first.split else ""
    facts = (first.kind, first.dataset, " or ".join(first.label_maps), split, first.reason, state)
    shared = f"({'; '.join(filter(None, facts))})"
    yield from textwrap.wrap(shared, WIDTH, initial_indent="    ", subsequent_indent="     ")
    for flag in dict.fromkeys(flag for claim in claims for flag in claim.flags):
        yield from textwrap.wrap(flag, WIDTH, initial_indent="    ! ", subsequent_indent="      ")


def _baseline(claim) -> str:
    rates = dict.fromkeys(f"{100 * rate:.1f}" for rate in claim.rates.values())
    mark = ", AT CHANCE" if claim.at_chance else ""
    return f"{claim.guess} {'/'.join(rates)}{mark}" if rates else ""


def _judged(claim, said: dict) -> dict:
    verdicts = [{"word": v.word, "reason": v.reason, "runs": times} for v, times in said.items()]
    return {"rates": claim.rates, "at_chance": claim.at_chance, "verdicts": verdicts}


def _pairs(orderings: Sequence) -> Iterable[str]:
    """Yields what beats what."""
    paper = None
    for ordering in orderings:
        if ordering.better.paper != paper:
            paper = ordering.better.paper
            yield from ("", f"{paper}: what beats what, in points")
        where = f"{ordering.where}; {ordering.better.printed} against {ordering.worse.printed}"
        said = f"{100 * ordering.difference:+5.1f}  {ordering.says} ({where})"
        yield from textwrap.wrap(said, WIDTH, initial_indent="    ", subsequent_indent=" " * 11)
        for flag in ordering.flags:
            yield from textwrap.wrap(flag, WIDTH, initial_indent=" " * 11 + "! ", subsequent_indent=" " * 13)


def _count(claims: Sequence, orderings: int) -> str:
    counts: dict[str, int] = {}
    for claim in claims:
        counts[claim.kind] = counts.get(claim.kind, 0) + 1
    if orderings:
        counts["ordering"] = orderings
    words = f"{len(claims)} numbers: " + ", ".join(f"{n} {kind}" for kind, n in counts.items())
    return "\n" + "\n".join(textwrap.wrap(words, WIDTH))
