"""Ordering claims: that one model beats another, which drawn faces may test as well."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from fer_utils.evaluation.claim import Claim
from fer_utils.evaluation.comparisons import Comparison

LEVEL = 0.05  # of significance


@dataclass(frozen=True)
class Ordering:
    """A published statement that one model is better than another.

    Attributes:
        id: str. Such as "hussein2020-dense-beats-base".
        says: str. The statement, in words.
        better: `Claim`. The number of the model that is said to be better.
        worse: `Claim`. The number of the other one.
        flags: tuple of str. Contradictions and gaps in the paper.
    """

    id: str
    says: str
    better: Claim
    worse: Claim
    flags: tuple[str, ...] = ()

    @property
    def difference(self) -> float:
        """The published difference, as a fraction; rounded to what the numbers are printed with."""
        return round(self.better.value - self.worse.value, 6)

    @property
    def where(self) -> str:
        """Where the two numbers stand."""
        return " and ".join(dict.fromkeys((self.better.table, self.worse.table)))


@dataclass(frozen=True)
class OrderingVerdict:
    """What a paired comparison says about an ordering claim.

    Attributes:
        word: str. "holds", "reversed", "cannot tell" or "not run".
        reason: str. Why, in one phrase.
        data: str. On which data; empty where nothing was run.
        apart: bool. The data are drawn, partial or not the paper's, so the verdict is listed apart.
    """

    word: str
    reason: str
    data: str = ""
    apart: bool = False

    def __str__(self):
        return f"{self.word}: {self.reason}" + (f" (on {self.data})" if self.data else "")


def ordering_verdict(
    ordering: Ordering,
    comparison: Comparison | None = None,
    protocol: Mapping | None = None,
    p_value: float | None = None,
) -> OrderingVerdict:
    """Judges an ordering claim by a comparison of the two models on the same test items.

    Args:
        ordering: `Ordering`.
        comparison: `Comparison` of the model that is said to be better with the other; None where they were not run.
        protocol: mapping. The `protocol` entry of the runs; needed with a comparison, because an ordering without its
            data says nothing.
        p_value: float. Corrected for the number of comparisons; that of the comparison itself if left out.

    Returns:
        `OrderingVerdict`. It holds, or is reversed, where the interval excludes zero and the test agrees.
    """
    if comparison is None or protocol is None:
        both = dict.fromkeys(_name(claim) for claim in (ordering.better, ordering.worse))
        return OrderingVerdict("not run", f"no runs of {' and '.join(both)} on the same data here")
    data, apart = _data(ordering, protocol)
    p_value = comparison.p_value if p_value is None else p_value
    low, high = comparison.difference.low, comparison.difference.high
    if any(math.isnan(number) for number in (comparison.difference.value, low, high, p_value)):
        reason = f"no interval of the difference, {comparison.n:,} test items"
        return OrderingVerdict("cannot tell", reason, data, apart)
    people = "" if comparison.subjects is None else f" of {comparison.subjects:,} people"
    ends = f"{100 * low:+.1f} to {100 * high:+.1f}, p = {p_value:.2g}, {comparison.n:,} test items{people}"
    paper = f"the paper has {100 * ordering.difference:+.1f}"
    word = "cannot tell"
    if p_value < LEVEL and (low > 0 or high < 0):
        word = "holds" if low > 0 else "reversed"
    said = f"{100 * comparison.difference.value:+.1f} points, {ends}; {paper}"
    return OrderingVerdict(word, said, data, apart)


def _data(ordering: Ordering, protocol: Mapping) -> tuple[str, bool]:
    """Says on which data a comparison was made, and whether they are other than the paper's."""
    marks = [word for word in ("synthetic", "partial", "smoke") if protocol.get(word)]
    for what, name in (("dataset", protocol["dataset"]), ("label_maps", protocol["label_map"])):
        papers = dict.fromkeys(_all_of(ordering, what))
        if papers and name not in papers:
            marks.append(f"the paper has {' and '.join(papers)}")
    text = f"{protocol['dataset']}/{protocol['label_map']}/{protocol['split']}"
    return text + (f"; {', '.join(marks)}" if marks else ""), bool(marks)


def _all_of(ordering: Ordering, what: str) -> list[str]:
    """Lists what the two numbers of an ordering have been measured on."""
    found = []
    for claim in (ordering.better, ordering.worse):
        value = getattr(claim, what)
        found += [value] if isinstance(value, str) else value
    return found


def _name(claim: Claim) -> str:
    return claim.model + (f" ({claim.setting})" if claim.setting else "")
