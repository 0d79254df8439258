"""Pictures of several stores as one block of a common size."""

import hashlib
from collections.abc import Sequence

import cv2
import numpy as np

from fer_utils.datasets.image_store import checked_size


class JoinedImages:
    """Pictures that lie in several blocks or stores; each is read, converted and resized when it is asked for.

    Attributes:
        stores: tuple of uint8 arrays, `FileImages` or `VideoFrames`.
        store: int array (N,). Which of `stores` a row lies in.
        row: int array (N,). Which row of it.
        size: (height, width) in pixels.
        color: bool. RGB instead of gray.
        shape: (N, height, width), with 3 behind in color.
    """

    dtype = np.dtype(np.uint8)

    def __init__(
        self,
        stores: Sequence,
        store: Sequence[int],
        row: Sequence[int],
        size: int | tuple[int, int],
        color: bool = False,
    ):
        """Reads nothing yet.

        Args:
            stores: sequence of uint8 arrays (n, height, width[, channels]) or lazy stores.
            store: int array (N,). Which of them each row lies in.
            row: int array (N,). Which row of it.
            size: int or (height, width) in pixels to which pictures are resized (area interpolation).
            color: bool. RGB: gray pictures get three equal channels. Otherwise gray.

        Raises:
            ParameterError: an impossible size.
        """
        self.stores, self.size, self.color = tuple(stores), checked_size(size), color
        self.store, self.row = np.asarray(store, dtype=np.int64), np.asarray(row, dtype=np.int64)
        self.shape = (len(self.row), *self.size, *((3,) if color else ()))

    def __len__(self) -> int:
        return len(self.row)

    def __getitem__(self, key) -> np.ndarray:
        """Reads one picture, or a block.

        Args:
            key: int; or slice, int array or mask.

        Returns:
            uint8 array (height, width[, 3]) for an int, else (n, height, width[, 3]).
        """
        chosen = np.arange(len(self))[np.asarray(key, dtype=int) if isinstance(key, list) and not key else key]
        wanted = np.atleast_1d(chosen)
        block = np.empty((len(wanted), *self.shape[1:]), np.uint8)
        # One by one, as sizes differ; in the order of the stores, so that films are decoded once.
        for place in np.lexsort((self.row[wanted], self.store[wanted])):
            i = wanted[place]
            block[place] = self._fit(np.asarray(self.stores[self.store[i]][int(self.row[i])]))
        return block[0] if np.ndim(chosen) == 0 else block

    def image_digests(self, indices: Sequence[int]) -> np.ndarray:
        """Hashes pictures as they lie in their stores, which remember the answers.

        Args:
            indices: int array (n,) of rows.

        Returns:
            str array (n,) of 32 hexadecimal digits.
        """
        indices = np.asarray(indices, dtype=int)
        digests = np.empty(len(indices), dtype="U32")
        for number, store in enumerate(self.stores):
            here = np.flatnonzero(self.store[indices] == number)
            rows = self.row[indices[here]]
            if isinstance(store, np.ndarray):
                digests[here] = [hashlib.blake2b(store[i].tobytes(), digest_size=16).hexdigest() for i in rows]
            elif len(here):
                digests[here] = store.image_digests(rows)
        return digests

    def content_digest(self, indices: Sequence[int]) -> str:
        """Hashes the contents of the stores' rows, wherever they lie.

        Args:
            indices: int array (n,) of rows.

        Returns:
            str. 64 hexadecimal digits; another size or color gives another one.
        """
        indices = np.asarray(indices, dtype=int)
        digest = hashlib.sha256(f"{self.size} {self.color}\n".encode() + self.store[indices].tobytes())
        for number, store in enumerate(self.stores):
            rows = self.row[indices[self.store[indices] == number]]
            if isinstance(store, np.ndarray):
                digest.update(np.ascontiguousarray(store[rows]))
            elif len(rows):
                digest.update(store.content_digest(rows).encode())
        return digest.hexdigest()

    def _fit(self, picture: np.ndarray) -> np.ndarray:
        """Brings a picture to the common kind and size."""
        if picture.ndim == 3 and picture.shape[-1] == 1:
            picture = picture[..., 0]
        if self.color and picture.ndim == 2:
            picture = np.stack([picture] * 3, axis=-1)
        elif not self.color and picture.ndim == 3:
            picture = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
        if picture.shape[:2] == self.size:
            return picture
        return cv2.resize(picture, self.size[::-1], interpolation=cv2.INTER_AREA)
