"""What the papers print and no run here speaks about: folded, by paper and table."""

from collections.abc import Callable, Iterable, Sequence

from fer_utils.evaluation.claims import JUDGED, KINDS, Claim, Ordering, load_claims, load_orderings
from fer_utils.report import words
from fer_utils.report.html import Fragment, details, join, table, tag

UNCOUNTED = ("parameters", "quoted", "repeated")  # kinds whose plural is the same


def listed(without: Sequence[Claim], baseline: Callable[[Claim], Fragment]) -> Fragment:
    """Lists the claims without a run, then what gets no verdict, then what beats what; one fold a paper.

    Args:
        without: sequence of `Claim` that get verdicts and have no run.
        baseline: function that writes what guessing scores.

    Returns:
        `Fragment`.
    """
    everything = load_claims(kinds=KINDS)
    missing = {claim.id for claim in without}
    shown = [claim for claim in everything if claim.kind not in JUDGED or claim.id in missing]
    parts = []
    for paper, citation in dict.fromkeys((claim.paper, claim.citation) for claim in everything):
        mine = [claim for claim in shown if claim.paper == paper]
        orderings = [ordering for ordering in load_orderings() if ordering.better.paper == paper]
        groups: dict[str, list[Claim]] = {}
        for claim in mine:
            groups.setdefault(claim.group, []).append(claim)
        folds = [_group(claims, baseline) for claims in groups.values()]
        folds += [_orderings(orderings)] if orderings else []
        all_of = sum(claim.paper == paper for claim in everything)
        summary = join([paper, tag("span", f"{_counts(mine)}; {many(all_of, 'number')} in all", class_="key")], " ")
        parts.append(details(summary, tag("p", citation, "."), *folds))
    return join(parts)


def _group(claims: Sequence[Claim], baseline: Callable[[Claim], Fragment]) -> Fragment:
    """One table of a paper; those about single classes stand one class a row."""
    first = claims[0]
    headers, rows = ["What", "Published"], []
    judged = first.kind in JUDGED or first.rates
    if judged:
        headers.append("Baseline")
    for claim in claims:
        cells = [_subject(claim), claim.printed]
        rows.append([*cells, baseline(claim)] if judged else cells)
    about = f"{first.table}: {first.about or first.metric}"
    told = [first.kind, words.dataset(first.dataset), " or ".join(map(words.task, first.label_maps))]
    told += [f"split: {first.split}" if first.split else "", first.reason]
    facts = tag("p", "; ".join(filter(None, told)), class_="key")
    flags = dict.fromkeys(flag for claim in claims for flag in claim.flags)
    bullets = tag("ul", *(tag("li", flag) for flag in flags)) if flags else ""
    summary = join([about, tag("span", many(len(claims), first.kind), class_="key")], " ")
    return details(summary, facts, bullets, table(about, headers, rows, class_="ledger"))


def _subject(claim: Claim) -> Fragment:
    what = f"{claim.what}; {claim.setting}" if claim.setting else claim.what
    return join([claim.model, tag("span", what, class_="key")], " ") if claim.model else join([what])


def _orderings(orderings: Sequence[Ordering]) -> Fragment:
    rows = []
    for ordering in orderings:
        printed = f"{ordering.better.printed} against {ordering.worse.printed}"
        flags = (tag("span", flag, class_="key") for flag in ordering.flags)
        points = f"{100 * ordering.difference:+.1f} points"
        rows.append([join([ordering.says, *flags], " "), ordering.where, printed, points])
    headers = ["What is said to beat what", "Where", "Published", "Difference"]
    summary = join(["What beats what", tag("span", many(len(rows), "ordering"), class_="key")], " ")
    return details(summary, table("What beats what", headers, rows, class_="ledger"))


def _counts(claims: Iterable[Claim]) -> str:
    found: dict[str, int] = {}
    for claim in claims:
        found[claim.kind] = found.get(claim.kind, 0) + 1
    parts = (f"{many(n, kind)}{' without a run' if kind in JUDGED else ''}" for kind, n in found.items())
    return ", ".join(parts) or "each number has a run"


def many(n: int, kind: str) -> str:
    """Counts numbers of a kind, such as "2 results"."""
    return f"{n} {kind}" + ("" if n == 1 or kind in UNCOUNTED else "s")
