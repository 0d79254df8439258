"""Expressions as FACS action units: what each emotion does to a face, and how people differ in doing it.

The prototypes follow EMFACS (Friesen and Ekman 1983) and the Investigator's Guide of FACS (Ekman, Friesen and Hager
2002). They are prototypes: real expressions vary far more than these.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fer_utils.errors import ParameterError, nearest

ACTION_UNITS = {
    1: "inner brow raiser",
    2: "outer brow raiser",
    4: "brow lowerer",
    5: "upper lid raiser",
    6: "cheek raiser",
    7: "lid tightener",
    9: "nose wrinkler",
    10: "upper lip raiser",
    12: "lip corner puller",
    14: "dimpler",
    15: "lip corner depressor",
    17: "chin raiser",
    20: "lip stretcher",
    23: "lip tightener",
    24: "lip pressor",
    25: "lips part",
    26: "jaw drop",
    27: "mouth stretch",
    43: "eyes closed",
}

# Variants of each emotion: action unit -> intensity 0-5, or (subject's right side, subject's left side).
PROTOTYPES = {
    "anger": (
        {4: 4.5, 5: 2.5, 7: 3, 23: 3.5},
        {4: 4.5, 5: 2, 7: 3, 17: 2.5, 24: 4},
        {4: 4.5, 5: 2.5, 7: 3, 10: 2.5, 23: 2, 25: 4, 26: 1},
    ),
    "contempt": ({12: (3, 0), 14: (4.5, 0)}, {12: (0, 3), 14: (0, 4.5)}),
    "disgust": (
        {4: 1.5, 7: 2, 9: 4, 10: 3, 17: 2},
        {4: 1, 7: 2, 9: 3.5, 10: 4, 25: 2.5},
        {4: 1.5, 7: 2, 9: 4, 10: 2, 15: 2, 17: 2.5},
    ),
    "fear": (
        {1: 4, 2: 2.5, 4: 3, 5: 4, 7: 1.5, 20: 3.5, 25: 3},
        {1: 4, 2: 2.5, 4: 2.5, 5: 4, 20: 3, 25: 3, 26: 2.5},
        {1: 3.5, 2: 2, 4: 3.5, 5: 3.5, 7: 1.5, 20: 4, 25: 2},
    ),
    "happiness": ({6: 3, 12: 3.5, 25: 3}, {6: 2.5, 12: 3.5}, {6: 3.5, 12: 4.5, 25: 4, 26: 1.5}),
    "neutral": ({},),
    "sadness": (
        {1: 4, 4: 2.5, 15: 3.5, 17: 1.5},
        {1: 4, 4: 2, 15: 3.5, 43: 1.2},
        {1: 3.5, 4: 2.5, 15: 3.5, 17: 3},
    ),
    "surprise": (
        {1: 4, 2: 4, 5: 3, 25: 3.5, 26: 4.5},
        {1: 3.5, 2: 3.5, 5: 2.5, 25: 3, 27: 3.5},
        {1: 4, 2: 4, 5: 2.5, 25: 2.5, 26: 3.5},
    ),
}


@dataclass(frozen=True)
class ExpressiveStyle:
    """How one person shows emotions, the same in all of the person's images.

    Attributes:
        expressivity: float. Factor on every intensity, about 0.75 (reserved) to 1.2 (vivid).
        gains: float array (action units,). Factor on each unit: some people move some muscles little.
        resting: float array (action units,). Intensities 0-5 that a face at rest already seems to have.
        preference: float. In [0, 1); which variant of a prototype the person shows most often.
    """

    expressivity: float
    gains: np.ndarray
    resting: np.ndarray
    preference: float


def sample_style(rng: np.random.Generator) -> ExpressiveStyle:
    """Draws one person's way of showing emotions.

    Args:
        rng: numpy Generator of the person.

    Returns:
        `ExpressiveStyle`.
    """
    resting = np.zeros(len(ACTION_UNITS))
    names = list(ACTION_UNITS)
    for unit in rng.choice([1, 2, 4, 7, 12, 15, 17, 24, 43], size=2, replace=False):
        resting[names.index(unit)] = rng.uniform(0, 1.4)
    return ExpressiveStyle(
        expressivity=float(rng.uniform(0.75, 1.2)),
        gains=np.clip(rng.normal(1.0, 0.22, len(ACTION_UNITS)), 0.4, 1.5),
        resting=resting,
        preference=float(rng.uniform()),
    )


def sample_action_units(emotion: str, style: ExpressiveStyle, rng: np.random.Generator) -> dict[int, tuple]:
    """Draws the action units of one image of one person.

    Args:
        emotion: str. One of `PROTOTYPES`.
        style: `ExpressiveStyle` of the person.
        rng: numpy Generator of the image.

    Returns:
        dict. Action unit -> (right, left) intensities in 0-5; units that are at rest are left out.
    """
    variants = PROTOTYPES[emotion]
    habitual = int(style.preference * len(variants))
    variant = variants[habitual if rng.uniform() < 0.6 else int(rng.integers(len(variants)))]
    strength = style.expressivity * rng.uniform(0.65, 1.15)
    intensities = np.array([np.broadcast_to(variant.get(unit, 0.0), 2) for unit in ACTION_UNITS], dtype=float)
    count = len(ACTION_UNITS)
    amount = rng.normal(1.0, 0.15, (count, 1)) * (1 + rng.normal(0, 0.06, (count, 1)) * np.array([1, -1]))
    intensities *= strength * style.gains[:, None] * amount
    intensities += (style.resting * rng.uniform(0.5, 1.2, count))[:, None]
    intensities += np.maximum(0, rng.normal(-0.5, 0.5, (count, 1)))  # faces at rest are never quite still
    pairs = zip(ACTION_UNITS, np.clip(intensities, 0, 5).tolist(), strict=True)
    return {unit: tuple(sides) for unit, sides in pairs if any(sides)}


def checked_action_units(action_units: Mapping) -> dict[int, np.ndarray]:
    """Checks what a user asks a face to do.

    Args:
        action_units: mapping. Action unit -> intensity 0-5, or (right, left) of the subject.

    Returns:
        dict. Every action unit that can be drawn -> float array (2,): right, left; in 0-1.

    Raises:
        ParameterError: for a unit that cannot be drawn, or an intensity outside 0-5.
    """
    checked = {unit: np.zeros(2) for unit in ACTION_UNITS}
    for unit, intensity in action_units.items():
        if unit not in checked:
            raise ParameterError(
                f"Action unit {unit!r} cannot be drawn; known are {list(ACTION_UNITS)}.{nearest(unit, ACTION_UNITS)}"
            )
        sides = np.asarray(intensity, dtype=float)
        if sides.shape not in ((), (2,)) or not np.all((sides >= 0) & (sides <= 5)):
            raise ParameterError(
                f"Action unit {unit} has the intensity {intensity!r}; expected a number from 0 to 5 "
                "(FACS A to E are 1 to 5), or two of them for the subject's right and left side."
            )
        checked[unit] = np.broadcast_to(sides / 5, 2)
    return checked


def both_sides(intensity: np.ndarray) -> float:
    """Returns the mean of the right and the left intensity."""
    return 0.5 * float(intensity[0] + intensity[1])
