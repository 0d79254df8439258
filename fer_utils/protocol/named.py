"""From a protocol id that somebody typed or copied to the protocol itself."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from fer_utils.datasets import DATASETS
from fer_utils.datasets.face_table import FaceTable
from fer_utils.errors import ParameterError, nearest
from fer_utils.protocol.label_maps import LABEL_MAPS
from fer_utils.protocol.protocol import CLIPS, UNITS, Protocol
from fer_utils.protocol.split_rules import SPLIT_RULES

EXPECTED = "Expected DATASET/LABELS/SPLIT, such as fer2013/seven/fer2013-public-as-test, with or without the hash"
SMOKE = re.compile(r"(.+)-smoke([0-9]+)of([0-9]+)")
SEEDS_TRIED = [tuple(range(n)) for n in range(1, 21)] + [(n,) for n in range(1, 101)]


@dataclass(frozen=True)
class ProtocolName:
    """The parts of a protocol id.

    Attributes:
        text: str. The id as it was given.
        dataset: str. Name of the dataset, or of a mixture, such as "fer2013+ckplus".
        labels: str. Name of the label map.
        split: str. Name of the split rule.
        unit: str. "sequence" where the id says that clips are counted, else "image".
        smoke: tuple of (folds run, folds of the rule), or None where all folds are meant.
        digest: str. Eight hexadecimal digits; empty where the id was given without.
    """

    text: str
    dataset: str
    labels: str
    split: str
    unit: str
    smoke: tuple[int, int] | None
    digest: str


def read_name(text: str) -> ProtocolName:
    """Reads a protocol id, with or without the hash at its end.

    Args:
        text: str. Such as "synthetic/three-drop/subject-kfold-smoke1of10/1a2b3c4d".

    Returns:
        `ProtocolName`.

    Raises:
        ParameterError: it has other parts, or one of them is unknown.
    """
    parts = text.strip().split("/")
    if len(parts) not in (3, 4):
        raise ParameterError(f"Protocol '{text}': {len(parts)} parts. {EXPECTED}.")
    dataset, labels, split, digest = *parts, *[""] * (4 - len(parts))
    smoke = None
    if found := SMOKE.fullmatch(split):
        split, smoke = found[1], (int(found[2]), int(found[3]))
    unit = UNITS[split.endswith(CLIPS)]
    split = split.removesuffix(CLIPS)
    parts_of = dataset.split("+")
    for name in parts_of:
        _check(text, "dataset", name, DATASETS)
    if len(set(parts_of)) < len(parts_of):
        raise ParameterError(f"Protocol '{text}': a dataset of '{dataset}' stands twice.")
    _check(text, "label map", labels, LABEL_MAPS)
    _check(text, "split", split, SPLIT_RULES)
    if len(parts) == 4 and not re.fullmatch("[0-9a-f]{8}", digest):
        raise ParameterError(f"Protocol '{text}': the hash '{digest}' is not eight digits 0-9 and a-f. Leave it out?")
    return ProtocolName(text.strip(), dataset, labels, split, unit, smoke, digest)


def named_protocol(
    name: ProtocolName, table: FaceTable, seeds: Sequence[int] = (0,), known: Iterable[Mapping] = ()
) -> Protocol:
    """States the protocol that an id names, for the data that are here.

    Args:
        name: `ProtocolName`.
        table: `FaceTable` of its dataset.
        seeds: sequence of int. Seeds of training.
        known: iterable of mappings. Protocol entries of stored runs, which can tell what differs.

    Returns:
        `Protocol`; its id is the given one wherever that has a hash.

    Raises:
        ParameterError: the rule makes other folds, or the hash belongs to other data, seeds or code.
    """
    folds = name.smoke[0] if name.smoke else 10**6
    protocol = Protocol.for_table(table, name.labels, name.split, folds, seeds, name.unit)
    if name.smoke and (not protocol.smoke or (protocol.folds, protocol.folds_of) != name.smoke):
        right = f"write {name.split} for all" if protocol.folds_of > 1 else f"write {name.split}, which has one fold"
        raise ParameterError(
            f"Protocol '{name.text}': the split makes {protocol.folds_of} folds, so -smoke{name.smoke[0]}of"
            f"{name.smoke[1]} does not exist; {right}."
        )
    if name.digest and not protocol.id.endswith(f"/{name.digest}"):
        raise ParameterError(
            f"Protocol '{name.text}': with this data and these seeds the id is {protocol.id}. "
            f"{_difference(name, protocol, known)}"
        )
    return protocol


def _check(text: str, what: str, name: str, known: Iterable[str]) -> None:
    if name not in known:
        raise ParameterError(
            f"Protocol '{text}': no {what} '{name}'. Known: {', '.join(known)}.{nearest(name, known)} {EXPECTED}."
        )


def _difference(name: ProtocolName, protocol: Protocol, known: Iterable[Mapping]) -> str:
    """Says what makes two protocols of one readable id differ, as far as it can be known here."""
    mine = asdict(protocol)
    for other in known:
        if str(other.get("id", "")).endswith(f"/{name.digest}"):
            keys = [key for key in mine if key in other and _plain(other[key]) != _plain(mine[key])]
            listed = "; ".join(f"{key}: {_plain(other[key])} there, {_plain(mine[key])} here" for key in keys)
            return f"A run with the given id is stored here; it differs in {listed or 'its labels or split'}."
    for seeds in SEEDS_TRIED:
        if replace(protocol, seeds=seeds).id.endswith(f"/{name.digest}"):
            return f"The given id is that of the seeds {', '.join(map(str, seeds))}: state them with --seeds."
    return "The given one was made from another copy of the data, with other seeds or by another version of ferbench."


def _plain(value):
    return list(value) if isinstance(value, tuple) else value
