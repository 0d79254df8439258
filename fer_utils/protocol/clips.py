"""The clips of one part of a split: which of its rows are their frames, in order of time."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from fer_utils.errors import ParameterError
from fer_utils.faces.clip_sampling import every_period, part_of_clip, sliding_windows
from fer_utils.protocol.protocol import Split

PADDING = -1  # a place without a frame


@dataclass(frozen=True)
class Clips:
    """Clips as places of frames, so that pixels, features and landmarks of frames can be cut in the same way.

    Places count the rows that `Clips.of` was given: place 0 is the first of them, as in `table.pixels(rows)`, in
    `run.open_test`, and in features that were computed of either.

    Attributes:
        sequence: object array (n,). Id of each clip.
        frames: tuple of n int arrays. Places of each clip's frames, in order of time.
        y: int array (n,). Class index of each clip.
        subject: object array (n,). Who is shown.
    """

    sequence: np.ndarray
    frames: tuple[np.ndarray, ...]
    y: np.ndarray
    subject: np.ndarray

    def __post_init__(self):
        for name, places in zip(self.sequence, self.frames, strict=True):
            if not len(places):
                raise ParameterError(f"The clip '{name}' has no frames, so nothing can be said of it. Leave it out.")

    @classmethod
    def of(cls, split: Split, rows: np.ndarray) -> "Clips":
        """Finds the clips of a part.

        Args:
            split: `Split` whose protocol counts clips, so that each has one class.
            rows: int array. Rows of the split's table, such as `split.folds[0].train`.

        Returns:
            `Clips`, in the order in which they first appear.

        Raises:
            ParameterError: the protocol counts images.
        """
        if split.protocol.unit != "sequence":
            raise ParameterError(f"{split.protocol.id} counts images. For clips state it with unit='sequence'.")
        rows = np.asarray(rows, dtype=int)
        listed = split.table.rows[["sequence", "frame"]].iloc[rows].assign(place=np.arange(len(rows)))
        clips = [clip.sort_values("frame", kind="stable") for _, clip in listed.groupby("sequence", sort=False)]
        frames = tuple(clip["place"].to_numpy() for clip in clips)
        first = rows[[places[0] for places in frames]] if frames else rows
        return cls(split.table.sequence[first], frames, split.y[first], split.table.subject[first])

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def lengths(self) -> np.ndarray:
        """Number of frames of each clip."""
        return np.array([len(places) for places in self.frames], dtype=int)

    def sampled(self, choose: Callable[[int], np.ndarray]) -> np.ndarray:
        """Chooses as many frames of every clip.

        Args:
            choose: function from the number of frames of a clip to the numbers of the frames that are wanted, such as
                `lambda count: fixed_length(count, 40)`.

        Returns:
            int array (n, length) of places.

        Raises:
            ParameterError: there is no clip to choose from.
        """
        if not len(self):
            raise ParameterError("There are no clips in this part, so no frames can be chosen from them.")
        return np.stack([places[choose(len(places))] for places in self.frames])

    def every(self, seconds: np.ndarray, period: float = 0.3) -> "Clips":
        """Keeps the frames that a camera would see that looks now and then.

        Args:
            seconds: float array (m,). When the frame of each place is shown in its clip.
            period: float. Seconds from one look to the next.

        Returns:
            `Clips` with fewer frames, at least one each, chosen by `every_period`.
        """
        return replace(self, frames=tuple(places[every_period(seconds[places], period)] for places in self.frames))

    def only(self, wanted: np.ndarray) -> "Clips":
        """Keeps the frames that are wanted, such as those in which a face was found.

        Args:
            wanted: bool array (m,), one a place.

        Returns:
            `Clips`. Of a clip without such a frame the first one stays, so that no clip is lost.
        """
        kept = (places[wanted[places]] if wanted[places].any() else places[:1] for places in self.frames)
        return replace(self, frames=tuple(kept))

    def first_frames(self, wanted: np.ndarray, otherwise: float = 0.65) -> np.ndarray:
        """Finds a frame of each clip, such as its apex.

        Args:
            wanted: bool array (m,), one a place.
            otherwise: float. In 0-1, which frame is taken where none is wanted, 1 for the last; 0.65 is the middle of
                the part from 0.5 to 0.8 that Zennou et al. take to be around the apex.

        Returns:
            int array (n,) of places: of each clip the first one that is wanted.
        """
        given = (places[wanted[places]] for places in self.frames)
        guessed = (places[min(int(otherwise * len(places)), len(places) - 1)] for places in self.frames)
        return np.array(
            [some[0] if len(some) else guess for some, guess in zip(given, guessed, strict=True)], dtype=int
        )

    def padded(self, length: int = 0) -> np.ndarray:
        """Lists all frames of every clip, filled up to one length with `PADDING`.

        Args:
            length: int. At least that of the longest clip; 0 for just that.

        Returns:
            int array (n, length) of places.

        Raises:
            ParameterError: a clip is longer than that.
        """
        longest = int(self.lengths.max(initial=0))
        if length and length < longest:
            where = self.sequence[self.lengths.argmax()]
            raise ParameterError(f"length={length}: the clip '{where}' has {longest} frames; nothing may be cut off.")
        table = np.full((len(self), length or longest), PADDING)
        for row, places in zip(table, self.frames, strict=True):
            row[: len(places)] = places
        return table

    def windows(
        self, length: int = 5, step: int = 1, start: float = 0.0, stop: float = 1.0
    ) -> tuple[np.ndarray, np.ndarray]:
        """Lets a window slide over a part of every clip.

        Args:
            length: int. Frames of a window.
            step: int. Frames from the start of one window to that of the next.
            start: float. In 0-1, where the part begins; Zennou et al. use 0.5 to 0.8.
            stop: float. In 0-1, where it ends.

        Returns:
            (places, clip): int array (m, length), and int array (m,), the number of the clip of each window. A part
            that is shorter than a window gives one window whose last frame is repeated: no clip is lost.
        """
        parts = [places[part_of_clip(len(places), start, stop)] for places in self.frames]
        parts = [np.r_[places, np.repeat(places[-1:], max(0, length - len(places)))] for places in parts]
        clip = np.repeat(np.arange(len(parts)), np.array([len(places) for places in parts], dtype=int))
        rows = sliding_windows(clip, length, step)
        return np.concatenate([np.zeros(0, int), *parts])[rows], clip[rows[:, 0]]
