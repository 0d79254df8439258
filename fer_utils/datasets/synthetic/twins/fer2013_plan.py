"""The rows of the FER2013 twin: labels, parts, duplicates and what is truly shown, planned without drawing."""

from dataclasses import dataclass, field, replace

import numpy as np

from fer_utils.datasets.synthetic.people import random_stream
from fer_utils.datasets.synthetic.twins.ferplus_votes import sample_votes

CODES = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")  # emotion 0 to 6
COUNTS = {  # rows of each class, in the order of the codes
    "Training": (3995, 436, 4097, 7215, 4830, 3171, 4965),
    "PublicTest": (467, 56, 496, 895, 653, 415, 607),
    "PrivateTest": (491, 55, 528, 879, 594, 416, 626),
}
TRAINING, *TESTS = COUNTS
# Rows that are identical to one of Training, but for the constant one in PublicTest.
ACROSS = {"PublicTest": 279, "PrivateTest": 288}
# Size -> number of groups of identical pictures, the constant ones apart: 1,513 groups with 1,840 rows too many. How
# many groups of each size there are is not published; most are pairs.
GROUPS = {2: 1271, 3: 180, 4: 45, 5: 11, 6: 6}
CONFLICTS = 56  # of these groups have conflicting labels
CONSTANT_ROWS = 12  # one group more, with conflicting labels, too
CONSTANT_LABELS = ("anger", "happiness", "anger", "sadness", "anger", "surprise", "anger", "neutral", *["anger"] * 4)
NO_FACE_ROWS = 164
FIRST_NO_FACE = 17  # the first row without a face
FACE, CONSTANT, NO_FACE = "face", "constant", "no face"
# What is shown in a picture with this label: chosen so that about 65 % of the majorities of ten votes agree with it.
SHOWN = {
    "anger": {"anger": 0.58, "neutral": 0.24, "sadness": 0.07, "contempt": 0.04, "surprise": 0.04, "happiness": 0.03},
    "disgust": {"disgust": 0.5, "anger": 0.2, "sadness": 0.15, "contempt": 0.08, "neutral": 0.07},
    "fear": {"fear": 0.34, "neutral": 0.26, "sadness": 0.18, "surprise": 0.14, "anger": 0.08},
    "happiness": {"happiness": 0.94, "neutral": 0.04, "surprise": 0.02},
    "sadness": {"sadness": 0.54, "neutral": 0.42, "fear": 0.02, "anger": 0.02},
    "surprise": {"surprise": 0.85, "neutral": 0.06, "happiness": 0.06, "fear": 0.03},
    "neutral": {"neutral": 0.88, "happiness": 0.05, "sadness": 0.05, "contempt": 0.02},
}
STRENGTH = (5.0, 1.2)  # of the beta distribution of how strongly expressions are shown
PLAN, LOOKS = 1_000_000, 1_000_001  # numbers of the random streams, far from those of people


@dataclass(frozen=True)
class Row:
    """One row of the csv.

    Attributes:
        number: int. From 0.
        usage: str. A key of `COUNTS`.
        label: str. What the csv says.
        picture: int. Rows with the same number are byte-identical.
        kind: str. "face", "constant" or "no face".
        shown: str. The expression that is drawn; "" without a face, as for the next two.
        subject: int or "". Number of the person.
        strength: float. 0-1; a weak expression is hard to see.
        quality: float. 0-1, as in `Conditions`.
        votes: tuple of int. Ten votes in the order of `ferplus_votes.COLUMNS`.
    """

    number: int
    usage: str
    label: str
    picture: int
    kind: str = FACE
    shown: str = ""
    subject: int | str = ""
    strength: float = 0.0
    quality: float = 0.0
    votes: tuple[int, ...] = field(default=())


def plan_rows(seed: int, share: float) -> list[Row]:
    """Plans all rows.

    Args:
        seed: int. Seed of the twin.
        share: float. Share of the published counts, in (0, 1]; each is rounded, and a class has at least one row.

    Returns:
        list of `Row`, in the order of the csv.
    """
    rng = random_stream(seed, PLAN)
    rows = []
    for usage, counts in COUNTS.items():
        labels = np.repeat(CODES, [_scaled(count, share, 1) for count in counts])
        for label in rng.permutation(labels).tolist():
            rows.append(Row(len(rows), usage, label, len(rows)))
    free = {(usage, label): [] for usage in COUNTS for label in CODES}
    for number in rng.permutation(np.arange(FIRST_NO_FACE, len(rows))).tolist():
        free[rows[number].usage, rows[number].label].append(number)
    _plan_empty(rows, free, share, rng)
    for row in rows[:FIRST_NO_FACE]:  # these have faces, but may be identical to others
        free[row.usage, row.label].append(row.number)
    for group in _groups(free, share, rng):
        for number in group[1:]:
            rows[number] = replace(rows[number], picture=group[0])
    return _with_looks(rows, seed)


