"""Contradictions that follow from the printed numbers themselves, found by arithmetic and not by reading."""

from collections.abc import Sequence
from dataclasses import replace

from fer_utils.evaluation.claim import Claim
from fer_utils.evaluation.claim_arithmetic import accuracy_range, possible_averages, possible_f1, possible_share

SHARES = ("accuracy", "recall")  # metrics that are a number of items over a number of items
ROWS = ("precision", "recall", "f1")
TOTALS = ("weighted precision", "accuracy", "weighted f1")  # as the columns of `ROWS`


def with_arithmetic_flags(claims: Sequence[Claim], group: dict) -> list[Claim]:
    """Adds to the claims of one group what their numbers cannot both say.

    Args:
        claims: sequence of `Claim` of one group.
        group: dict. The group as its file has it; `class_items` and `stated_accuracy` are used.

    Returns:
        list of `Claim`, in the same order, with longer `flags` where there is a contradiction.
    """
    shared = [*_wrong_f1(claims), *_wrong_averages(claims), *_wrong_accuracy(claims, group)]
    return [replace(claim, flags=(*claim.flags, *shared, *_no_share(claim))) for claim in claims]


def decimals(printed: str) -> int:
    """Counts the digits after the point of a number as printed, such as 1 for "74.6 %"."""
    return len(printed.split(" ")[0].partition(".")[2])


def _no_share(claim: Claim) -> list[str]:
    """Finds a share that no whole number of the stated test items is."""
    if not claim.items or claim.metric not in SHARES:
        return []
    places = decimals(claim.printed) - (0 if claim.printed.endswith("%") else 2)
    if any(possible_share(100 * claim.value, n, max(places, 0)) for n in claim.items):
        return []
    sizes = " or ".join(f"{n:,}" for n in claim.items)
    return [f"no whole number of {sizes} test items is {claim.printed}"]


def _rows(claims: Sequence[Claim]) -> dict[str, dict[str, Claim]]:
    """Sorts the claims about single classes by class and metric; only full rows of precision, recall and F1."""
    rows: dict[str, dict[str, Claim]] = {}
    for claim in claims:
        if claim.emotion:
            rows.setdefault(f"{claim.model} {claim.emotion}", {})[claim.metric] = claim
    return {name: row for name, row in rows.items() if set(row) == set(ROWS)}


def _wrong_f1(claims: Sequence[Claim]) -> list[str]:
    found = []
    for row in _rows(claims).values():
        numbers = [row[metric].value for metric in ROWS]
        if not possible_f1(*numbers, decimals(row["f1"].printed)):
            said = f"{row['precision'].printed} and {row['recall'].printed}"
            found.append(f"F1 of {row['f1'].emotion}, {row['f1'].printed}, is no harmonic mean of {said}")
    return found


def _wrong_averages(claims: Sequence[Claim]) -> list[str]:
    totals = {claim.metric: claim for claim in claims if claim.emotion is None}
    rows = _rows(claims)
    if not rows or set(totals) != set(TOTALS):
        return []
    table = [[row[metric].value for metric in ROWS] for row in rows.values()]
    places = decimals(totals["accuracy"].printed)
    wanted = [totals[metric].value for metric in TOTALS]
    if possible_averages(table, wanted, places):
        return []
    for column, name in enumerate(ROWS):
        if not possible_averages([[row[column]] for row in table], [wanted[column]], places):
            printed, top = totals[TOTALS[column]].printed, max(row[column] for row in table)
            return [f"impossible totals: overall {name} is {printed}, and no class is above {top:.{places}f}"]
    said = ", ".join(totals[metric].printed for metric in TOTALS)
    return [f"impossible totals: no class sizes give {said} for precision, recall and F1 at once"]


def _wrong_accuracy(claims: Sequence[Claim], group: dict) -> list[str]:
    """Finds an accuracy that the recalls and the stated class sizes rule out."""
    items, stated = group.get("class_items"), group.get("stated_accuracy")
    recalls = {claim.emotion: claim for claim in claims if claim.metric == "recall"}
    if not items or not stated or set(items) != set(recalls):
        return []
    values = {name: claim.value for name, claim in recalls.items()}
    low, high = accuracy_range(values, items, decimals(next(iter(recalls.values())).printed))
    half = 0.5 / 10 ** decimals(stated)
    if low <= float(stated) + half and float(stated) - half <= high:
        return []
    ends = f"{100 * low:.1f} to {100 * high:.1f} %"
    return [
        f"with the stated class sizes these recalls give {ends} accuracy, not the {100 * float(stated):.1f} % stated"
    ]
