"""What a notebook opens: the faces of a dataset or of a mixture, real or drawn, cut out and all of one size."""

from dataclasses import fields, replace

import numpy as np

from fer_utils.datasets import DATASETS
from fer_utils.datasets.combine import combine_tables
from fer_utils.datasets.face_table import FaceTable
from fer_utils.datasets.image_store import checked_size
from fer_utils.datasets.joined_images import JoinedImages
from fer_utils.datasets.sources import Source, read_sources
from fer_utils.errors import ParameterError, nearest
from fer_utils.faces.chain import Chain
from fer_utils.faces.prepare import prepare

CROPPED = ("synthetic", "fer2013", "ckplus48")  # each picture is a face and nothing else; others show scenes
OF_CHAIN = {field.name for field in fields(Chain)} - {"size", "color", "view"}


def open_faces(
    dataset: str, data: str = "", size: int = 48, color: bool = False, view: str = "box", **options
) -> FaceTable:
    """Opens the faces of a study.

    Faces of scenes (CK+, JAFFE, Oulu-CASIA, ...) are found and cut out by `prepare`; pictures that are faces already
    are resized. Frames in which no face was found stay in the table, black, because the test would be easier without
    them: what a model says about them does not count. No model learns from them.

    Args:
        dataset: str. A name, or several joined by "+", such as "fer2013+ckplus".
        data: str. Where the files are, or which twin is drawn, as `read_sources` takes it: "twin" needs no files.
        size: int. Width and height of the faces in pixels.
        color: bool. RGB or gray.
        view: str. How faces are cut out of scenes: "box", "eyes", "frontal" or "frontal-soft"; all but "box" need the
            predictor of 68 landmarks.
        **options: fields of `Chain`, such as `landmarks=True`, and of the dataset's class, such as `frames="all"`. Of a
            mixture each part takes those that it has.

    Returns:
        `FaceTable` with the column `detected`. Its identity is that of the dataset whatever the size, color and view:
        studies that see the same faces in different ways share a protocol.

    Raises:
        ParameterError: an unknown name or option, data that are not there, or real faces and drawn ones together.
    """
    size = checked_size(size)[0]
    of_chain = {name: value for name, value in options.items() if name in OF_CHAIN}
    chain = Chain(view=view, size=size, color=color, **{"landmarks": False} | of_chain)
    sources = read_sources(dataset, data)
    own = {field.name for source in sources for field in fields(DATASETS[source.name])}
    wanted = {name: value for name, value in options.items() if name not in OF_CHAIN or name in own}  # both have `fps`
    _check_options(sources, wanted)
    tables = [_open(source, chain, wanted) for source in sources]
    return tables[0] if len(tables) == 1 else combine_tables(tables, size, color)


def in_words(faces: FaceTable) -> str:
    """Says in a line what a study sees.

    Args:
        faces: `FaceTable` from `open_faces`.

    Returns:
        str, such as "213 faces of 10 people, 48 x 48 pixels; 2 were not found and are black".
    """
    people = faces.rows["subject"].nunique()
    of = f" of {people:,} people" if people and faces.rows["subject"].notna().all() else ""
    missed = int((~faces.rows["detected"].astype(bool)).sum()) if "detected" in faces.rows else 0
    black = f"; {missed:,} were not found and are black" if missed else ""
    return f"{len(faces):,} faces{of}, {faces.images.shape[1]} x {faces.images.shape[2]} pixels{black}"


def _check_options(sources: tuple[Source, ...], options: dict) -> None:
    """Refuses an option that no part has."""
    known = {field.name for source in sources for field in fields(DATASETS[source.name])} - {"path", "size", "color"}
    for option in options:
        if option not in known:
            listed = ", ".join(sorted(known | OF_CHAIN))
            raise ParameterError(
                f"{'+'.join(s.name for s in sources)}: no option '{option}'. Options: {listed}."
                f"{nearest(option, known | OF_CHAIN)}"
            )


def _open(source: Source, chain: Chain, options: dict) -> FaceTable:
    """Opens one dataset."""
    known = [field.name for field in fields(DATASETS[source.name])]
    own = {name: value for name, value in options.items() if name in known}
    if source.name == "synthetic":
        table = _drawn(source, chain, own)
    elif source.name in CROPPED:
        table = _resized(source.load(**own), chain)
    else:
        table = source.load(**own, **({"color": chain.color} if "color" in known else {}))
        # The note of the chain would make another protocol of another size; `in_words` tells what it says.
        return replace(prepare(table, chain), notes=table.notes)
    return replace(table, rows=table.rows.assign(detected=True))


def _drawn(source: Source, chain: Chain, options: dict) -> FaceTable:
    """Draws faces in the size and color that are asked for: people and expressions are the same in any."""
    usual = source.load(**options)
    if _has_shape(usual, chain):
        return usual
    return replace(source.load(**options, size=chain.size, color=chain.color), origin=usual.fingerprint)


def _resized(table: FaceTable, chain: Chain) -> FaceTable:
    """Resizes pictures that show a face and nothing else."""
    if _has_shape(table, chain):
        return table
    places = table.rows["image"].to_numpy()
    images = JoinedImages([table.images], np.zeros(len(places), int), places, chain.size, chain.color)
    rows = table.rows.assign(image=np.arange(len(places)))
    return replace(
        table,
        rows=rows,
        images=images,
        fingerprint=FaceTable.content_fingerprint(rows, images),
        origin=table.identity,
    )


def _has_shape(table: FaceTable, chain: Chain) -> bool:
    return tuple(table.images.shape[1:]) == (chain.size, chain.size, 3)[: 3 if chain.color else 2]