def _scaled(count: int, share: float, least: int = 0) -> int:
    return max(least, round(count * share))


def _plan_empty(rows: list[Row], free: dict, share: float, rng: np.random.Generator) -> None:
    """Marks rows without a face: the constant ones, which are all identical, and others."""
    first = rows[FIRST_NO_FACE]
    free[first.usage, first.label].remove(first.number)
    empty = [first.number]
    constant = [
        free[TRAINING if place else TESTS[0], CONSTANT_LABELS[place]].pop()
        for place in range(_scaled(CONSTANT_ROWS, share, 2))
    ]
    for _ in range(_scaled(NO_FACE_ROWS, share, 2) - 1):
        left = np.array([len(numbers) for numbers in free.values()])
        empty.append(list(free.values())[rng.choice(len(left), p=left / left.sum())].pop())
    for number in constant:
        rows[number] = replace(rows[number], kind=CONSTANT, picture=constant[0])
    for number in empty:
        rows[number] = replace(rows[number], kind=NO_FACE)


def _groups(free: dict, share: float, rng: np.random.Generator) -> list[list[int]]:
    """Chooses rows that will be identical: the first of each group gives the picture."""
    sizes = rng.permutation([size for size, count in GROUPS.items() for _ in range(_scaled(count, share))]).tolist()
    parts = [part for part, count in ACROSS.items() for _ in range(_scaled(count, share, 1))]
    parts += [TRAINING] * (len(sizes) - len(parts))
    conflicting = set(rng.permutation(len(sizes))[: _scaled(CONFLICTS, share, 1)].tolist())
    return [
        _group(free, size, part, place in conflicting, rng)
        for place, (size, part) in enumerate(zip(sizes, parts, strict=True))
    ]


def _group(free: dict, size: int, part: str, conflicting: bool, rng: np.random.Generator) -> list[int]:
    """Takes rows of one label, at most one of them from a test part; one has another label where they conflict."""
    tests = int(part != TRAINING)
    same = size - tests - conflicting  # rows of Training that have the label of the first
    label = _label([label for label in CODES if len(free[TRAINING, label]) >= same], part, free, rng)
    group = [free[part, label].pop() for _ in range(tests)] + [free[TRAINING, label].pop() for _ in range(same)]
    if conflicting:
        other = _label([other for other in CODES if other != label], TRAINING, free, rng)
        group.append(free[TRAINING, other].pop())
    return group


def _label(labels: list[str], part: str, free: dict, rng: np.random.Generator) -> str:
    """Chooses a label with the chance that it has among the rows of a part that are still free."""
    left = np.array([len(free[part, label]) for label in labels])
    return labels[rng.choice(len(labels), p=left / left.sum())]


def _with_looks(rows: list[Row], seed: int) -> list[Row]:
    """Adds what is shown, by whom, how strongly and how well visible it is, and the votes."""
    rng = random_stream(seed, LOOKS)
    count = len(rows)
    chance, subject = rng.uniform(size=count), rng.integers(max(1, count // 2), size=count)
    strength, quality = rng.beta(*STRENGTH, count), rng.uniform(0.1, 0.6, count)
    looks = []
    for row in rows:
        first = row.picture  # identical rows show the same
        if row.kind != FACE:
            looks.append(row)
            continue
        known = SHOWN[rows[first].label]
        place = int(np.searchsorted(np.cumsum(list(known.values())), chance[first]))
        shown = list(known)[min(place, len(known) - 1)]
        person = {"subject": int(subject[first]), "strength": float(strength[first])}
        looks.append(replace(row, shown=shown, quality=float(quality[first]), **person))
    votes = sample_votes(seed, [(row.shown, row.strength, row.quality) for row in looks])
    return [replace(row, votes=tuple(ten)) for row, ten in zip(looks, votes.tolist(), strict=True)]
