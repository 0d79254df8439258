"""The one type that every dataset becomes: a table of frames and their pixels."""

import hashlib
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from fer_utils.datasets.counts import Count
from fer_utils.datasets.image_store import FileImages
from fer_utils.datasets.joined_images import JoinedImages
from fer_utils.datasets.problems import Problem
from fer_utils.datasets.video_store import VideoFrames
from fer_utils.errors import DatasetLayoutError

COLUMNS = ("sample_id", "subject", "sequence", "frame", "label", "split", "image")


@dataclass(frozen=True)
class FaceTable:
    """Frames of faces: one row a frame, and a block of pixels that the rows point into.

    A still image is a sequence of length one, so images and videos share this type.

    Attributes:
        name: str. Name of the dataset.
        rows: DataFrame. `sample_id` (unique str), `subject` (str, or NaN where unknown), `sequence` (str), `frame`
            (int), `label` (one of `EMOTIONS`), `split` (the owner's split, or NaN), `image` (int row of `images`), and
            ground truth where it is known.
        images: uint8 array (N, height, width) or (N, height, width, channels), possibly memory-mapped; or a store that
            is read when it is indexed: `FileImages` (pictures), `VideoFrames` (films) or `JoinedImages` (of both).
        fingerprint: str. Hash of the content, not of the path.
        synthetic: bool. Drawn, not photographed.
        notes: tuple of str. What a reader of a report must know, such as missing parts.
        partial: bool. Fewer samples than the owners distribute.
        problems: tuple of `Problem`. Every file that is left out or looks wrong, by name; `notes` sums them up.
        counts: tuple of `Count`. What was found beside what is published, of the whole dataset.
        origin: str. Fingerprint of the data whose pictures were cut out or resized for a model; empty where the
            pictures are those of the dataset.
    """

    name: str
    rows: pd.DataFrame
    images: np.ndarray | FileImages | VideoFrames | JoinedImages
    fingerprint: str
    synthetic: bool = False
    notes: tuple[str, ...] = ()
    partial: bool = False
    problems: tuple[Problem, ...] = ()
    counts: tuple[Count, ...] = ()
    origin: str = ""

    def __post_init__(self):
        missing = [column for column in COLUMNS if column not in self.rows]
        if missing:
            raise DatasetLayoutError(f"{self.name}: the table lacks the columns {missing}; it has {list(self.rows)}.")
        if not self.rows["sample_id"].is_unique:
            twice = self.rows["sample_id"][self.rows["sample_id"].duplicated()].iloc[0]
            raise DatasetLayoutError(f"{self.name}: sample_id '{twice}' stands twice in the table; ids must be unique.")

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def identity(self) -> str:
        """Fingerprint of what is shown, whatever the size of the pictures: studies that share it can be compared."""
        return self.origin or self.fingerprint

    @property
    def subject(self) -> np.ndarray:
        """Subject id of every row; NaN where unknown."""
        return self.rows["subject"].to_numpy(dtype=object)

    @property
    def sequence(self) -> np.ndarray:
        """Sequence id of every row."""
        return self.rows["sequence"].to_numpy(dtype=object)

    @property
    def label(self) -> np.ndarray:
        """Emotion name of every row."""
        return self.rows["label"].to_numpy(dtype=object)

    @property
    def split(self) -> np.ndarray:
        """The owner's split of every row, such as "Training"; NaN where there is none."""
        return self.rows["split"].to_numpy(dtype=object)

    def pixels(self, indices=None) -> np.ndarray:
        """Reads the pixels of some rows.

        Args:
            indices: int array of row numbers; None for all rows.

        Returns:
            uint8 array (n, height, width, channels), values 0-255.
        """
        rows = self.rows["image"].to_numpy()
        chosen = rows if indices is None else rows[np.asarray(indices)]
        block = np.asarray(self.images[chosen])
        return block[..., None] if block.ndim == 3 else block

    def select(self, indices) -> "FaceTable":
        """Returns a table of some rows that shares the pixels.

        Args:
            indices: int array of row numbers, or a boolean mask.

        Returns:
            `FaceTable` with the chosen rows in the given order. Unless these are all rows as they stand, it has a
            fingerprint of its own, because a protocol for a part of the data is another protocol; fewer rows make it
            partial.
        """
        everything = np.arange(len(self))
        chosen = everything[np.asarray(indices, dtype=None if len(indices) else int)]
        if np.array_equal(chosen, everything):
            return self
        digest, origin = (
            whole and hashlib.sha256(whole.encode() + chosen.astype("<i8").tobytes()).hexdigest()[:16]
            for whole in (self.fingerprint, self.origin)
        )
        rows = self.rows.iloc[chosen].reset_index(drop=True)
        partial = self.partial or len(np.unique(chosen)) < len(self)
        return replace(self, rows=rows, fingerprint=digest, origin=origin, partial=partial)

    def image_digests(self) -> np.ndarray:
        """Hashes each row's pixels, so that byte-identical images can be found.

        Returns:
            str array (n,) of 32 hexadecimal digits.
        """
        images = self.rows["image"].to_numpy()
        if not isinstance(self.images, np.ndarray):
            return self.images.image_digests(images)  # a store remembers them
        return np.array([hashlib.blake2b(self.images[i].tobytes(), digest_size=16).hexdigest() for i in images])

    @staticmethod
    def content_fingerprint(rows: pd.DataFrame, images: np.ndarray) -> str:
        """Hashes labels, subjects, splits and pixels: equal content gives an equal fingerprint wherever it lies.

        Args:
            rows: DataFrame with the columns of `FaceTable.rows`.
            images: uint8 array; or a store, which hashes the contents of its files and decodes none.

        Returns:
            str. 16 hexadecimal digits.
        """
        digest = hashlib.sha256()
        for column in ("sample_id", "subject", "label", "split"):
            # Names on a disk need not be valid Unicode.
            digest.update("\n".join(rows[column].astype("str").fillna("")).encode(errors="surrogateescape"))
        if not isinstance(images, np.ndarray):
            digest.update(images.content_digest(rows["image"].to_numpy()).encode())
            return digest.hexdigest()[:16]
        digest.update(str(images.shape).encode())
        digest.update(np.ascontiguousarray(images))
        return digest.hexdigest()[:16]
