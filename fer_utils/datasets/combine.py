"""One table from several datasets, as in papers that train on a mix of them."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from fer_utils.datasets.face_table import FaceTable
from fer_utils.datasets.joined_images import JoinedImages
from fer_utils.errors import ParameterError

PREFIXED = ("sample_id", "subject", "sequence")


def combine_tables(tables: Sequence[FaceTable], size: int | tuple[int, int], color: bool = False) -> FaceTable:
    """Puts the rows of several datasets into one table.

    Hussein (2020) mixes FER2013 and CK+ in gray at 48 x 48; Wu and Pan mix JAFFE and CK+ in gray at 256 x 256. All
    labels are emotions, so that one label map of the protocol serves the whole. Both papers divided images at random:
    frames of one CK+ sequence, nearly equal, were then on both sides. Here subjects and sequences keep their names, so
    that a split by subject (or by sequence, where people are unknown as in FER2013) can be made and vouched for.

    Pictures are resized as they are: where one dataset shows cropped faces and another whole scenes, crop first.

    Args:
        tables: sequence of at least two `FaceTable`s with different names.
        size: int or (height, width) in pixels, for all pictures.
        color: bool. RGB; otherwise gray.

    Returns:
        `FaceTable` named such as "fer2013+ckplus". Ids, known subjects and sequences begin with the name of their
        dataset. `dataset` names it; `owner_split` is its owner's part, and `split` is empty, because the owners of the
        parts defined none of the whole. Columns that a dataset lacks are empty there.

    Raises:
        ParameterError: fewer than two tables, two of one name, or an impossible size.
    """
    names = [table.name for table in tables]
    if len(names) < 2 or len(set(names)) < len(names):
        raise ParameterError(
            f"combine_tables: {len(names)} tables ({', '.join(names) or 'none'}). Expected at least two, of different "
            "datasets: ids begin with the name of the dataset."
        )
    rows = pd.concat([_prefixed(table) for table in tables], ignore_index=True).infer_objects()
    owner = np.repeat(np.arange(len(tables)), [len(table) for table in tables])
    images = JoinedImages([table.images for table in tables], owner, rows["image"], size, color)
    digest = hashlib.sha256(f"{images.size} {color}".encode())
    for table in tables:
        digest.update(f"\n{table.name} {table.fingerprint}".encode())
    origin = hashlib.sha256("\n".join(f"{table.name} {table.identity}" for table in tables).encode())
    return FaceTable(
        name="+".join(names),
        rows=rows.assign(image=np.arange(len(rows))),
        images=images,
        fingerprint=digest.hexdigest()[:16],
        origin=origin.hexdigest()[:16],
        synthetic=any(table.synthetic for table in tables),
        notes=tuple(f"{table.name}: {note}" for table in tables for note in table.notes),
        partial=any(table.partial for table in tables),
        problems=tuple(
            replace(problem, file=f"{table.name}/{problem.file}") for table in tables for problem in table.problems
        ),
        counts=tuple(replace(count, what=f"{table.name} {count.what}") for table in tables for count in table.counts),
    )


def _prefixed(table: FaceTable) -> pd.DataFrame:
    """Makes ids unique among datasets; unknown subjects stay unknown."""
    # As objects: columns that are empty in one dataset must not change the kind of those of another.
    rows = table.rows.astype(object)
    for column in PREFIXED:
        rows[column] = [f"{table.name}/{value}" if pd.notna(value) else np.nan for value in rows[column]]
    rows["owner_split"], rows["split"] = rows["split"], np.nan
    rows["split"] = rows["split"].astype(object)
    return rows.assign(dataset=table.name)
