"""What a copy of a dataset holds, beside what its owners publish."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Count:
    """One number of a dataset.

    Attributes:
        what: str. What is counted, such as "anger" or "subjects".
        found: int. In this copy.
        published: int. In a complete one.
    """

    what: str
    found: int
    published: int

    @property
    def verdict(self) -> str:
        """How the two compare: "as published", "fewer" or "more"."""
        if self.found == self.published:
            return "as published"
        return "fewer" if self.found < self.published else "more"


def is_partial(counts: Sequence[Count]) -> bool:
    """Says whether something is missing."""
    return any(count.verdict == "fewer" for count in counts)


def count_notes(counts: Sequence[Count]) -> tuple[str, ...]:
    """Tells in words where a copy differs from what is published.

    Args:
        counts: sequence of `Count`.

    Returns:
        tuple of str. At most one note for what is missing and one for what is too much.
    """
    notes = []
    for verdict, head in (("fewer", "partial copy"), ("more", "changed copy, more than published")):
        differing = [f"{c.what} {c.found:,} of {c.published:,}" for c in counts if c.verdict == verdict]
        if differing:
            notes.append(f"{head}: {', '.join(differing)}")
    return tuple(notes)
