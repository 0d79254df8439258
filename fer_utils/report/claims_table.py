"""Published numbers beside ours: each with its protocol, its majority rate and a verdict."""

from collections.abc import Iterable, Iterator, Sequence

from fer_utils.evaluation.claims import Claim, Verdict, load_claims, verdict
from fer_utils.report import words
from fer_utils.report.collect import Collection, Entry
from fer_utils.report.html import Fragment, badge, count, details, escape, join, percent, table, tag, with_interval
from fer_utils.report.names import model_label


def verdicts(runs: Collection, claims: Iterable[Claim]) -> Iterator[tuple[Claim, Verdict, Entry | None]]:
    """Judges every claim by every run of its model; a claim without one is judged once, as not run.

    Args:
        runs: `Collection`.
        claims: iterable of `Claim`.

    Yields:
        (claim, verdict, entry or None).
    """
    for claim in claims:
        judged = [(claim, judge(claim, entry), entry) for entry in runs.entries if concerns(claim, entry)]
        yield from judged or [(claim, verdict(claim), None)]


def concerns(claim: Claim, entry: Entry) -> bool:
    """Whether a run's entry has what a claim is about; a model from elsewhere says nothing about a paper's."""
    if entry.external:
        return False
    return entry.model == claim.model and (claim.kind == "parameters" or entry.score is not None)


def judge(claim: Claim, entry: Entry) -> Verdict:
    """Compares one entry with one claim."""
    settings = entry.record.result.get("parameters", {})
    return verdict(claim, entry.protocol, entry.score, entry.description.get("parameters"), settings)


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
        "Its baseline (majority)",
        "Ours",
        "Verdict",
    ]
    parts = [table("Published numbers beside ours", headers, headline, class_="claims")] if headline else []
    if by_class:
        inner = table("Published numbers by class beside ours", headers, by_class, class_="claims")
        parts.append(details(f"The same class by class ({len(by_class)} numbers)", inner))
    if flags:
        listed = tag("ul", *(tag("li", flag) for flag in flags))
        parts.append(details("What is unclear in the papers", listed))
    return join(parts)


def ledger(runs: Collection) -> Fragment:
    """Lists every claim with its verdicts, without our numbers: those stand with their protocols.

    Args:
        runs: `Collection`.

    Returns:
        `Fragment`.
    """
    groups: dict[str, tuple[Claim, dict[str, int]]] = {}
    for claim, found, _ in verdicts(runs, load_claims()):
        _, tally = groups.setdefault(claim.id, (claim, {}))
        tally[str(found)] = tally.get(str(found), 0) + 1
    headline, by_class = [], []
    for claim, tally in groups.values():
        said = []
        for sentence, times in tally.items():
            word, reason = sentence.split(": ", 1)
            said.append(join([_verdict(Verdict(word, reason)), f" ({times} runs)" if times > 1 else ""]))
        row = [tag("code", claim.id), claim.table, claim.what, claim.printed, _baseline(claim), join(said, tag("br"))]
        (by_class if claim.emotion else headline).append(row)
    citations = "; ".join(dict.fromkeys(claim.citation for claim, _ in groups.values()))
    headers = ["Claim", "Where", "What", "Published", "Baseline (majority)", "Verdict"]
    first = table("Published accuracies and sizes", headers, headline, class_="ledger")
    second = table("Published numbers by class", headers, by_class, class_="ledger")
    return join([tag("p", citations, "."), first, details(f"The same by class ({len(by_class)} numbers)", second)])


def _row(runs: Collection, claim: Claim, entry: Entry) -> list:
    if claim.kind == "parameters":
        ours = escape(f"{count(entry.description.get('parameters'))} parameters")
        theirs = "any data"
    else:
        ours = with_interval(entry.score.metric(claim.metric, claim.emotion))
        tasks = " or ".join(words.task(name) for name in claim.label_maps)
        where = tag("span", f"{tasks}; split: {claim.split}", class_="key")
        theirs = join([words.dataset(claim.dataset), where], " ")
    number = join([tag("b", claim.printed), tag("span", f"{claim.what}, {claim.table}", class_="key")], " ")
    return [
        model_label(runs, entry),
        number,
        theirs,
        _baseline(claim, entry.protocol["label_map"]),
        ours,
        _verdict(judge(claim, entry)),
    ]


def _baseline(claim: Claim, label_map: str | None = None) -> Fragment:
    if not claim.baselines or claim.metric != "accuracy":
        return escape("n/a")
    mark = badge("published at chance", "warn")
    chosen = {label_map: claim.baselines[label_map]} if label_map in claim.baselines else claim.baselines
    return join(
        join([percent(rate), tag("span", words.task(name), class_="key"), mark if name in claim.at_chance else ""], " ")
        for name, rate in chosen.items()
    )


def _verdict(found: Verdict) -> Fragment:
    return join([badge(found.word, words.VERDICT_KINDS.get(found.word, "plain")), found.reason], " ")
