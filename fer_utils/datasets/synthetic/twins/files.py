"""Pictures and texts as files: encoded in memory first, so that a full disk is an error and never a cut file."""

import gzip
import io
from pathlib import Path

import cv2
import numpy as np
from PIL import Image


def write_bytes(path: Path, content: bytes) -> None:
    """Writes a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def write_text(path: Path, text: str) -> None:
    """Writes a text with Unix line ends on every platform, so that the bytes are the same everywhere."""
    write_bytes(path, text.encode())


def write_png(path: Path, image: np.ndarray) -> None:
    """Writes an uint8 picture, (height, width) gray or (height, width, 3) RGB, as PNG."""
    write_bytes(path, _encode(".png", image, []))


def write_jpeg(path: Path, image: np.ndarray, quality: int = 92) -> None:
    """Writes an uint8 picture, (height, width) gray or (height, width, 3) RGB, as JPEG.

    Args:
        path: Path.
        image: uint8 array.
        quality: int. 1 to 100.
    """
    write_bytes(path, _encode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality]))


def write_tiff(path: Path, image: np.ndarray, palette: np.ndarray | None = None) -> None:
    """Writes a gray picture as TIFF without compression.

    Args:
        path: Path.
        image: uint8 array (height, width).
        palette: uint8 array (256,), each gray value once: pixels are then stored as places in it (mode P).
    """
    if palette is None:
        picture = Image.fromarray(image)
    else:
        picture = Image.fromarray(np.argsort(palette).astype(np.uint8)[image]).convert("P")
        picture.putpalette(np.repeat(palette, 3).tolist())
    content = io.BytesIO()
    picture.save(content, "TIFF")
    write_bytes(path, content.getvalue())


def open_gzip(file) -> gzip.GzipFile:
    """Opens a gzip stream without time and name in it, so that the same content gives the same bytes."""
    return gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0)


def _encode(extension: str, image: np.ndarray, options: list[int]) -> bytes:
    pixels = image[..., ::-1] if image.ndim == 3 else image  # OpenCV has blue first
    done, content = cv2.imencode(extension, np.ascontiguousarray(pixels), options)
    if not done:
        raise ValueError(f"a picture of shape {image.shape} and type {image.dtype} cannot be stored as {extension}")
    return content.tobytes()
