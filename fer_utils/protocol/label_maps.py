"""Label maps: which labels make up which classes, and which images are left out."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from fer_utils.datasets.emotions import EMOTIONS, SEVEN
from fer_utils.datasets.face_table import FaceTable
from fer_utils.errors import ParameterError, nearest


@dataclass(frozen=True)
class LabelMap:
    """A named map from labels to classes.

    Attributes:
        name: str. The name that protocols print.
        classes: tuple of str. Class names in the order of their indices.
        mapping: mapping from label to class; a label that is not in it is dropped.
        words: str. The task in a few words, for readers of reports.
        column: str. Where the labels stand in a `FaceTable`: "label" holds emotions.
        known: tuple of str. All labels that this column may hold.
    """

    name: str
    classes: tuple[str, ...]
    mapping: Mapping[str, str]
    words: str = ""
    column: str = "label"
    known: tuple[str, ...] = EMOTIONS

    def encode(self, labels: np.ndarray) -> np.ndarray:
        """Turns labels into class indices.

        Args:
            labels: str array (n,).

        Returns:
            int array (n,); -1 where the label is dropped.

        Raises:
            ParameterError: a label is none of `known`, so that a misspelling does not pass for a dropped emotion.
        """
        unknown = [label for label in dict.fromkeys(labels) if label not in self.known]
        if unknown:
            kind = "emotion" if self.column == "label" else f"label of '{self.column}'"
            raise ParameterError(
                f"The label '{unknown[0]}' is no {kind}. Known: {', '.join(self.known)}."
                f"{nearest(unknown[0], self.known)}"
            )
        index = {label: self.classes.index(name) for label, name in self.mapping.items()}
        return np.array([index.get(label, -1) for label in labels], dtype=np.int64)

    def codes(self, table: FaceTable) -> np.ndarray:
        """Returns the class index of every row of a table.

        Args:
            table: `FaceTable`.

        Returns:
            int array (n,); -1 where the label is dropped.

        Raises:
            ParameterError: the table has no such labels, or one that is unknown.
        """
        if self.column not in table.rows:
            raise ParameterError(
                f"The label map '{self.name}' reads the column '{self.column}', which {table.name} does not have. "
                "It is for SASE-FE, whose films are felt or acted."
            )
        labels = table.rows[self.column]
        return self.encode((labels.astype(str) if labels.dtype == bool else labels).to_numpy(dtype=object))


def _same(names: tuple[str, ...]) -> dict[str, str]:
    return {name: name for name in names}


def _without(*left_out: str) -> tuple[str, ...]:
    return tuple(emotion for emotion in EMOTIONS if emotion not in left_out)


THREE = {
    **dict.fromkeys(("anger", "disgust", "fear", "sadness"), "negative"),
    "neutral": "neutral",
    "happiness": "positive",
}
POLARITY = ("negative", "neutral", "positive")
SIX, SIX_CONTEMPT = _without("contempt", "neutral"), _without("fear", "neutral")
SEVEN_CONTEMPT = _without("neutral")
GENUINE = {"False": "acted", "True": "genuine"}  # the column holds truth values
TWELVE = tuple(f"{kind} {emotion}" for kind in GENUINE.values() for emotion in SIX_CONTEMPT)

LABEL_MAPS = {
    label_map.name: label_map
    for label_map in (
        LabelMap("seven", SEVEN, _same(SEVEN), "seven emotions"),
        LabelMap("eight", EMOTIONS, _same(EMOTIONS), "eight emotions"),
        LabelMap("six", SIX, _same(SIX), "six emotions"),
        LabelMap("six-contempt", SIX_CONTEMPT, _same(SIX_CONTEMPT), "six emotions, contempt instead of fear"),
        LabelMap("seven-contempt", SEVEN_CONTEMPT, _same(SEVEN_CONTEMPT), "seven emotions, contempt, not neutral"),
        # Hussein's text excludes surprise; her class counts say that it was negative. Both are always run.
        LabelMap("three-drop", POLARITY, THREE, "three classes, surprise left out"),
        LabelMap(
            "three-negative",
            POLARITY,
            {**THREE, "surprise": "negative"},
            "three classes, surprise counted as negative",
        ),
        # Sequences of CK+ have no neutral class; Hussein counts all 327, so contempt must have been neutral there.
        LabelMap(
            "three-drop-contempt",
            POLARITY,
            {**THREE, "contempt": "neutral"},
            "three classes, surprise left out, contempt counted as neutral",
        ),
        LabelMap(
            "three-negative-contempt",
            POLARITY,
            {**THREE, "surprise": "negative", "contempt": "neutral"},
            "three classes, surprise counted as negative, contempt as neutral",
        ),
        LabelMap("twelve", TWELVE, _same(TWELVE), "six emotions, felt or acted", "class12", TWELVE),
        LabelMap("genuine", tuple(GENUINE.values()), GENUINE, "felt or acted", "genuine", tuple(GENUINE)),
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
