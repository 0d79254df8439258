"""What the headers of video files say, read without decoding a frame and remembered until a file changes."""

import hashlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import av

from fer_utils.datasets.layout import below
from fer_utils.datasets.picture_file import MOST_PIXELS
from fer_utils.datasets.problems import Problems
from fer_utils.errors import DatasetLayoutError
from fer_utils.paths import remembered_by_file

# Only containers that hold their own frames: FFmpeg also knows playlists, which would open other files.
CONTAINERS = "avi,mov,mp4,matroska,webm,mpeg,mpegts,mpegvideo,asf,flv,ogg"
OPTIONS = {
    "format_whitelist": CONTAINERS,
    "protocol_whitelist": "file",
    "ignore_editlist": "1",  # such a list hides frames that the header counts
}
VERSION = 1
BLOCK = 4096  # bytes of a film that are hashed at each of three places


@dataclass(frozen=True)
class Clip:
    """A video file as its header describes it.

    Attributes:
        path: str. Absolute.
        frames: int. Their number; readers check it.
        height: int. Pixels.
        width: int. Pixels.
        rate: float. Frames a second; 0 where the header does not say.
    """

    path: str
    frames: int
    height: int
    width: int
    rate: float


def open_video(path: str) -> av.container.InputContainer:
    """Opens a video file for reading.

    Args:
        path: str. Absolute.

    Returns:
        PyAV container, to be closed by the caller.

    Raises:
        av.FFmpegError: it is no video, damaged or not there.
    """
    return av.open(path, options=dict(OPTIONS))


def read_header(path: Path | str) -> Clip:
    """Reads one header.

    Args:
        path: Path of a video file.

    Returns:
        `Clip`. Where the container does not say how many frames it has, its packets are counted.

    Raises:
        DatasetLayoutError: names the file that is empty, truncated, no video or of too many pixels a frame.
    """
    path = Path(os.path.abspath(path))  # noqa: PTH100  (links stay, as in the memory of answers)
    try:
        with open_video(str(path)) as container:
            if not container.streams.video:
                raise DatasetLayoutError(f"{path}: no pictures in it, only {len(container.streams)} other streams.")
            stream = container.streams.video[0]
            if stream.codec_context is None:
                raise ValueError("pictures of an unknown kind")
            height, width, rate = stream.codec_context.height, stream.codec_context.width, stream.average_rate
            frames = stream.frames or sum(packet.size > 0 for packet in container.demux(stream))
    except (av.FFmpegError, OSError, ValueError) as error:
        size = f"{path.stat().st_size:,} bytes" if path.exists() else "not there"
        reason = getattr(error, "strerror", None) or error
        raise DatasetLayoutError(
            f"{path}: cannot be opened as a video ({reason}; {size}). It is empty, truncated, damaged or no video; get "
            "it anew."
        ) from error
    if height * width > MOST_PIXELS:
        raise DatasetLayoutError(
            f"{path}: frames of {width:,} x {height:,} pixels. Expected at most {MOST_PIXELS:,} pixels; not decoded."
        )
    if frames < 1 or height < 1 or width < 1:
        raise DatasetLayoutError(f"{path}: a header but no frames ({frames} of {width} x {height} pixels).")
    if frames > path.stat().st_size:
        raise DatasetLayoutError(f"{path}: the header promises {frames:,} frames in {path.stat().st_size:,} bytes.")
    return Clip(str(path), int(frames), int(height), int(width), float(rate or 0))


def read_headers(paths: Sequence[Path], problems: Problems, root: Path) -> dict[Path, Clip]:
    """Reads many headers; what was found is remembered until a file's size or modification time changes.

    Args:
        paths: sequence of Path. Existing files.
        problems: `Problems`, to which the files that cannot be opened are added by name.
        root: Path. The dataset's folder; problems name files from there.

    Returns:
        dict from path to `Clip`, of those that can be opened.
    """

    def header(path: Path) -> str:
        try:
            clip = read_header(path)
        except DatasetLayoutError as error:
            return json.dumps(str(error).removeprefix(f"{path}: "))
        return json.dumps([clip.path, clip.frames, clip.height, clip.width, clip.rate])

    clips = {}
    for path, answer in zip(paths, remembered_by_file(f"video headers {VERSION}", paths, header), strict=True):
        found = json.loads(answer)
        if isinstance(found, str):
            problems.add("videos that cannot be opened", below(path, root), found)
        else:
            clips[path] = Clip(*found)
    return clips


def film_digests(paths: Sequence[Path | str]) -> list[str]:
    """Hashes size and three blocks of films: their beginning, middle and end. Remembered until a file changes.

    Args:
        paths: sequence of Path. Existing files.

    Returns:
        list of str. SHA-256 as 64 hexadecimal digits, in the order of `paths`.
    """

    def digest(path: Path) -> str:
        size = path.stat().st_size
        parts = hashlib.sha256(f"{size}\n".encode())
        with path.open("rb") as file:
            for start in (0, size // 2, max(0, size - BLOCK)):
                file.seek(start)
                parts.update(file.read(BLOCK))
        return parts.hexdigest()

    return remembered_by_file("film blocks", paths, digest)
