"""Reads one paper's file of claims, strictly: what is misspelt or missing is named with its file and group."""

import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import yaml

from fer_utils.datasets import DATASETS
from fer_utils.errors import ParameterError
from fer_utils.evaluation.claim import JUDGED, KINDS, Claim
from fer_utils.evaluation.claim_flags import TOTALS, with_arithmetic_flags
from fer_utils.evaluation.claim_orderings import Ordering
from fer_utils.evaluation.claim_schema import (
    FILE_KEYS,
    GROUP_KEYS,
    NEEDED,
    REASONS,
    UNITS,
    StrictLoader,
    as_printed,
    check_keys,
    check_name,
)
from fer_utils.protocol.label_maps import LABEL_MAPS
from fer_utils.protocol.split_rules import SPLIT_RULES

NUMBER = re.compile(r"~?(\d[\d,]*(?:\.\d+)?)(?: ?(?:%|K|MB))?\+?")  # as papers print them
TOTAL = "overall"  # the row of averages over the classes


def read_file(path: Path) -> tuple[tuple[Claim, ...], tuple[Ordering, ...]]:
    """Reads one paper.

    Args:
        path: Path of a YAML file; the head of `claims/hussein2020.yaml` explains its keys.

    Returns:
        (claims, orderings). The same file is parsed once, as long as it is not changed.

    Raises:
        ParameterError: a key is unknown or missing, a value is not as expected, or a claim stands twice.
    """
    return _read(Path(path), Path(path).stat().st_mtime_ns)


@lru_cache(maxsize=64)
def _read(path: Path, _: int):
    try:
        content = yaml.load(path.read_text(encoding="utf-8"), StrictLoader)
        check_keys(content, FILE_KEYS, ("paper", "citation", "groups"), "the file")
        claims = [claim for name, group in content["groups"].items() for claim in _group(content, name, group)]
        by_id = {claim.id: claim for claim in claims}
        if len(by_id) < len(claims):
            ids = [claim.id for claim in claims]
            raise ValueError(f"the claim '{next(i for i in ids if ids.count(i) > 1)}' stands twice")
        orderings = [_ordering(content["paper"], *entry, by_id) for entry in content.get("orderings", {}).items()]
    except (ValueError, KeyError, TypeError, AttributeError, yaml.YAMLError) as error:
        words = error if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
        raise ParameterError(f"{path}: not a claims file: {words}.") from error
    return tuple(claims), tuple(orderings)


def _group(content: dict, name: str, group: dict) -> list[Claim]:
    where = f"group '{name}'"
    check_keys(group, GROUP_KEYS, ("kind",), where)
    check_name(group["kind"], KINDS, f"{where}: kind")
    check_keys(group, GROUP_KEYS, NEEDED[group["kind"]], where)
    check_name(group["unit"], UNITS, f"{where}: unit")
    if group["kind"] in JUDGED:
        for part in filter(None, group.get("dataset", "").split("+")):
            check_name(part, DATASETS, f"{where}: dataset")
    for rule in group.get("splits", ()):
        check_name(rule, SPLIT_RULES, f"{where}: split")
    claims = [_claim(content, name, group, *number) for number in _numbers(group, where)]
    return with_arithmetic_flags(claims, group)


def _claim(content: dict, name: str, group: dict, model, variant, emotion, metric, literal) -> Claim:
    scale, form = UNITS[group["unit"]]
    number = NUMBER.fullmatch(literal)
    kind = group["kind"]
    if kind == "result" and emotion is None and metric in (TOTALS[0], TOTALS[2]):
        kind = "other result"  # accuracy is the average of recalls; no run has a counterpart of the other two
    if number is None and kind in JUDGED:
        raise ValueError(f"group '{name}': '{literal}' is no number")
    named = metric if emotion or kind not in JUDGED or isinstance(group.get("metric"), list) else None
    subject = model if kind not in ("setting", "dataset fact") else None
    words = (f"{key}={str(value).lower()}" for key, value in variant.items())
    parts = (content["paper"], name, subject, *words, emotion, named)
    return Claim(
        id="-".join(str(part).replace(" ", "_") for part in parts if part),
        paper=content["paper"],
        citation=content["citation"],
        group=name,
        table=group["table"],
        about=group.get("about", ""),
        kind=kind,
        model=model,
        metric=metric,
        emotion=emotion,
        value=round(float(number[1].replace(",", "")) * scale, 6) if number else None,
        printed=form.format(literal),
        dataset=group.get("dataset", ""),
        label_maps=tuple(group.get("label_maps", ())),
        classes=_classes(group, name),
        levels=tuple(group.get("levels", ("image",))),
        split=group.get("split", ""),
        splits=tuple(group.get("splits", ())),
        items=tuple(group.get("items", ())),
        baselines=group.get("baselines", {}),
        configuration=group.get("configuration", {}),
        variant=variant,
        reason=group.get("reason", REASONS.get(kind, "")),
        flags=tuple(group.get("flags", ())),
    )


def _numbers(group: dict, where: str) -> Iterator[tuple]:
    """Yields (model, variant, class or None, metric, printed number) of a group."""
    metric = group.get("metric", "")
    for name, values in group["values"].items():
        if isinstance(values, str) and group["kind"] in ("setting", "dataset fact"):
            yield group.get("model", ""), {}, None, name, values
        elif isinstance(values, str):
            yield name, {}, None, metric, values
        elif isinstance(values, list):
            for value in values:
                variant = {key: part for key, part in value.items() if key != "printed"}
                yield name, variant, None, metric, as_printed(value["printed"], f"{where}, {name}")
        elif isinstance(values, dict):
            for emotion, row in values.items():
                check_name(emotion, (*_class_names(group), TOTAL), f"{where}, {name}: class")
                names = TOTALS if emotion == TOTAL else metric
                if len(row) != len(names):
                    raise ValueError(f"{where}, {emotion}: {len(row)} numbers where {len(names)} metrics are named")
                for one, literal in zip(names, row, strict=True):
                    of = None if emotion == TOTAL else emotion
                    yield name, {}, of, one, as_printed(literal, f"{where}, {emotion}")
        else:
            as_printed(values, f"{where}, {name}")


def _class_names(group: dict) -> list[str]:
    """Class names of the group's label maps, as far as they are known here."""
    known = [LABEL_MAPS[name].classes for name in group.get("label_maps", ()) if name in LABEL_MAPS]
    return list(dict.fromkeys(name for classes in known for name in classes))


def _ordering(paper: str, name: str, entry: dict, by_id: dict[str, Claim]) -> Ordering:
    where = f"ordering '{name}'"
    check_keys(entry, ("says", "better", "worse", "flags"), ("says", "better", "worse"), where)
    pair = []
    for side in ("better", "worse"):
        check_name(f"{paper}-{entry[side]}", by_id, f"{where}: {side}", listed=False)
        pair.append(by_id[f"{paper}-{entry[side]}"])
    return Ordering(f"{paper}-{name}", entry["says"], *pair, flags=tuple(entry.get("flags", ())))


def _classes(group: dict, name: str) -> dict[str, int]:
    """Says how many classes each label map has: as stated, or as it is known here."""
    label_maps, stated = group.get("label_maps", ()), group.get("classes", {})
    if isinstance(stated, int):
        stated = dict.fromkeys(label_maps, stated)
    known = {label_map: len(LABEL_MAPS[label_map].classes) for label_map in label_maps if label_map in LABEL_MAPS}
    for label_map in label_maps:
        if label_map not in {**known, **stated}:
            raise ValueError(f"group '{name}': how many classes has '{label_map}'? Add 'classes'")
    return {**stated, **known}
