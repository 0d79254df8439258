"""The papers' tables, row by row, with every run of the same system on the same data beside each number."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from fer_utils.evaluation.claims import JUDGED, Claim, load_claims
from fer_utils.report import words
from fer_utils.report.claims_table import baseline
from fer_utils.report.collect import Collection, Entry
from fer_utils.report.html import Fragment, badge, escape, join, table, tag, with_interval
from fer_utils.report.judged import concerns, judge
from fer_utils.report.judged_orderings import JudgedOrdering, judged_orderings
from fer_utils.report.names import model_name, run_link
from fer_utils.report.orderings import orderings_table

HEADERS = ["System", "Published", "Guessing", "Ours", "Ours, UAR", "On", "Verdict", "Run"]
SHOWN = ("result", "repeated")  # kinds that a run here may stand beside


def paper_tables(runs: Collection) -> Fragment:
    """Shows each published table that some run here speaks about, whole.

    Rows that nobody has run stay, so that nothing seems complete that is not.

    Args:
        runs: `Collection`.

    Returns:
        `Fragment`: a section a paper, and in it a part for each of its tables; a sentence where there is none.
    """
    claims = [claim for claim in load_claims(kinds=SHOWN) if not claim.emotion]
    orderings = judged_orderings(runs)
    papers = []
    for (paper, citation), own in groupby(claims, key=lambda claim: (claim.paper, claim.citation)):
        parts = [_part(runs, name, list(rows), orderings) for name, rows in _by_table(own)]
        if any(parts):
            papers.append(tag("section", tag("h3", paper), tag("p", citation, "."), *parts, class_="protocol"))
    return join(papers) or tag("p", "No run here speaks about a published number.")


def _by_table(claims: Iterable[Claim]) -> Iterable[tuple[str, list[Claim]]]:
    """Brings the groups of one printed table together, in the order in which the tables first appear."""
    tables: dict[str, list[Claim]] = {}
    for claim in claims:
        tables.setdefault(claim.table, []).append(claim)
    return tables.items()


def _part(runs: Collection, name: str, claims: Sequence[Claim], orderings: Sequence[JudgedOrdering]) -> Fragment:
    """One printed table: a table for each of its groups, then what beats what in it."""
    groups = [list(group) for _, group in groupby(claims, key=lambda claim: claim.group)]
    shown = [(group, [(claim, _entries(runs, claim)) for claim in group]) for group in groups]
    if not any(entries for _, rows in shown for _, entries in rows):
        return Fragment("")
    parts = [tag("h4", name)]
    for group, rows in shown:
        lines = [_row(runs, claim, entry) for claim, entries in rows for entry in entries or [None]]
        about = f"{name}: {group[0].about}" if group[0].about else name
        parts.append(table(about, HEADERS, lines, class_="claims", numeric=(3, 4)))
        flags = dict.fromkeys(flag for claim in group for flag in claim.flags)
        parts.append(tag("ul", *(tag("li", flag) for flag in flags)) if flags else "")
    own = [found for found in orderings if _about(found, claims[0].paper, name)]
    return join([*parts, orderings_table(runs, f"What beats what, {name}", own)])


def _about(found: JudgedOrdering, paper: str, name: str) -> bool:
    two = (found.ordering.better, found.ordering.worse)
    return any(claim.paper == paper and claim.table == name for claim in two)


def _entries(runs: Collection, claim: Claim) -> list[Entry]:
    """The runs of a claim's system on its data, or on a twin of them, with its classes."""
    return [
        entry
        for entry in runs.entries
        if concerns(claim, entry)
        and entry.score is not None
        and set(entry.protocol["dataset"].split("+")) == set(claim.dataset.split("+"))
        and entry.protocol["label_map"] in claim.label_maps
    ]


def _row(runs: Collection, claim: Claim, entry: Entry | None) -> list:
    """One published number and one run; or none, where nobody has run it."""
    system = join([model_name(entry) if entry else claim.model, tag("span", claim.setting, class_="key")], " ")
    if entry is None:
        return [system, claim.printed, baseline(claim), "", "", "", _badge("not run"), ""]
    said = judge(claim, entry) if claim.kind in JUDGED else None
    verdict = join([_badge(said.word), said.reason], " ") if said else escape("printed elsewhere, too")
    on = [words.task(entry.protocol["label_map"]), words.split(entry.protocol["split"])]
    return [
        system,
        claim.printed,
        baseline(claim, entry.protocol["label_map"]),
        with_interval(entry.score.metric(claim.metric, claim.emotion)),
        with_interval(entry.score.uar),
        join([", ".join(on), words.badges(entry.protocol)], " "),
        verdict,
        run_link(runs, entry.record),
    ]


def _badge(word: str) -> Fragment:
    return badge(word, words.VERDICT_KINDS.get(word, "plain"))
