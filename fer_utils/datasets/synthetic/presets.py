"""Names for sizes of the embedded dataset, and for the circumstances in which it is recorded."""

from fer_utils.datasets.emotions import EMOTIONS, SEVEN
from fer_utils.datasets.synthetic.imaging import LABORATORY, WILD, Conditions
from fer_utils.errors import ParameterError, nearest

# Numbers of subjects are multiples of six, so that every skin group has equally many.
PRESETS = {
    "tiny": {"subjects": 12, "images_per_emotion": 2, "size": 48, "emotions": SEVEN},
    "quick": {"subjects": 48, "images_per_emotion": 3, "size": 48, "emotions": SEVEN},
    "full": {"subjects": 120, "images_per_emotion": 4, "size": 48, "emotions": EMOTIONS},
}

CONDITIONS = {"studio": Conditions(), "laboratory": LABORATORY, "wild": WILD}


def named(kind: str, name: str, known: dict):
    """Looks a name up.

    Args:
        kind: str. What is named, for the message, such as "preset".
        name: str. What the user wrote.
        known: dict. Name to what it stands for.

    Returns:
        What the name stands for.

    Raises:
        ParameterError: nothing has this name.
    """
    if not isinstance(name, str) or name not in known:
        raise ParameterError(f"synthetic: {kind}={name!r}; known are {', '.join(known)}.{nearest(name, known)}")
    return known[name]
