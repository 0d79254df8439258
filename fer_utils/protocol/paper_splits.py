"""The papers' own splits, for a like-for-like comparison with their claims; where they leak, every number says so."""

import hashlib
import re

import pandas as pd

from fer_utils.datasets.face_table import FaceTable
from fer_utils.errors import ParameterError
from fer_utils.protocol.fold import Fold

CHOOSE_ON = 10  # where a paper has no validation part, one in so many of its training part is chosen on


def random_rows(table: FaceTable, train: int, validation: int, test: int, unit="image", seed: int = 0) -> list[Fold]:
    """Divides images (or sequences) at random, whoever is in them: what "80 % training, 20 % test" means in a paper.

    Frames of one sequence are nearly equal, and one person looks like oneself: the test part has been seen. The order
    of rows does not matter: a hash of the id and the seed decides.

    Args:
        table: `FaceTable`.
        train: int. Percent of the training part.
        validation: int. Percent of the validation part; 0 where the paper has none, then a tenth of the training part
            is held out to choose on.
        test: int. Percent of the test part.
        unit: str. "image" (each frame for itself) or "sequence" (all frames of a clip together).
        seed: int. Another seed gives another division.

    Returns:
        list of one `Fold`.

    Raises:
        ParameterError: shares that are no whole, or too few rows for them.
    """
    if train + validation + test != 100 or min(train, test) <= 0 or validation < 0:
        raise ParameterError(f"random split {train}/{validation}/{test}: expected percentages that add up to 100.")
    names = table.rows["sequence" if unit == "sequence" else "sample_id"].astype(str)
    ids = sorted(set(names), key=lambda name: hashlib.blake2b(f"{seed} {name}".encode(), digest_size=8).digest())
    if len(ids) < CHOOSE_ON:
        raise ParameterError(f"{table.name}: {len(ids)} {unit}s are too few for a random split; expected {CHOOSE_ON}.")
    first, second = round(len(ids) * train / 100), round(len(ids) * (train + validation) / 100)
    place = names.map({name: number for number, name in enumerate(ids)}).to_numpy()
    test_rows = place >= second
    if validation:
        return [Fold.from_masks(place < first, (place >= first) & (place < second), test_rows)]
    chosen = place < len(ids) * train / 100 / CHOOSE_ON
    return [Fold.from_masks(~chosen & ~test_rows, chosen, test_rows)]


def first_participants(table: FaceTable, train: int, validation: int = 0) -> list[Fold]:
    """Divides people by their number: the first ones train, the next ones validate, the others are tested.

    Numbers in ids count as numbers, so that "P10" comes after "P9".

    Args:
        table: `FaceTable` with known subjects.
        train: int. How many people train.
        validation: int. How many of the next validate; 0 holds every tenth of the training people out instead.

    Returns:
        list of one `Fold`; no person is in two parts.

    Raises:
        ParameterError: subjects are unknown, or so few that nobody is left to test.
    """
    unknown = int(table.rows["subject"].isna().sum())
    people = sorted({str(subject) for subject in table.subject if isinstance(subject, str)}, key=_by_number)
    if unknown or len(people) <= train + validation:
        found = f"{unknown:,} images without a subject" if unknown else f"{len(people)} people"
        raise ParameterError(
            f"{table.name}: {found}; this split trains on the first {train} people"
            f"{f', validates on the next {validation}' if validation else ''} and tests the others."
        )
    number = pd.Series(table.subject).map({person: place for place, person in enumerate(people)}).to_numpy()
    if validation:
        masks = number < train, (number >= train) & (number < train + validation), number >= train + validation
        return [Fold.from_masks(*masks)]
    held_out = (number < train) & (number % CHOOSE_ON == CHOOSE_ON - 1)
    return [Fold.from_masks((number < train) & ~held_out, held_out, number >= train)]


def _by_number(name: str) -> list:
    return [(part.isdigit(), int(part) if part.isdigit() else 0, part) for part in re.split(r"(\d+)", name)]
