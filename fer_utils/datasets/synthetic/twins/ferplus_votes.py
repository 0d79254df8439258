"""Ten simulated annotators for each picture of the FER2013 twin, and how FER+ names the pictures."""

import numpy as np

from fer_utils.datasets.synthetic.people import random_stream

COLUMNS = (*("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "NF"),)
ANNOTATORS = 10
# What one annotator calls an expression at full strength in a good picture.
SEEN = {
    "neutral": {"neutral": 0.86, "sadness": 0.06, "contempt": 0.03, "happiness": 0.03, "anger": 0.02},
    "happiness": {"happiness": 0.95, "neutral": 0.03, "surprise": 0.02},
    "surprise": {"surprise": 0.84, "fear": 0.11, "happiness": 0.05},
    "sadness": {"sadness": 0.8, "neutral": 0.1, "anger": 0.05, "fear": 0.03, "disgust": 0.02},
    "anger": {"anger": 0.8, "disgust": 0.06, "sadness": 0.06, "neutral": 0.05, "contempt": 0.03},
    "disgust": {"disgust": 0.6, "anger": 0.22, "contempt": 0.08, "sadness": 0.1},
    "fear": {"fear": 0.62, "surprise": 0.23, "sadness": 0.1, "neutral": 0.05},
    "contempt": {"contempt": 0.5, "neutral": 0.3, "disgust": 0.1, "happiness": 0.1},
}
DOUBT = 0.14  # chance of "unknown" for a picture of quality 0; none at quality 1
MISSED = 0.004  # chance that an annotator sees no face in a picture of quality 0
SWAPPED = 0.01  # share of the names whose numbers stand at another row's place
VOTES, NAMES = 1_000_003, 1_000_004  # numbers of the random streams, far from those of people


def sample_votes(seed: int, pictures: list[tuple[str, float, float]]) -> np.ndarray:
    """Lets ten annotators name the expression in each picture.

    A weak expression draws votes to neutral: an annotator sees the expression with its strength as probability.

    Args:
        seed: int. Seed of the twin.
        pictures: list of (shown, strength, quality); shown "" where there is no face: all vote NF.

    Returns:
        int array (n, 10). Votes in the order of `COLUMNS`; each row sums to ten.
    """
    seen = {shown: np.array([chances.get(column, 0.0) for column in COLUMNS]) for shown, chances in SEEN.items()}
    chances = np.zeros((len(pictures), len(COLUMNS)))
    for row, (shown, strength, quality) in zip(chances, pictures, strict=True):
        if not shown:
            row[COLUMNS.index("NF")] = 1
            continue
        doubt, missed = DOUBT * (1 - quality), MISSED * (1 - quality)
        row[:] = (1 - doubt - missed) * (strength * seen[shown] + (1 - strength) * seen["neutral"])
        row[COLUMNS.index("unknown")] = doubt
        row[COLUMNS.index("NF")] = missed
    return random_stream(seed, VOTES).multinomial(ANNOTATORS, chances / chances.sum(axis=1, keepdims=True))


def image_names(seed: int, faces: list[bool]) -> list[str]:
    """Names the pictures as FER+ does, with its trap: the number in a name is not the row's.

    Rows without a face have no name and take no number, so that all later numbers lag behind; and some names have
    changed places, so that sorting by name does not help.

    Args:
        seed: int. Seed of the twin.
        faces: list of bool, one a row. Whether it has a face.

    Returns:
        list of str, one a row: "fer0000000.png" and so on; "" without a face.
    """
    rng = random_stream(seed, NAMES)
    first = faces.index(False) if False in faces else len(faces)
    numbers = np.cumsum(faces) - 1
    late = np.array([row for row, face in enumerate(faces) if face and row > first])
    swapped = rng.choice(late, 2 * round(SWAPPED * len(late) / 2), replace=False)
    numbers[swapped] = numbers[np.roll(swapped, 1)]
    return [f"fer{number:07d}.png" if face else "" for number, face in zip(numbers.tolist(), faces, strict=True)]
