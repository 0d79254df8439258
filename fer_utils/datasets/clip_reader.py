"""Decodes one video file forward and counts its frames."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import av
import cv2
import numpy as np

from fer_utils.datasets.picture_file import MOST_PIXELS
from fer_utils.datasets.video_headers import Clip, open_video, read_header
from fer_utils.errors import DatasetLayoutError

# What PyAV raises on damaged data; reformatting a frame of an odd kind is a ValueError.
UNREADABLE = (av.FFmpegError, OSError, ValueError)


class ClipReader:
    """Decodes one clip forward; frames are numbered by counting them, whatever the container says.

    Attributes:
        clip: `Clip`.
        process: int. Id of the process that opened the file.
        number: int. Of the last decoded frame; -1 before the first.
    """

    def __init__(self, clip: Clip, size: tuple[int, int] | None, color: bool):
        """Opens the file.

        Args:
            clip: `Clip`, from `read_header`.
            size: (height, width) to which frames are resized, or None.
            color: bool. RGB instead of gray.

        Raises:
            DatasetLayoutError: names the file that cannot be opened.
        """
        self.clip, self.size, self.color, self.process = clip, size, color, os.getpid()
        self.number, self.last = -1, None
        try:
            self.container = open_video(clip.path)
            stream = self.container.streams.video[0]
            if stream.codec_context is None:
                raise ValueError("pictures of an unknown kind")
            stream.codec_context.options = {"max_pixels": str(MOST_PIXELS)}
            self.frames = self.container.decode(stream)
        except (*UNREADABLE, IndexError) as error:
            raise DatasetLayoutError(f"{clip.path}: cannot be opened as a video ({error}). Get it anew.") from error

    def read(self, numbers: Sequence[int]) -> Iterator[tuple[int, np.ndarray]]:
        """Decodes as far as the last wanted frame.

        Args:
            numbers: ints. Of frames; they must rise and not lie before `number`.

        Yields:
            int, uint8 array (height, width[, 3]). Each number and its frame.

        Raises:
            DatasetLayoutError: names the file that is damaged or has fewer frames than its header says.
        """
        for number in numbers:
            while self.number < number:
                self.last = self._next()
                self.number += 1
            yield number, self._pixels()

    def close(self) -> None:
        """Closes the file."""
        self.frames.close()
        self.container.close()

    def _next(self) -> av.VideoFrame:
        try:
            frame = next(self.frames, None)
        except UNREADABLE as error:
            raise self._damaged(self.number + 1, f"cannot be decoded ({type(error).__name__})") from error
        if frame is None:
            raise DatasetLayoutError(
                f"{self.clip.path}: only {self.number + 1} frames could be decoded, but the header promises "
                f"{self.clip.frames}. The file is truncated; get it anew."
            )
        if frame.is_corrupt:
            raise self._damaged(self.number + 1, "is damaged")
        return frame

    def _pixels(self) -> np.ndarray:
        try:
            pixels = self.last.to_ndarray(format="rgb24" if self.color else "gray")
        except UNREADABLE as error:
            raise self._damaged(self.number, f"cannot be converted ({error})") from error
        if self.size:
            return cv2.resize(pixels, self.size[::-1], interpolation=cv2.INTER_AREA)
        expected = (self.clip.height, self.clip.width)
        if pixels.shape[:2] != expected:
            raise self._damaged(self.number, f"has {pixels.shape[:2]} pixels (height, width) instead of {expected}")
        return pixels

    def _damaged(self, number: int, what: str) -> DatasetLayoutError:
        return DatasetLayoutError(
            f"{self.clip.path}: frame {number} {what}. The file is damaged or truncated; get it anew."
        )


def film_fault(path: Path | str) -> str:
    """Decodes a film from beginning to end to see whether it is whole.

    Args:
        path: Path.

    Returns:
        str. What is wrong with it, without its name; empty where nothing is.
    """
    try:
        clip = read_header(path)
        reader = ClipReader(clip, (8, 8), color=False)
        try:
            for _ in reader.read([clip.frames - 1]):
                pass
        finally:
            reader.close()
    except DatasetLayoutError as error:
        return str(error).removeprefix(f"{path}: ")
    return ""
