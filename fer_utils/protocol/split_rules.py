"""Split rules by name: the honest ones, those that owners define, and the papers' own."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from fer_utils.datasets.face_table import FaceTable
from fer_utils.errors import ParameterError, nearest
from fer_utils.protocol.fold import Fold
from fer_utils.protocol.owners_splits import PARTS, fer2013_official, fer2013_public_as_test, owners_split
from fer_utils.protocol.paper_splits import first_participants, random_rows
from fer_utils.protocol.subject_splits import FEWEST, group_kfold, leave_one_subject_out, subject_kfold

HUSSEIN, WU_PAN = "Hussein (2020)", "Wu and Pan"


@dataclass(frozen=True)
class SplitRule:
    """A way to divide a table.

    Attributes:
        divide: function from a `FaceTable` to a list of `Fold`.
        words: str. The rule in a few words, for readers of reports.
        folds: int. How many folds it makes; 0 for one a subject.
        paper: str. Who divided so; empty for an honest rule. A paper's own split may leak: it is then run all the
            same, and each of its numbers carries the linter's error.
    """

    divide: Callable[[FaceTable], list[Fold]]
    words: str
    folds: int = 1
    paper: str = ""

    def count(self, subjects: np.ndarray) -> int:
        """Returns how many folds it makes of rows with these subjects."""
        return self.folds or len(set(subjects))


SPLIT_RULES = {
    "subject-kfold": SplitRule(subject_kfold, "folds by subject", 10),
    "leave-one-subject-out": SplitRule(leave_one_subject_out, "one subject left out at a time", 0),
    "group-kfold": SplitRule(group_kfold, "folds by subject, else by sequence or picture", 10),
    "fer2013-official": SplitRule(fer2013_official, "official split"),
    "fer2013-public-as-test": SplitRule(fer2013_public_as_test, "PublicTest as test"),
    "owners-split": SplitRule(owners_split, "the owners' split"),
    "random-80-10-10": SplitRule(
        partial(random_rows, train=80, validation=10, test=10), "random images, 80/10/10", paper=HUSSEIN
    ),
    "random-80-20": SplitRule(
        partial(random_rows, train=80, validation=0, test=20), "random images, 80/20", paper=f"{HUSSEIN}, {WU_PAN}"
    ),
    "random-70-10-20": SplitRule(
        partial(random_rows, train=70, validation=10, test=20), "random images, 70/10/20", paper=WU_PAN
    ),
    "random-clips-80-10-10": SplitRule(
        partial(random_rows, train=80, validation=10, test=10, unit="sequence"),
        "random clips, 80/10/10",
        paper="SASE-FE",
    ),
    "random-clips-80-20": SplitRule(
        partial(random_rows, train=80, validation=0, test=20, unit="sequence"),
        "random clips, 80/20",
        paper=f"{HUSSEIN}, Oulu-CASIA",
    ),
    "random-clips-70-10-20": SplitRule(
        partial(random_rows, train=70, validation=10, test=20, unit="sequence"),
        "random clips, 70/10/20",
        paper="EMO2018",
    ),
    "participants-40-8": SplitRule(
        partial(first_participants, train=40, validation=8), "40 people, 8 people, the others", paper="SASE-FE"
    ),
    "first-65-participants": SplitRule(
        partial(first_participants, train=65), "first 65 people, the others", paper="Oulu-CASIA"
    ),
}


def split_rule(name: str) -> SplitRule:
    """Finds a split rule by name.

    Args:
        name: str. A key of `SPLIT_RULES`.

    Returns:
        `SplitRule`.

    Raises:
        ParameterError: no rule has this name.
    """
    if name not in SPLIT_RULES:
        raise ParameterError(f"No split '{name}'. Known: {', '.join(SPLIT_RULES)}.{nearest(name, SPLIT_RULES)}")
    return SPLIT_RULES[name]


def suggested_split(table: FaceTable) -> str:
    """Names the strictest honest rule that a table allows.

    Args:
        table: `FaceTable`.

    Returns:
        str. Of a mixture of datasets, groups: people where they are known. Otherwise whole people where all are known
        (one at a time where they are few), else the owners' parts, else groups.
    """
    if "+" in table.name:
        return "group-kfold"
    people = set(table.subject)
    parts = {str(part).lower() for part in table.split}
    if table.rows["subject"].notna().all() and len(people) >= FEWEST:
        return "subject-kfold" if len(people) >= SPLIT_RULES["subject-kfold"].folds else "leave-one-subject-out"
    if {"training", "publictest"} <= parts:
        return "fer2013-official" if "privatetest" in parts else "fer2013-public-as-test"
    return "owners-split" if parts & set(PARTS["train"]) else "group-kfold"
