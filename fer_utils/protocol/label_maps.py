"""Label maps: which emotions make up which classes, and which images are left out."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fer_utils.datasets.emotions import EMOTIONS, SEVEN
from fer_utils.errors import ParameterError, nearest


@dataclass(frozen=True)
class LabelMap:
    """A named map from emotions to classes.

    Attributes:
        name: str. The name that protocols print.
        classes: tuple of str. Class names in the order of their indices.
        mapping: mapping from emotion to class; an emotion that is not in it is dropped.
    """

    name: str
    classes: tuple[str, ...]
    mapping: Mapping[str, str]

    def encode(self, labels: np.ndarray) -> np.ndarray:
        """Turns emotion names into class indices.

        Args:
            labels: str array (n,) of emotions.

        Returns:
            int array (n,); -1 where the emotion is dropped.

        Raises:
            ParameterError: a label is none of `EMOTIONS`, so that a misspelling does not pass for a dropped emotion.
        """
        unknown = [label for label in dict.fromkeys(labels) if label not in EMOTIONS]
        if unknown:
            raise ParameterError(
                f"The label '{unknown[0]}' is no emotion. Known: {', '.join(EMOTIONS)}.{nearest(unknown[0], EMOTIONS)}"
            )
        index = {emotion: self.classes.index(name) for emotion, name in self.mapping.items()}
        return np.array([index.get(label, -1) for label in labels], dtype=np.int64)


THREE = {
    **dict.fromkeys(("anger", "disgust", "fear", "sadness"), "negative"),
    "neutral": "neutral",
    "happiness": "positive",
}
POLARITY = ("negative", "neutral", "positive")

LABEL_MAPS = {
    label_map.name: label_map
    for label_map in (
        LabelMap("seven", SEVEN, {emotion: emotion for emotion in SEVEN}),
        LabelMap("eight", EMOTIONS, {emotion: emotion for emotion in EMOTIONS}),
        # Hussein's text excludes surprise; her class counts say that it was negative. Both are always run.
        LabelMap("three-drop", POLARITY, THREE),
        LabelMap("three-negative", POLARITY, {**THREE, "surprise": "negative"}),
    )
}


def label_map(name: str) -> LabelMap:
    """Finds a label map by name.

    Args:
        name: str. A key of `LABEL_MAPS`.

    Returns:
        `LabelMap`.

    Raises:
        ParameterError: no map has this name.
    """
    if name not in LABEL_MAPS:
        raise ParameterError(f"No label map '{name}'. Known: {', '.join(LABEL_MAPS)}.{nearest(name, LABEL_MAPS)}")
    return LABEL_MAPS[name]
