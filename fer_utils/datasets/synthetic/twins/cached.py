"""Twins in the cache, for notebooks that need a dataset nobody has here: drawn once, then opened in a moment."""

import hashlib
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from fer_utils.datasets.synthetic.source_digest import source_digest
from fer_utils.datasets.synthetic.twins import make_twin, readme
from fer_utils.datasets.synthetic.twins.ckplus48 import CkPlus48Twin
from fer_utils.datasets.synthetic.twins.ckplus_plan import PEOPLE, Take
from fer_utils.datasets.synthetic.twins.twin import Twin
from fer_utils.datasets.synthetic.twins.writing import write_twin
from fer_utils.errors import ParameterError
from fer_utils.paths import cache_root, fill_cache
from fer_utils.processes import process_count

SECONDS = 0.2  # about what an item takes on one core, at least
FEWEST = 24  # people: with fewer, some class would be missing from the training part of a fold


@dataclass(frozen=True)
class SmallCkPlus48(CkPlus48Twin):
    """Twin of CK+48 with its first people alone, each as in the full twin.

    Attributes:
        people: int. How many, 24 to 123; as in the original, some of them have no labelled sequence.
    """

    people: int = PEOPLE

    unlike: ClassVar[tuple[str, ...]] = (
        *CkPlus48Twin.unlike,
        "This is a part for lessons, with the first people alone: the command above writes all of them.",
    )

    def __post_init__(self):
        super().__post_init__()
        if isinstance(self.people, bool) or not isinstance(self.people, int) or not FEWEST <= self.people <= PEOPLE:
            raise ParameterError(
                f"ckplus48: people={self.people!r}; expected a whole number from {FEWEST} to {PEOPLE}, as CK+ has."
            )

    def items(self) -> list[Take]:
        """Returns one item a labelled sequence of these people."""
        return [take for take in super().items() if take.person < self.people]


def cached_twin(name: str, preset: str = "small", seed: int = 0) -> Path:
    """Draws a twin, or finds it where it was drawn before.

    Two that ask at the same time may both draw; what they leave is one whole folder.

    Args:
        name: str. A key of `TWINS`.
        preset: str. One of `PRESETS`.
        seed: int. Another seed gives other people.

    Returns:
        Path of a folder to be given to `load_dataset(name, ...)`: in the cache, or where that cannot be written to, in
        the system's folder for temporary files.

    Raises:
        ParameterError: an unknown twin or preset, or an impossible seed.
    """
    return _cached(make_twin(name, preset, seed), twin_digest(name, preset, seed))


def cached_ckplus48(people: int = PEOPLE, seed: int = 0) -> Path:
    """Draws the first people of a full CK+48, or finds them where they were drawn before.

    Args:
        people: int. How many people, 24 to 123.
        seed: int. Another seed gives other people.

    Returns:
        Path of a folder to be given to `load_dataset("ckplus48", ...)`, as from `cached_twin`.

    Raises:
        ParameterError: impossible options.
    """
    return _cached(SmallCkPlus48("full", seed, people), _digest(f"{people} {seed}"))


def twin_digest(name: str, preset: str = "small", seed: int = 0) -> str:
    """Says what a twin would show, without drawing it.

    Args:
        name: str. A key of `TWINS`.
        preset: str. One of `PRESETS`.
        seed: int.

    Returns:
        str. 16 hexadecimal digits, others where the programs that draw are others.
    """
    return _digest(f"{name} {preset} {seed}")


def _digest(what: str) -> str:
    described = f"{what} {source_digest()} {source_digest(Path(__file__).parent)}"
    return hashlib.sha256(described.encode()).hexdigest()[:16]


def _cached(twin: Twin, digest: str) -> Path:
    folder = cache_root() / "twins" / f"{twin.name}-{digest}"
    if _is_whole(folder, twin):
        return folder / twin.name
    jobs = process_count(SECONDS * len(twin.items()))
    fill_cache(folder, lambda new: write_twin(twin, new / twin.name, jobs), lambda old: _is_whole(old, twin))
    if _is_whole(folder, twin):
        return folder / twin.name
    return write_twin(twin, Path(tempfile.mkdtemp(prefix="ferbench-")) / twin.name, jobs)


def _is_whole(folder: Path, twin: Twin) -> bool:
    return readme.is_marked(folder / twin.name) and readme.is_unchanged(folder / twin.name)
