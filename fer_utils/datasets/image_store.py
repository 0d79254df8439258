"""Pictures that stay in their files until somebody looks at them."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from fer_utils.datasets.picture_file import picture_size, read_picture
from fer_utils.errors import DatasetLayoutError, ParameterError
from fer_utils.paths import file_digests, remembered_by_file


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
