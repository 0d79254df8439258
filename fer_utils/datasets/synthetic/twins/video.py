"""Frames as an MP4 or AVI file, made in memory, the same bytes each time."""

import io

import av
import numpy as np

CODEC = "mpeg4"  # MPEG-4 part 2: in every build of FFmpeg, also without parts under the GPL, as x264 is
BITS_A_PIXEL = 0.35  # enough that compression is not what a detector meets first


def encode_mp4(frames: list[np.ndarray], fps: int) -> bytes:
    """Encodes a film.

    Args:
        frames: list of uint8 arrays (height, width, 3) RGB, all of one size; even numbers of pixels.
        fps: int. Frames a second.

    Returns:
        bytes of an MP4 file.
    """
    return _encode(frames, fps, "mp4")


def encode_avi(frames: list[np.ndarray], fps: int) -> bytes:
    """Encodes a film as AVI.

    Args:
        frames: list of uint8 arrays, as `encode_mp4` takes them.
        fps: int. Frames a second.

    Returns:
        bytes of an AVI file.
    """
    return _encode(frames, fps, "avi")


def _encode(frames: list[np.ndarray], fps: int, container_format: str) -> bytes:
    height, width = frames[0].shape[:2]
    content = io.BytesIO()
    with av.open(content, "w", format=container_format, options={"fflags": "bitexact"}) as container:
        stream = container.add_stream(CODEC, rate=fps)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.bit_rate = round(BITS_A_PIXEL * width * height * fps)
        stream.codec_context.thread_count = 1  # the order of threads must not show in the bytes
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        container.mux(stream.encode())
    return content.getvalue()
