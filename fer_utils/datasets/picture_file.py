"""Reading one picture file: from its header first, so that nothing huge or foreign is ever decoded."""

import warnings
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from fer_utils.errors import DatasetLayoutError

KINDS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".tif": "TIFF", ".tiff": "TIFF", ".bmp": "BMP"}
KINDS |= {".webp": "WEBP", ".pgm": "PPM", ".ppm": "PPM"}
MOST_PIXELS = 50_000_000  # a picture of more is refused from its header: decoded it would fill the memory
SIDEWAYS = (5, 6, 7, 8)  # orientations in a photograph's EXIF that exchange height and width
ORIENTATION = 0x0112
# What Pillow raises for files that are cut off or something else; SyntaxError is its word for a broken PNG or TIFF.
UNREADABLE = (OSError, ValueError, EOFError, SyntaxError, TypeError, IndexError, KeyError, OverflowError)


def picture_size(path: Path | str) -> tuple[int, int]:
    """Reads a picture's size from its header and checks that the file is what its name says.

    Args:
        path: Path.

    Returns:
        (height, width) in pixels, as the picture is shown.

    Raises:
        DatasetLayoutError: names the file that is missing, empty, too large, or no picture of the kind of its name.
    """
    with _opened(Path(path)) as picture:
        return _size(picture)


def picture_kind(path: Path | str) -> tuple[int, int, str]:
    """Reads from a picture's header how large it is and how its pixels are stored.

    Args:
        path: Path.

    Returns:
        (height, width) in pixels, and "gray", "palette" or "color": the last two may still show gray alone.

    Raises:
        DatasetLayoutError: as `picture_size`.
    """
    with _opened(Path(path)) as picture:
        gray = picture.mode in ("1", "L", "LA", "I", "F") or picture.mode.startswith("I;16")
        kind = "gray" if gray else "palette" if picture.mode in ("P", "PA") else "color"
        return *_size(picture), kind


def read_picture(path: Path | str, size: tuple[int, int] | None = None, color: bool = False) -> np.ndarray:
    """Reads one picture.

    Args:
        path: Path.
        size: (height, width) to which it is resized; None to keep its own.
        color: bool. RGB instead of gray.

    Returns:
        uint8 array (height, width), in color (height, width, 3). Palettes are looked up, 16 bits become 8, and
        photographs are turned upright.

    Raises:
        DatasetLayoutError: names the file that cannot be read.
    """
    path = Path(path)
    with _opened(path) as picture:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of odd metadata, which nobody reads here
                pixels = _pixels(picture, color)
        except MemoryError as error:
            raise DatasetLayoutError(f"{path}: not enough memory for {picture.size} pixels.") from error
        except UNREADABLE as error:
            raise DatasetLayoutError(
                f"{path}: truncated or damaged picture ({_words(error)}). Get the file anew, or remove it."
            ) from error
    if size is None or pixels.shape[:2] == size:
        return pixels
    return cv2.resize(pixels, size[::-1], interpolation=cv2.INTER_AREA)


def picture_fault(path: Path | str) -> str:
    """Decodes a picture to see whether it is whole.

    Args:
        path: Path.

    Returns:
        str. What is wrong with it, without its name; empty where nothing is.
    """
    try:
        read_picture(path)
    except DatasetLayoutError as error:
        return str(error).removeprefix(f"{path}: ")
    return ""


def _opened(path: Path) -> Image.Image:
    """Opens a picture and reads its header, nothing else."""
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        raise DatasetLayoutError(f"{path}: no picture by its name. Expected one of {', '.join(KINDS)}.")
    try:
        if not path.stat().st_size:
            raise DatasetLayoutError(f"{path}: the file has zero bytes. Get it anew, or remove it.")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # also Pillow's own of large pictures: the limit below is lower
            picture = Image.open(path, formats=sorted({*KINDS.values(), "GIF"}))
    except (UnidentifiedImageError, Image.DecompressionBombError, *UNREADABLE) as error:
        if isinstance(error, Image.DecompressionBombError):
            reason = f"more than {MOST_PIXELS / 1e6:.0f} million pixels; it is not decoded"
        elif isinstance(error, UnidentifiedImageError):
            reason = "no picture, or damaged from its first bytes on"
        else:
            reason = f"cannot be opened ({_words(error)})"
        raise DatasetLayoutError(f"{path}: {reason}. Get the file anew, or remove it.") from error
    width, height = picture.size
    if width * height > MOST_PIXELS:
        picture.close()
        raise DatasetLayoutError(
            f"{path}: {width:,} x {height:,} pixels, more than {MOST_PIXELS / 1e6:.0f} million; it is not decoded. "
            "Scale it down, or remove it."
        )
    found = "JPEG" if picture.format == "MPO" else picture.format
    if found != kind:
        picture.close()
        raise DatasetLayoutError(
            f"{path}: the name says {kind}, but the content is {found}. Rename it if it is the right picture, or get "
            "it anew."
        )
    return picture


def _size(picture: Image.Image) -> tuple[int, int]:
    width, height = picture.size
    # Other kinds would be decoded to look for EXIF.
    turned = picture.format in ("JPEG", "MPO") and _orientation(picture) in SIDEWAYS
    return (width, height) if turned else (height, width)


def _orientation(picture: Image.Image) -> int:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return picture.getexif().get(ORIENTATION, 1)
    except UNREADABLE:
        return 1  # damaged metadata: the pixels may still be whole


def _pixels(picture: Image.Image, color: bool) -> np.ndarray:
    picture.load()
    if picture.format in ("JPEG", "MPO") and _orientation(picture) != 1:
        picture = ImageOps.exif_transpose(picture)
    if picture.mode.startswith("I;16"):
        picture = Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))  # convert() would cut at 255
    elif picture.mode in ("I", "F"):
        raise ValueError(f"pixels of mode {picture.mode}, expected 8 or 16 bits a channel")
    elif picture.mode in ("P", "PA") and "transparency" in picture.info:
        picture = picture.convert("RGBA")
    return np.array(picture.convert("RGB" if color else "L"))


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:120]}"
