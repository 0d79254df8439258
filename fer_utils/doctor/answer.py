"""What a check answers."""

from dataclasses import dataclass

OK = "ok"
WARNING = "warning"  # the quick suite runs all the same
MISSING = "missing"  # not there, or not working, and needed by the quick suite or named by the user


@dataclass(frozen=True)
class Answer:
    """The answer of one check.

    Attributes:
        state: str. `OK`, `WARNING` or `MISSING`.
        found: str. What was found.
        mend: str. The command that mends it, or what to do; "" where there is nothing to do.
    """

    state: str
    found: str
    mend: str = ""
