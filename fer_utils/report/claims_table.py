"""Published numbers beside ours: each with its protocol, its baseline and a verdict."""

from collections.abc import Sequence

from fer_utils.evaluation.claims import Claim, Verdict, load_claims
from fer_utils.report import words
from fer_utils.report.collect import Collection, Entry
from fer_utils.report.html import Fragment, badge, count, details, escape, join, percent, table, tag, with_interval
from fer_utils.report.judged import concerns, judge, tally, verdicts
from fer_utils.report.names import model_label, run_link
from fer_utils.report.orderings import tested
from fer_utils.report.unjudged import listed

__all__ = ["beside_ours", "ledger", "verdicts"]


def beside_ours(runs: Collection, entries: Sequence[Entry]) -> Fragment:
    """Sets the papers' numbers beside those of one protocol.

    Args:
        runs: `Collection`.
        entries: sequence of `Entry` of one protocol.

    Returns:
        `Fragment`; a sentence where no paper has a number for these models.
    """
    headline, by_class, flags = [], [], {}
    for claim in load_claims():
        for entry in entries:
            if concerns(claim, entry) and (claim.emotion is None or claim.emotion in entry.score.classes):
                (by_class if claim.emotion else headline).append(_row(runs, claim, entry))
                flags |= dict.fromkeys(f"{claim.table}: {flag}" for flag in claim.flags)
    if not headline and not by_class:
        return tag("p", "No paper in the ledger has a number for these models.")
    headers = [
        "Model",
        "The paper's number",
        "The paper's data and split",
        "Its baseline",
        "Ours",
        "Verdict",
        "Run",
    ]
    parts = [table("Published numbers beside ours", headers, headline, class_="claims")] if headline else []
    if by_class:
        inner = table("Published numbers by class beside ours", headers, by_class, class_="claims")
        parts.append(details(f"The same class by class ({len(by_class)} numbers)", inner))
    if flags:
        bullets = tag("ul", *(tag("li", flag) for flag in flags))
        parts.append(details("What is unclear in the papers", bullets))
    return join(parts)


def ledger(runs: Collection) -> Fragment:
    """Lists every claim: those with runs and their verdicts, what beats what, then, folded by paper, all others.

    Args:
        runs: `Collection`.

    Returns:
        `Fragment`, without our scores: those stand with their protocols.
    """
    headline, by_class, without = [], [], []
    for claim, said in tally(runs, load_claims()).values():
        if all(found.word == "not run" for found in said):
            without.append(claim)
            continue
        cell = join((_said(found, times) for found, times in said.items()), tag("br"))
        row = [tag("code", claim.id), claim.table, claim.what, claim.printed, baseline(claim), cell]
        (by_class if claim.emotion else headline).append(row)
    headers = ["Claim", "Where", "What", "Published", "Baseline", "Verdict"]
    parts = [tag("p", "No run here speaks about a published number.")]
    if headline or by_class:
        parts = [table("Published accuracies and sizes, with runs here", headers, headline, class_="ledger")]
    if by_class:
        inner = table("Published numbers by class, with runs here", headers, by_class, class_="ledger")
        parts.append(details(f"The same by class ({len(by_class)} numbers)", inner))
    if runs.pages:
        parts.append(
            tag("p", "The same ", tag("a", "table by table, as the papers print them", href="papers.html"), ".")
        )
    return join([*parts, tested(runs), tag("h3", "Everything else that the papers print"), listed(without, baseline)])


def baseline(claim: Claim, label_map: str | None = None) -> Fragment:
    """Writes what guessing scores, and marks a published accuracy that is no better.

    Args:
        claim: `Claim`.
        label_map: str. The one that a run has; all that the paper may have meant if left out.

    Returns:
        `Fragment`; n/a where there is no such thing.
    """
    if not claim.rates:
        return escape("n/a")
    chosen = {label_map: claim.rates[label_map]} if label_map in claim.rates else claim.rates
    marks = dict.fromkeys(claim.at_chance, badge("published at chance", "warn"))
    return join(
        join([percent(rate), tag("span", f"{claim.guess}, {words.task(name)}", class_="key"), marks.get(name, "")], " ")
        for name, rate in chosen.items()
    )


def _row(runs: Collection, claim: Claim, entry: Entry) -> list:
    if claim.kind == "parameters":
        ours = escape(f"{count(entry.description.get('parameters'))} parameters")
        theirs = "any data"
    else:
        ours = with_interval(entry.score.metric(claim.metric, claim.emotion))
        tasks = " or ".join(words.task(name) for name in claim.label_maps)
        where = tag("span", f"{tasks}; split: {claim.split}", class_="key")
        theirs = join([words.dataset(claim.dataset), where], " ")
    setting = f"; {claim.setting}" if claim.setting else ""
    number = join([tag("b", claim.printed), tag("span", f"{claim.what}, {claim.table}{setting}", class_="key")], " ")
    return [
        model_label(runs, entry),
        number,
        theirs,
        baseline(claim, entry.protocol["label_map"]),
        ours,
        _said(judge(claim, entry)),
        run_link(runs, entry.record),
    ]


def _said(found: Verdict, times: int = 1) -> Fragment:
    mark = badge(found.word, words.VERDICT_KINDS.get(found.word, "plain"))
    return join([mark, f"{found.reason} ({times} runs)" if times > 1 else found.reason], " ")
