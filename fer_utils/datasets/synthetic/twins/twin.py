"""What every twin has: a plan that needs no drawing, items that are drawn in any order, and facts for its README."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from fer_utils.errors import ParameterError, nearest

PRESETS = ("tiny", "small", "quick", "full")


@dataclass(frozen=True)
class Twin(ABC):
    """Drawn faces in the layout that the owners of a real dataset distribute.

    A subclass plans its items without drawing, and draws each of them with random streams of its own: the same seed
    gives the same bytes, with any number of processes and in any order.

    Attributes:
        preset: str. "tiny" (seconds), "small" (a few minutes at most; people enough for the papers' divisions, and
            little of each), "quick" (a minute or two on a core) or "full" (the published counts).
        seed: int. Another seed gives other people and another order.
        name: str. How the command line calls it.
        original: str. The dataset whose layout it has.
        alike: tuple of str. Sentences for the README: what is as in the original.
        unlike: tuple of str. What is not.
        sizes: dict. Preset -> approximate megabytes on disk.
    """

    preset: str = "quick"
    seed: int = 0

    name: ClassVar[str]
    original: ClassVar[str]
    alike: ClassVar[tuple[str, ...]]
    unlike: ClassVar[tuple[str, ...]]
    sizes: ClassVar[dict[str, float]]

    def __post_init__(self):
        if self.preset not in PRESETS:
            raise ParameterError(
                f"{self.name}: no preset {self.preset!r}. Presets: {', '.join(PRESETS)}.{nearest(self.preset, PRESETS)}"
            )
        whole = isinstance(self.seed, int | np.integer) and not isinstance(self.seed, bool)
        if not whole or self.seed < 0:
            raise ParameterError(f"{self.name}: seed={self.seed!r}; expected a whole number of at least 0.")

    @abstractmethod
    def items(self) -> list[Any]:
        """Plans what is to be drawn, without drawing.

        Returns:
            list of items that can be pickled, each a few seconds of work at most, in the order of the ground truth.
        """

    @abstractmethod
    def draw(self, item: Any, folder: Path) -> list[dict]:
        """Draws one item and writes its files.

        Args:
            item: one of `items`.
            folder: Path. Top of the twin; other items are written there at the same time.

        Returns:
            list of dict from `ground_truth.truth_row`, one a picture; all with the same keys.
        """

    def finish(self, folder: Path) -> None:  # noqa: B027  (most twins have nothing to add)
        """Writes what needs all items; nothing where every item has files of its own."""

    @abstractmethod
    def counts(self) -> dict[str, int]:
        """Counts what the twin holds, without drawing, for its README."""
