"""Sequences of frames for networks, gathered batch by batch: a frame is kept once, however many windows show it."""

import numpy as np

from fer_utils.datasets.face_table import FaceTable
from fer_utils.faces.clip_sampling import sample_segments
from fer_utils.protocol.clips import PADDING, Clips


class Frames:
    """Faces of some rows of a table that are read when they are asked for.

    Args:
        table: `FaceTable`, whose pixels may be mapped from a file.
        rows: int array (N,). Rows of the table, such as `split.folds[0].train`.
    """

    dtype = np.dtype(np.uint8)

    def __init__(self, table: FaceTable, rows: np.ndarray):
        self._table, self._rows = table, np.asarray(rows)
        self.shape = (len(rows), *table.pixels(self._rows[:1]).shape[1:])

    def __len__(self) -> int:
        return len(self._rows)

    def __getitem__(self, places) -> np.ndarray:
        """Reads faces: uint8 array of the shape of `places`, then (height, width, channels)."""
        places = np.asarray(places)
        return self._table.pixels(self._rows[places.ravel()]).reshape(*places.shape, *self.shape[1:])


class Windows:
    """Sequences of one length: what `fit` and `predict` take in place of an array (n, length, ...).

    Args:
        frames: array (N, ...), `Frames`, or features of frames; uint8 pixels or float32.
        places: int array (n, length). Which frames make up each sequence, as `Clips` gives them; `PADDING` is all 0.
    """

    def __init__(self, frames, places: np.ndarray):
        self.frames, self.places = frames, np.asarray(places)

    @property
    def shape(self) -> tuple[int, ...]:
        """(n, length, ...)."""
        return (*self.places.shape, *self.frames.shape[1:])

    @property
    def dtype(self) -> np.dtype:
        """That of the frames."""
        return self.frames.dtype

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, chosen) -> np.ndarray:
        """Gathers some sequences.

        Args:
            chosen: int array (b,) or slice.

        Returns:
            array (b, length, ...), a copy.
        """
        places = self.places[chosen]
        empty = places == PADDING
        gathered = self.frames[np.where(empty, 0, places)]  # a copy already, and the only one
        if empty.any():
            gathered[empty] = 0
        return gathered


class Masks:
    """Which places of sequences hold a frame: the second input of networks for clips of any length.

    Args:
        places: int array (n, length) as of `Windows`.
    """

    dtype = np.dtype(np.float32)

    def __init__(self, places: np.ndarray):
        self._there = np.asarray(places) != PADDING
        self.shape = self._there.shape

    def __len__(self) -> int:
        return len(self._there)

    def __getitem__(self, chosen) -> np.ndarray:
        """Returns float32 array (b, length): 1 for a frame, 0 for padding."""
        return self._there[chosen].astype(np.float32)


class Segments(Windows):
    """A frame of each of K equal segments of every clip, drawn anew in every epoch (Adebayo 2021, section 4.2.3).

    Args:
        frames: as of `Windows`.
        clips: `Clips`.
        segments: int. K.
        used: int. How many of the segments are used, from the first; None for all, see `sample_segments`.
        seed: int.
    """

    def __init__(self, frames, clips: Clips, segments: int = 3, used: int | None = None, seed: int = 0):
        self._clips, self._how, self._seed = clips, (segments, used), seed
        self.frames = frames
        self.start_epoch(0)

    def start_epoch(self, epoch: int) -> None:
        """Draws the frames of an epoch, counted from 0."""
        random = np.random.default_rng([self._seed, epoch])
        self.places = self._clips.sampled(lambda count: sample_segments(count, random, *self._how))


class Together:
    """Several inputs of one network, such as two streams, or sequences with their masks.

    Args:
        *parts: arrays, `Windows` or `Masks`, one an input, all of n rows.
    """

    def __init__(self, *parts):
        self.parts = parts

    def __len__(self) -> int:
        return len(self.parts[0])

    def __getitem__(self, chosen) -> tuple[np.ndarray, ...]:
        """Gathers the same rows of every part."""
        return tuple(part[chosen] for part in self.parts)

    def start_epoch(self, epoch: int) -> None:
        """Tells the parts which epoch begins."""
        for part in self.parts:
            if hasattr(part, "start_epoch"):
                part.start_epoch(epoch)
