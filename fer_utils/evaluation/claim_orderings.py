"""Ordering claims: that one model beats another, which drawn faces may test as well."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from fer_utils.evaluation.claim import Claim

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


def ordering_verdict(ordering: Ordering, comparison=None, protocol: Mapping | None = None) -> OrderingVerdict:
    """Judges an ordering claim by a comparison of the two models on the same test items.

    Args:
        ordering: `Ordering`.
        comparison: object with `difference` (better minus worse, a fraction), `low` and `high` (its 95 % interval), `p`
            (corrected for the number of comparisons; None where not tested), `n` (test items) and `units` (what was
            resampled, in words, or how many); None where the two were not run.
        protocol: mapping. The `protocol` entry of the runs; needed with a comparison, because an ordering without its
            data says nothing.

    Returns:
        `OrderingVerdict`. It holds, or is reversed, where the interval excludes zero and the test agrees.
    """
    if comparison is None or protocol is None:
        both = dict.fromkeys(_name(claim) for claim in (ordering.better, ordering.worse))
        return OrderingVerdict("not run", f"no runs of {' and '.join(both)} on the same data here")
    data, apart = _data(ordering, protocol)
    numbers = (comparison.difference, comparison.low, comparison.high)
    if any(number is None or math.isnan(number) for number in numbers):
        return OrderingVerdict(
            "cannot tell", f"no interval of the difference, {comparison.n:,} test items", data, apart
        )
    difference, low, high = (100 * number for number in numbers)
    said = f"{difference:+.1f} points, {low:+.1f} to {high:+.1f}"
    tested = comparison.p is not None and not math.isnan(comparison.p)
    said += f", p = {comparison.p:.2g}" if tested else ""
    said += f", {comparison.n:,} test items; the paper has {100 * ordering.difference:+.1f}"
    significant = not tested or comparison.p < LEVEL
    word = "cannot tell"
    if significant and (low > 0 or high < 0):
        word = "holds" if low > 0 else "reversed"
    return OrderingVerdict(word, said, data, apart)


def _data(ordering: Ordering, protocol: Mapping) -> tuple[str, bool]:
    """Says on which data a comparison was made, and whether they are other than the paper's."""
    marks = [word for word in ("synthetic", "partial", "smoke") if protocol.get(word)]
    same = protocol["dataset"] in (ordering.better.dataset, ordering.worse.dataset)
    if not same:
        papers = " and ".join(dict.fromkeys((ordering.better.dataset, ordering.worse.dataset)))
        marks.append(f"the paper has {papers}")
    text = f"{protocol['dataset']}/{protocol['label_map']}/{protocol['split']}"
    return text + (f"; {', '.join(marks)}" if marks else ""), bool(marks)


def _name(claim: Claim) -> str:
    return claim.model + (f" ({claim.setting})" if claim.setting else "")
