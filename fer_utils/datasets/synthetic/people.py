"""Drawn people: who somebody is and how they show emotions, the same in all of their pictures."""

from dataclasses import dataclass

import numpy as np

from fer_utils.datasets.synthetic.expression import ExpressiveStyle, sample_style
from fer_utils.datasets.synthetic.identity import SKIN_GROUPS, Identity, sample_identity

LOOKS, STYLE, GROUPS = 0, 1, 9  # what streams of a person are for; those between are for what is drawn of the person


@dataclass(frozen=True)
class Person:
    """One drawn person.

    Attributes:
        identity: `Identity`. What the face looks like.
        style: `ExpressiveStyle`. How the face moves.
    """

    identity: Identity
    style: ExpressiveStyle


def draw_person(seed: int, subject: int) -> Person:
    """Draws one person; each six people in a row have the six skin groups, in random order.

    So every dataset is balanced, and a fold that takes every tenth person has people of all groups.

    Args:
        seed: int. Another seed gives other people.
        subject: int. Number of the person, from 0.

    Returns:
        `Person`. The same numbers give the same person, whoever else is drawn.
    """
    block, place = divmod(subject, SKIN_GROUPS)
    groups = random_stream(seed, block, GROUPS).permutation(SKIN_GROUPS)
    identity = sample_identity(random_stream(seed, subject, LOOKS), int(groups[place]))
    return Person(identity, sample_style(random_stream(seed, subject, STYLE)))


def random_stream(seed: int, *path: int) -> np.random.Generator:
    """Returns a random generator of its own for a place in a dataset, independent of all others.

    Args:
        seed: int. Seed of the dataset.
        *path: int. What the generator is for, such as subject, emotion and take; never negative.
    """
    return np.random.default_rng(np.random.SeedSequence((seed, len(path), *path)))  # zeros at the end would not count
