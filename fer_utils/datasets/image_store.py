"""Pictures that stay in their files until somebody looks at them."""

import hashlib
import warnings
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from fer_utils.errors import DatasetLayoutError, ParameterError
from fer_utils.paths import file_digests, remembered_by_file

KINDS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".tif": "TIFF", ".tiff": "TIFF", ".bmp": "BMP"}
KINDS |= {".webp": "WEBP", ".pgm": "PPM", ".ppm": "PPM"}
MOST_PIXELS = 50_000_000  # a picture of more is refused from its header: decoded it would fill the memory
SIDEWAYS = (5, 6, 7, 8)  # orientations in a photograph's EXIF that exchange height and width
ORIENTATION = 0x0112
# What Pillow raises for files that are cut off or something else; SyntaxError is its word for a broken PNG or TIFF.
UNREADABLE = (OSError, ValueError, EOFError, SyntaxError, TypeError, IndexError, KeyError, OverflowError)


class FileImages:
    """Picture files that are read when they are indexed: `images[3]`, `images[[5, 2]]`, `len(images)`, `images.shape`.

    Attributes:
        paths: tuple of Path. One a picture; a file may stand there several times.
        size: (height, width), or None to keep each file's own.
        color: bool. RGB instead of gray.
    """

    dtype = np.dtype(np.uint8)

    def __init__(self, paths: Sequence[Path | str], size: int | tuple[int, int] | None = None, color: bool = False):
        """Reads nothing yet.

        Args:
            paths: sequence of Path.
            size: int or (height, width) in pixels to which pictures are resized (area interpolation); None to keep
                the size of each file. An int makes them square.
            color: bool. Pictures are (height, width, 3) RGB instead of (height, width).

        Raises:
            ParameterError: an impossible size.
        """
        self.paths = tuple(Path(path) for path in paths)
        self.size = checked_size(size)
        self.color = color
        self._shape = None

    def __len__(self) -> int:
        return len(self.paths)

    @property
    def shape(self) -> tuple[int, ...]:
        """(N, height, width), with 3 behind in color. Without a chosen size all headers are read the first time.

        Raises:
            DatasetLayoutError: the files differ in size and none was chosen.
        """
        if self._shape is None:
            size = self.size or _common_size(self.paths, [picture_size(path) for path in self.paths])
            self._shape = (len(self), *size) + ((3,) if self.color else ())
        return self._shape

    def __getitem__(self, key) -> np.ndarray:
        """Reads one picture, or a block of pictures of equal size.

        Args:
            key: int; or slice, int array or mask.

        Returns:
            uint8 array (height, width) for an int, else (n, height, width); with 3 behind in color.

        Raises:
            DatasetLayoutError: a file cannot be read, or the files differ in size and none was chosen.
            IndexError: there is no such picture.
        """
        chosen = np.arange(len(self))[np.asarray(key, dtype=int) if isinstance(key, list) and not key else key]
        if np.ndim(chosen) == 0:
            return read_picture(self.paths[chosen], self.size, self.color)
        if not len(chosen):
            return np.zeros((0, *self.shape[1:]) if len(self) else (0, 0, 0), np.uint8)
        first = read_picture(self.paths[chosen[0]], self.size, self.color)
        block = np.empty((len(chosen), *first.shape), np.uint8)  # filled in place: no second copy of a large block
        block[0] = first
        for place, i in enumerate(chosen[1:], start=1):
            picture = read_picture(self.paths[i], self.size, self.color)
            if picture.shape != first.shape:
                _common_size([self.paths[chosen[0]], self.paths[i]], [first.shape[:2], picture.shape[:2]])
            block[place] = picture
        return block

    def image_digests(self, indices: np.ndarray) -> np.ndarray:
        """Hashes the pixels of some pictures; the answers are remembered as long as the files stay as they are.

        Args:
            indices: int array (n,).

        Returns:
            str array (n,) of 32 hexadecimal digits.
        """

        def digest(path: Path) -> str:
            pixels = read_picture(path, self.size, self.color)
            return hashlib.blake2b(pixels.tobytes(), digest_size=16).hexdigest()

        kind = f"pixels {self.size} {self.color}"
        return np.array(remembered_by_file(kind, [self.paths[i] for i in indices], digest))

    def content_digest(self, indices: np.ndarray) -> str:
        """Hashes the contents of files, wherever they lie, without decoding any.

        Args:
            indices: int array (n,). Which pictures, in which order.

        Returns:
            str. 64 hexadecimal digits; another size or color gives another one.
        """
        digest = hashlib.sha256(f"{self.size} {self.color}\n".encode())
        digest.update("\n".join(file_digests([self.paths[i] for i in indices])).encode())
        return digest.hexdigest()


def checked_size(size: int | tuple[int, int] | None) -> tuple[int, int] | None:
    """Turns the option `size` of a loader into (height, width).

    Args:
        size: int, (height, width), or None.

    Returns:
        (height, width), or None.

    Raises:
        ParameterError: something else, or not from 1 to 10,000.
    """
    if size is None:
        return None
    both = (size, size) if isinstance(size, int | np.integer) else size
    whole = (
        isinstance(both, tuple | list) and len(both) == 2 and all(isinstance(side, int | np.integer) for side in both)
    )
    if isinstance(size, bool) or not whole or not all(1 <= side <= 10_000 for side in both):
        raise ParameterError(f"size={size!r}: expected pixels from 1 to 10,000, or (height, width), or None.")
    return tuple(int(side) for side in both)


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


def _common_size(paths: Sequence[Path], sizes: Sequence[tuple[int, int]]) -> tuple[int, int]:
    if not sizes:
        return (0, 0)
    for path, size in zip(paths, sizes, strict=True):
        if tuple(size) != tuple(sizes[0]):
            raise DatasetLayoutError(
                f"The pictures differ in size: {paths[0]} has {sizes[0][0]} x {sizes[0][1]} pixels (height x width), "
                f"{path} {size[0]} x {size[1]}. Choose a size, such as size=96, or read them one by one."
            )
    return tuple(sizes[0])


def _words(error: BaseException) -> str:
    return f"{type(error).__name__}: {' '.join(str(error).split())[:120]}"
