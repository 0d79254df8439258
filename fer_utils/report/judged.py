"""Which runs speak about which published numbers, and what they say; the report and the command both ask here."""

from collections.abc import Iterable, Iterator

from fer_utils.evaluation.claims import Claim, Verdict, same_variant, verdict
from fer_utils.report.collect import Collection, Entry


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
    if entry.external or entry.model != claim.model or not same_variant(claim, settings(entry)):
        return False
    return claim.kind == "parameters" or entry.score is not None


def judge(claim: Claim, entry: Entry) -> Verdict:
    """Compares one entry with one claim."""
    return verdict(claim, entry.protocol, entry.score, entry.description.get("parameters"), settings(entry))


def settings(entry: Entry) -> dict:
    """The notebook parameters of an entry's run."""
    return entry.record.result.get("parameters") or {}


def tally(runs: Collection, claims: Iterable[Claim]) -> dict[str, tuple[Claim, dict[Verdict, int]]]:
    """Counts what the runs say about each claim.

    Args:
        runs: `Collection`.
        claims: iterable of `Claim`.

    Returns:
        dict from claim id to (claim, dict from `Verdict` to the number of runs that say so), in the given order.
    """
    found: dict[str, tuple[Claim, dict[Verdict, int]]] = {}
    for claim, said, _ in verdicts(runs, claims):
        _, counts = found.setdefault(claim.id, (claim, {}))
        counts[said] = counts.get(said, 0) + 1
    return found
