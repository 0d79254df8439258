"""What a file of claims may hold: its keys, its units, and what is said where something else stands there."""

from collections.abc import Iterable

import yaml

from fer_utils.errors import nearest

UNITS = {  # how a printed number becomes a value, and how it is shown
    "percent": (0.01, "{} %"),
    "fraction": (1, "{}"),
    "count": (1, "{}"),
    "thousand": (1e3, "{}K"),
    "million": (1e6, "{} million"),
    "as printed": (1, "{}"),
}
FILE_KEYS = ("schema", "paper", "citation", "groups", "orderings")
ABOUT_RUNS = ("dataset", "label_maps", "classes", "levels", "split", "splits", "items", "class_items")
ABOUT_RUNS += ("stated_accuracy", "baselines", "configuration")
GROUP_KEYS = ("table", "about", "kind", "metric", "unit", "model", "reason", "flags", "values", *ABOUT_RUNS)
NEEDED = {
    "result": ("table", "unit", "values", "metric", "dataset", "label_maps", "split", "splits"),
    "parameters": ("table", "unit", "values", "metric", "label_maps"),
    "other result": ("table", "unit", "values", "metric", "reason"),
    "repeated": ("table", "unit", "values", "metric"),
    "quoted": ("table", "unit", "values", "metric"),
    "setting": ("table", "unit", "values"),
    "dataset fact": ("table", "unit", "values", "dataset"),
}
REASONS = {"other result": "no score here averages it so", "repeated": "stands elsewhere in the paper, too"}
REASONS["quoted"] = "somebody else's result"
LISTS = ("flags", "label_maps", "levels", "splits")  # keys that hold lists of words


def check_keys(found, known: Iterable[str], needed: Iterable[str], where: str) -> None:
    """Refuses unknown and missing keys.

    Args:
        found: what the file has there; it must be a mapping.
        known: iterable of str. All keys that may stand there.
        needed: iterable of str. Those that must.
        where: str. The place, for the message.

    Raises:
        ValueError: a key is unknown or missing, or a list of words is none.
    """
    if not isinstance(found, dict):
        raise ValueError(f"{where}: expected keys with values, found {type(found).__name__}")
    for key in found:
        check_name(key, known, f"{where}: key")
    missing = [key for key in needed if key not in found]
    if missing:
        raise ValueError(f"{where}: '{missing[0]}' is missing")
    for key in LISTS:
        words = found.get(key, [])
        if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
            raise ValueError(f"{where}: '{key}' must be a list of words, found {words!r}")


def check_name(name, known: Iterable[str], what: str, listed: bool = True) -> None:
    """Refuses a name that is not known, with the nearest one and, where `listed`, all of them."""
    if name not in known:
        hint = f" Known: {', '.join(known)}." if listed else ""
        raise ValueError(f"{what} '{name}' is unknown.{hint}{nearest(name, known)}".removesuffix("."))


def as_printed(literal, where: str) -> str:
    """Refuses a number without quotation marks: YAML would read 0.50 as 0.5."""
    if not isinstance(literal, str):
        raise ValueError(f"{where}: {literal!r} must stand in quotation marks, as printed")
    return literal


class StrictLoader(yaml.SafeLoader):
    """A loader that refuses a key which stands twice: the first value would be lost."""

    def construct_mapping(self, node, deep=False):
        """Builds a mapping after looking at its keys."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        if len(set(map(str, keys))) < len(keys):
            twice = next(key for key in keys if keys.count(key) > 1)
            raise ValueError(f"line {node.start_mark.line + 1}: the key '{twice}' stands twice")
        return super().construct_mapping(node, deep)
