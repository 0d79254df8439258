"""Windows of a few frames that slide over a part of every clip, and the frames that they show, each once."""

from dataclasses import dataclass

import numpy as np

from fer_utils.protocol import Split
from fer_utils.protocol.clips import Clips


@dataclass(frozen=True)
class ClipWindows:
    """Windows of one part of a split.

    A window shares all its frames but one with the next. What is computed of single frames, such as features of a
    frozen network, is therefore computed for `frames`, and gathered for windows by `Windows(features, places)`.

    Attributes:
        frames: int array (k,), rising. The frames that some window shows, each once, as places of the rows that `of`
            was given.
        places: int array (m, length). Which of `frames` make up each window.
        y: int array (m,). Class index of each window, which is that of its clip.
        sequence: object array (m,). Id of each window's clip.
        of_frames: int array (k,). The clip of each frame, as a number.
        clips: `Clips` of the part.
    """

    frames: np.ndarray
    places: np.ndarray
    y: np.ndarray
    sequence: np.ndarray
    of_frames: np.ndarray
    clips: Clips

    @classmethod
    def of(
        cls,
        split: Split,
        rows: np.ndarray,
        length: int = 5,
        start: float = 0.5,
        stop: float = 0.8,
        step: int = 1,
        only_found: bool = False,
    ) -> "ClipWindows":
        """Lets windows slide.

        Args:
            split: `Split` whose protocol counts clips.
            rows: int array. Rows of the split's table, such as `split.folds[0].train`.
            length: int. Frames of a window.
            start: float. In 0-1, where the used part of each clip begins; Zennou (2023, section 4) has 0.5 to 0.8.
            stop: float. In 0-1, where it ends.
            step: int. Frames from the start of one window to that of the next.
            only_found: bool. Leave out windows with a frame in which no face was found, to train and to validate. Of
                the test part every clip needs an answer.

        Returns:
            `ClipWindows`.
        """
        rows = np.asarray(rows, dtype=int)
        clips = Clips.of(split, rows)
        places, clip = clips.windows(length, step, start, stop)
        if only_found and "detected" in split.table.rows:
            found = split.table.rows["detected"].to_numpy(dtype=bool)[rows]
            kept = found[places].all(axis=1)
            places, clip = places[kept], clip[kept]
        frames, renumbered = np.unique(places, return_inverse=True)
        owner = np.empty(len(frames), dtype=int)
        owner[renumbered.reshape(places.shape)] = clip[:, None]
        return cls(frames, renumbered.reshape(places.shape), clips.y[clip], clips.sequence[clip], owner, clips)

    def __len__(self) -> int:
        return len(self.places)

    @property
    def saving(self) -> float:
        """How many times fewer faces a network sees that looks at each frame once and not once a window."""
        return self.places.size / len(self.frames)
