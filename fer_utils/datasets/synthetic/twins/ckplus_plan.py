"""The sequences of the CK+ twin: who shows what, which of them are labelled, and how long they are."""

from dataclasses import dataclass, replace

import numpy as np

from fer_utils.datasets.synthetic.dynamics import sample_sequence
from fer_utils.datasets.synthetic.imaging import LABORATORY, Imaging, sample_imaging
from fer_utils.datasets.synthetic.motion import sway
from fer_utils.datasets.synthetic.people import Person, draw_person, random_stream
from fer_utils.datasets.synthetic.twins.recording import another_take

LABELLED = {  # sequences with a label; their sum is 327
    "anger": 45,
    "contempt": 18,
    "disgust": 59,
    "fear": 25,
    "happiness": 69,
    "sadness": 28,
    "surprise": 83,
}
SEQUENCES, PEOPLE, LABELLED_PEOPLE = 593, 123, 118
GRAY = (5, 10, 11, 14, 22, 26, 28, 29, 32, 34, 35, 37, 42, 44, 45, 46, *range(50, 123), *range(124, 139))
GRAY += (*range(147, 152), *range(154, 159), 160)  # numbers of the people, as in S005
COLOR = (501, 502, 503, 504, 505, 506, 895, 999)  # those whose pictures have color
GRAY_SIZE, COLOR_SIZE = (490, 640), (480, 640)  # height, width
FPS = 30.0
SHARES = {"tiny": 0.0, "small": 0.09, "quick": 0.2, "full": 1.0}
# Preset small: ten people show everything but contempt, so that each fold of ten has all other classes.
SMALL = dict.fromkeys(LABELLED, 10) | {"contempt": 3}
UNLABELLED = 3  # sequences at least, and no more in presets tiny and small
LENGTHS = {"tiny": (4, 4), "small": (5, 5), "quick": (10, 60), "full": (10, 60)}  # shortest and longest sequence
# The face has about two thirds of the picture's height.
DISTANCE = 0.8
UPPER = (1, 2, 4, 5, 6, 7, 9, 43)  # action units of the upper face
PLAN, PLACE, FILM = 1_000_000, 1_000_001, 1_000_002  # numbers of the random streams, far from those of people


@dataclass(frozen=True)
class Take:
    """One sequence.

    Attributes:
        person: int. Number of the drawn person, from 0.
        subject: str. Name as in the original, such as "S005".
        number: str. Of the sequence, such as "001".
        emotion: str. What is shown; of an unlabelled sequence, in the upper face.
        below: str. Of an unlabelled sequence, what is shown in the lower face; "" in a labelled one.
        frames: int. Length.
        color: bool.
    """

    person: int
    subject: str
    number: str
    emotion: str
    below: str
    frames: int
    color: bool

    def name(self, frame: int) -> str:
        """Names a frame (from 0) as the original does: numbers from 1, eight digits."""
        return f"{self.subject}_{self.number}_{frame + 1:08d}"


def plan_takes(preset: str, seed: int) -> list[Take]:
    """Plans all sequences.

    Args:
        preset: str. One of `SHARES`.
        seed: int. Seed of the twin.

    Returns:
        list of `Take`, in the order of subjects and numbers.
    """
    rng, share = random_stream(seed, PLAN), SHARES[preset]
    counts = {emotion: max(1, round(share * count)) for emotion, count in LABELLED.items()}
    counts = SMALL if preset == "small" else counts
    shown = [(emotion, "") for emotion, count in counts.items() for _ in range(count)]
    people = max(4, round(share * PEOPLE))
    unlabelled_people = max(1, round(share * (PEOPLE - LABELLED_PEOPLE)))
    order = rng.permutation(people)
    labelled, others = order[unlabelled_people:], order[:unlabelled_people]
    # Each person shows an emotion at most once: no class has more sequences than there are people.
    takes = [[] for _ in range(people)]
    for place, what in enumerate(shown):
        takes[labelled[place % len(labelled)]].append(what)
    rest = UNLABELLED if preset in ("tiny", "small") else round(share * SEQUENCES) - len(shown)
    for place in range(rest):
        person = others[place] if place < len(others) else rng.integers(people)
        above, below = rng.choice(list(LABELLED), 2, replace=False).tolist()
        takes[person].append((above, below))
    colored = max(1, round(share * len(COLOR)))
    numbers = GRAY[: people - colored] + COLOR[-colored:]
    shortest, longest = LENGTHS[preset]
    planned = []
    for person, own in enumerate(takes):
        for place, which in enumerate(rng.permutation(len(own)).tolist(), start=1):
            length = int(np.clip(shortest + rng.gamma(2.0, 4.0), shortest, longest))
            subject, color = f"S{numbers[person]:03d}", numbers[person] in COLOR
            planned.append(Take(person, subject, f"{place:03d}", *own[which], length, color))
    return planned


def stage(take: Take, seed: int) -> tuple[Person, tuple[dict, ...], list[Imaging]]:
    """Decides everything about one sequence but draws nothing: the twins of CK+ and of CK+48 film the same.

    Args:
        take: `Take`.
        seed: int. Seed of the twin.

    Returns:
        `Person`, the action units of each frame, and the `Imaging` of each frame.
    """
    person = draw_person(seed, take.person)
    rng = random_stream(seed, FILM, take.person, int(take.number))
    frames = sample_sequence(take.emotion, person.style, rng, take.frames, FPS, genuine=False, ends="apex").frames
    if take.below:
        other = sample_sequence(take.below, person.style, rng, take.frames, FPS, genuine=False, ends="apex").frames
        frames = tuple(
            {unit: sides for unit, sides in above.items() if unit in UPPER}
            | {unit: sides for unit, sides in below.items() if unit not in UPPER}
            for above, below in zip(frames, other, strict=True)
        )
    place = sample_imaging(random_stream(seed, PLACE, take.person), LABORATORY)
    place = replace(place, scale=DISTANCE * place.scale, color=take.color)
    first = another_take(place, rng, LABORATORY, int(take.number))
    return person, frames, sway(first, take.frames, FPS, rng)
