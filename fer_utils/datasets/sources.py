"""Where a study's faces come from: one dataset or several, each real or drawn as a twin, but never both together."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fer_utils import paths
from fer_utils.datasets import DATASETS, check_dataset, dataset_digest, load_dataset
from fer_utils.datasets.combine import combine_tables
from fer_utils.datasets.drawn import is_drawn
from fer_utils.datasets.face_table import FaceTable
from fer_utils.datasets.synthetic.twins import TWINS
from fer_utils.datasets.synthetic.twins.cached import cached_twin, twin_digest
from fer_utils.errors import ParameterError, nearest

# Twins of one seed show the same people: in a mixture somebody would be on both sides under two names.
SEEDS = {name: number for number, name in enumerate(TWINS, start=1)}
PRESETS = {"twin": "small", "twin-tiny": "tiny", "twin-quick": "quick", "twin-full": "full"}


@dataclass(frozen=True)
class Source:
    """One dataset of a study.

    Attributes:
        name: str. A key of `DATASETS`.
        data: str. Path of its files, a key of `PRESETS` for a drawn twin, or "" for `synthetic`.
    """

    name: str
    data: str = ""

    @property
    def is_twin(self) -> bool:
        """Whether a twin is to be drawn."""
        return self.data in PRESETS

    @property
    def drawn(self) -> bool:
        """Whether nobody is shown."""
        return self.is_twin or not DATASETS[self.name].needs_path or is_drawn(self.data)

    def digest(self) -> str:
        """Says which data would be read, without reading or drawing it; see `dataset_digest`."""
        if self.is_twin:
            return twin_digest(self.name, PRESETS[self.data], SEEDS[self.name])
        return dataset_digest(self.name, self.data)

    def load(self, **options) -> FaceTable:
        """Opens it; a twin is drawn unless it lies in the cache. Takes the dataset's own options."""
        path = cached_twin(self.name, PRESETS[self.data], SEEDS[self.name]) if self.is_twin else self.data
        return load_dataset(self.name, path, **options)


def read_sources(dataset: str, data: str = "") -> tuple[Source, ...]:
    """Reads what a notebook's parameters `dataset` and `data` say, and opens nothing yet.

    Args:
        dataset: str. A name, or several joined by "+", such as "fer2013+ckplus".
        data: str. For one dataset a path; for several "fer2013=PATH;ckplus=PATH"; for either "twin" (drawn, small),
            "twin-tiny", "twin-quick" or "twin-full"; "" for `synthetic`, and for what `FERBENCH_DATA` holds.

    Returns:
        tuple of `Source`, in the order of the names.

    Raises:
        ParameterError: an unknown name, a dataset of which it is not known where it lies, or real faces and drawn ones
            together.
    """
    names = split_names(dataset)
    given = _by_name(names, str(data))
    sources = tuple(_source(name, given.get(name, "")) for name in names)
    kinds = {source.drawn for source in sources}
    if len(kinds) > 1:
        listed = ", ".join(f"{s.name} is {'drawn' if s.drawn else 'real'} ({s.data or 'no files'})" for s in sources)
        raise ParameterError(
            f"{dataset}: {listed}. Real faces and drawn ones are never mixed: a number on them would be about neither. "
            "Name real data for each part, or a twin for each."
        )
    return sources


def split_names(dataset: str) -> list[str]:
    """Takes the name of a mixture apart.

    Args:
        dataset: str. Such as "fer2013+ckplus", or the name of one dataset.

    Returns:
        list of str. Keys of `DATASETS`.

    Raises:
        ParameterError: a name is unknown, or stands twice.
    """
    names = dataset.split("+")
    for name in names:
        check_dataset(name)
    if len(set(names)) < len(names):
        raise ParameterError(f"{dataset}: a dataset stands twice. Name each once.")
    return names


def join_data(given: Mapping[str, str]) -> str:
    """Writes what `read_sources` reads.

    Args:
        given: mapping of each name to its path or key of `PRESETS`, or "", in the order of the mixture.

    Returns:
        str. The parameter `data` of a notebook.
    """
    if len(set(given.values())) == 1 and (len(given) == 1 or next(iter(given.values())) in PRESETS):
        return next(iter(given.values()))
    return ";".join(f"{name}={value}" for name, value in given.items() if value)


def sources_digest(sources: Sequence[Source]) -> str:
    """Says which data a run would read: of a mixture, a hash of the digests of its parts.

    Args:
        sources: sequence of `Source`.

    Returns:
        str. A hash that changes when the data changes.
    """
    if len(sources) == 1:
        return sources[0].digest()
    return hashlib.sha256("\n".join(f"{s.name} {s.digest()}" for s in sources).encode()).hexdigest()


def load_sources(sources: Sequence[Source], size: int = 48) -> FaceTable:
    """Opens the rows of a study as their owners distribute the pictures: nothing is cropped.

    Args:
        sources: sequence of `Source`.
        size: int. Width and height in pixels to which pictures of a mixture are resized.

    Returns:
        `FaceTable`.
    """
    tables = [source.load() for source in sources]
    return tables[0] if len(tables) == 1 else combine_tables(tables, size)


def check_twin(name: str, word: str) -> None:
    """Refuses a twin that cannot be drawn.

    Args:
        name: str. A key of `DATASETS`.
        word: str. What was given as data.

    Raises:
        ParameterError: there is no twin of this dataset, or the word is misspelt.
    """
    if word not in PRESETS:
        raise ParameterError(f"{name}: no twin '{word}'. Known: {', '.join(PRESETS)}.{nearest(word, PRESETS)}")
    if name not in TWINS:
        raise ParameterError(f"{name}: no twin of it can be drawn. There are twins of {', '.join(TWINS)}.")


def is_twin_word(text: str) -> bool:
    """Whether a text asks for a twin, perhaps misspelt; a folder of such a name is written as ./twin."""
    return text == "twin" or text.startswith("twin-")


def _by_name(names: list[str], data: str) -> dict[str, str]:
    """Finds what is said about each dataset."""
    if len(names) == 1:
        return {names[0]: data.removeprefix(f"{names[0]}=")}
    if not data or is_twin_word(data):
        return dict.fromkeys(names, data)
    given = {}
    for entry in data.split(";"):
        name, equals, value = entry.strip().partition("=")
        if not equals or not value:
            raise ParameterError(
                f"data = '{data}': '{entry}' does not say of which dataset it is. Of several datasets expected are "
                f"'twin', or {';'.join(f'{name}=PATH' for name in names)}."
            )
        if name not in names:
            raise ParameterError(f"data = '{data}': {'+'.join(names)} has no part '{name}'.{nearest(name, names)}")
        given[name] = value
    return given


def _source(name: str, given: str) -> Source:
    """Completes what is said about one dataset."""
    if not DATASETS[name].needs_path:
        return Source(name)
    if is_twin_word(given):
        check_twin(name, given)
        return Source(name, given)
    path = given or paths.data_path(name)
    if not path:
        drawn = ', or data = "twin" for drawn faces in its place' if name in TWINS else ""
        raise ParameterError(
            f"{name}: it is not known where it lies. Give its path as data, set FERBENCH_DATA to the folder that "
            f"holds a subfolder '{name}'{drawn}."
        )
    return Source(name, str(path))
