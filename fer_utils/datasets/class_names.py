"""What people call the emotions in folder names and csv files."""

from fer_utils.datasets.emotions import EMOTIONS
from fer_utils.errors import nearest

NAMES = {  # in lower case; no guesses: a name that is not here is told, and never taken for the nearest one
    "anger": ("anger", "angry", "an", "ang"),
    "contempt": ("contempt", "contemptuous", "co"),
    "disgust": ("disgust", "disgusted", "di", "dis"),
    "fear": ("fear", "fearful", "afraid", "scared", "fe", "af"),
    "happiness": ("happiness", "happy", "joy", "joyful", "ha", "hap"),
    "neutral": ("neutral", "neutrality", "ne", "neu"),
    "sadness": ("sadness", "sad", "sa"),
    "surprise": ("surprise", "surprised", "su", "sur"),
}
EMOTION = {name: emotion for emotion, names in NAMES.items() for name in names}


def emotion_of(name: str) -> str | None:
    """Looks a name up, whatever its letter case and surrounding spaces.

    Args:
        name: str. Such as "Happy".

    Returns:
        str. One of `EMOTIONS`; None where the name is not in the table.
    """
    return EMOTION.get(name.strip().lower())


def suggestion(name: str) -> str:
    """Tells which names are known, and the nearest one, for the message about a name that is not."""
    return f"Known: {', '.join(EMOTIONS)}, and usual names such as happy, sad, angry.{nearest(name.lower(), EMOTION)}"
