"""What is wrong with a copy of a dataset: kinds of problems, each with the files it concerns."""

from dataclasses import dataclass

SHOWN = 5  # names in a note; `FaceTable.problems` has all of them


@dataclass(frozen=True)
class Problem:
    """One thing that is not as the owners distribute it, or that is left out.

    Attributes:
        kind: str. What is wrong, such as "pictures that cannot be read".
        file: str. Which file, folder or sequence, below the dataset's folder.
        detail: str. What was found and what was expected; may be empty.
        expected: bool. Also so in a complete copy, such as the unlabelled sequences of CK+.
    """

    kind: str
    file: str
    detail: str = ""
    expected: bool = False

    def __str__(self):
        return f"{self.kind}: {self.file}" + (f" ({self.detail})" if self.detail else "")


def as_unicode(name: str) -> str:
    """Returns a name from a disk as text: bytes that are no valid Unicode cannot be hashed, printed or stored."""
    return name.encode("utf-8", "backslashreplace").decode()


class Problems:
    """Collects problems while a dataset is read, so that no sample is left out silently."""

    def __init__(self):
        self._found = []

    def add(self, kind: str, file, detail: str = "", expected: bool = False) -> None:
        """Records one problem.

        Args:
            kind: str. In the plural: it becomes the head of a note.
            file: Path or str. Which file, folder or sequence.
            detail: str. What was found and what was expected.
            expected: bool. Also so in a complete copy: told, but no sign of a partial one.
        """
        self._found.append(Problem(kind, as_unicode(str(file)), as_unicode(detail), expected))

    @property
    def found(self) -> tuple[Problem, ...]:
        """All problems in the order in which they were found."""
        return tuple(self._found)

    @property
    def serious(self) -> bool:
        """Whether there is a problem that a complete copy does not have."""
        return any(not problem.expected for problem in self._found)

    def notes(self) -> tuple[str, ...]:
        """Sums the problems up for the notes of a `FaceTable`.

        Returns:
            tuple of str. One a kind, with the number and the first names.
        """
        kinds = {}
        for problem in self._found:
            kinds.setdefault(problem.kind, []).append(problem.file)
        return tuple(_note(kind, files) for kind, files in kinds.items())


def _note(kind: str, files: list[str]) -> str:
    more = len(files) - SHOWN
    return f"{len(files):,} {kind}: {', '.join(files[:SHOWN])}" + (f" and {more:,} more" if more > 0 else "")
