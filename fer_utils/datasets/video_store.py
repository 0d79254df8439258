"""Frames of many video files as one lazy block of pixels."""

import hashlib
import os
import threading
from collections.abc import Sequence

import numpy as np

from fer_utils.datasets.clip_reader import ClipReader
from fer_utils.datasets.image_store import checked_size
from fer_utils.datasets.video_headers import Clip, film_digests
from fer_utils.errors import DatasetLayoutError
from fer_utils.paths import remembered_by_file


class VideoFrames:
    """Frames of video files, decoded when they are asked for: `images` of a `FaceTable`.

    Frames are found by counting from the beginning of the clip, never by seeking, which is inexact in many formats.
    Frames that are asked for together are decoded clip by clip, each clip once; frames that are asked for one by one in
    rising order continue where the decoder stands. At most one clip is open, and of it one frame is kept.

    Attributes:
        clips: tuple of `Clip`.
        clip: int array (N,). Which of `clips` a row shows.
        frame: int array (N,). Number of the frame in the clip, from 0.
        size: (height, width), or None to keep that of each clip.
        color: bool. RGB instead of gray.
    """

    dtype = np.dtype(np.uint8)

    def __init__(
        self,
        clips: Sequence[Clip],
        clip: Sequence[int],
        frame: Sequence[int],
        size: int | tuple[int, int] | None = None,
        color: bool = False,
    ):
        """Describes the block; nothing is opened.

        Args:
            clips: sequence of `Clip`, from `read_headers`, each file once.
            clip: int array (N,). Which of them each row shows.
            frame: int array (N,). Which of its frames.
            size: int or (height, width) in pixels to which frames are resized (area interpolation); None keeps the size
                of each clip.
            color: bool. Frames are (height, width, 3) RGB instead of (height, width).

        Raises:
            ParameterError: an impossible size.
        """
        self.clips, self.size, self.color = tuple(clips), checked_size(size), color
        self.clip, self.frame = np.asarray(clip, dtype=np.int32), np.asarray(frame, dtype=np.int32)
        self._reader, self._lock = None, threading.Lock()

    @property
    def shape(self) -> tuple[int, ...]:
        """(N, height, width), with 3 behind in color.

        Raises:
            DatasetLayoutError: the clips differ in size and none was chosen.
        """
        return (len(self), *(self.size or _common_size(self.clips)), *((3,) if self.color else ()))

    def __len__(self) -> int:
        return len(self.clip)

    def __getitem__(self, key) -> np.ndarray:
        """Decodes frames.

        Args:
            key: int, slice, int array or boolean mask of rows.

        Returns:
            uint8 array (height, width[, 3]) for an int, otherwise (n, height, width[, 3]).

        Raises:
            DatasetLayoutError: names the file that is damaged or has fewer frames than its header says; or the frames
                differ in size and none was chosen.
            IndexError: no such row.
        """
        rows = np.arange(len(self))[np.asarray(key, dtype=int) if isinstance(key, list) and not key else key]
        wanted = np.atleast_1d(rows)
        clips = [self.clips[i] for i in np.unique(self.clip[wanted])] or self.clips
        size = self.size or _common_size(clips)
        block = np.empty((len(wanted), *size, *((3,) if self.color else ())), dtype=np.uint8)
        with self._lock:
            for clip in np.unique(self.clip[wanted]):
                places = np.flatnonzero(self.clip[wanted] == clip)
                numbers = self.frame[wanted[places]]
                try:
                    for number, pixels in self._open(clip, numbers.min()).read(np.unique(numbers)):
                        block[places[numbers == number]] = pixels
                except DatasetLayoutError:
                    self._close()  # a decoder does not go on after an error
                    raise
        return block[0] if rows.ndim == 0 else block

    def image_digests(self, indices: Sequence[int]) -> np.ndarray:
        """Hashes the pixels of some frames; the answers are remembered as long as the files stay as they are.

        Args:
            indices: int array (n,) of rows.

        Returns:
            str array (n,) of 32 hexadecimal digits.
        """
        indices = np.asarray(indices, dtype=int)
        rows_of = {}  # every row of a clip, so that the answers serve any choice of rows
        for row, clip in enumerate(self.clip):
            rows_of.setdefault(self.clips[clip].path, []).append(row)
        chosen = hashlib.sha256(self.clip.tobytes() + self.frame.tobytes()).hexdigest()[:16]
        paths = [self.clips[clip].path for clip in np.unique(self.clip[indices])]

        def digests(path) -> str:
            rows = rows_of[str(path)]
            in_order = sorted(rows, key=self.frame.__getitem__)  # one frame at a time, but each decoded once
            known = {row: hashlib.blake2b(self[row].tobytes(), digest_size=16).hexdigest() for row in in_order}
            return " ".join(known[row] for row in rows)

        answers = {}
        kind = f"frames {self.size} {self.color} {chosen}"
        for path, answer in zip(paths, remembered_by_file(kind, paths, digests), strict=True):
            answers |= dict(zip(rows_of[path], answer.split(), strict=True))
        return np.array([answers[row] for row in indices])

    def content_digest(self, indices: Sequence[int]) -> str:
        """Hashes which frames are shown and parts of the files, wherever they lie.

        Whole films would take hours to read: the hash knows their sizes and three blocks of each, where any other film
        differs. A single changed bit elsewhere it does not see.

        Args:
            indices: int array (n,) of rows.

        Returns:
            str. 64 hexadecimal digits; another size or color gives another one.
        """
        indices = np.asarray(indices, dtype=int)
        clips, places = np.unique(self.clip[indices], return_inverse=True)
        digest = hashlib.sha256(f"{self.size} {self.color}\n".encode())
        digest.update(places.astype("<i8").tobytes() + self.frame[indices].astype("<i8").tobytes())
        paths = [self.clips[clip].path for clip in clips]
        digest.update("\n".join(film_digests(paths)).encode())
        return digest.hexdigest()

    def _open(self, clip: int, first: int) -> ClipReader:
        """Goes on with the open clip where it has not passed the frame yet, else opens the clip from its beginning."""
        reader = self._reader
        # After a fork the open file is shared with the parent, and both would move its position.
        if reader is None or (reader.clip, reader.process) != (self.clips[clip], os.getpid()) or first < reader.number:
            self._close()
            self._reader = ClipReader(self.clips[clip], self.size, self.color)
        return self._reader

    def _close(self) -> None:
        if self._reader is not None:
            self._reader.close()
        self._reader = None

    def __getstate__(self):
        """Leaves out what belongs to this process, so that tables can be sent to others."""
        return {**self.__dict__, "_reader": None, "_lock": None}

    def __setstate__(self, state):
        self.__dict__.update(state)
        self._lock = threading.Lock()


def _common_size(clips: Sequence[Clip]) -> tuple[int, int]:
    sizes = {}
    for clip in clips:
        sizes.setdefault((clip.height, clip.width), clip.path)
    if len(sizes) > 1:
        (first, there), (second, elsewhere) = list(sizes.items())[:2]
        raise DatasetLayoutError(
            f"The clips have {len(sizes)} sizes: {first[1]} x {first[0]} pixels in {there}, {second[1]} x {second[0]} "
            f"in {elsewhere}. Choose one for all, such as size=96 or size=(height, width)."
        )
    return next(iter(sizes), (0, 0))
