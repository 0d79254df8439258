"""Prepares all faces of a dataset once: in parallel, going on after an interruption, kept in the cache."""

import hashlib
import io
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import pandas as pd

from fer_utils.datasets.face_table import FaceTable
from fer_utils.datasets.synthetic.cache import DrawnFaces, read_cache, write_cache
from fer_utils.datasets.synthetic.source_digest import normalized
from fer_utils.faces.chain import Chain, prepare_recording
from fer_utils.paths import cache_root, remove_unfinished, write_atomically
from fer_utils.processes import map_in_order, process_count

BATCH = 32  # frames, at least: what an interruption can lose of each process, and what others may wait for at the end
SECONDS = 0.03  # about what a frame takes, to see whether several processes are worth starting
MEASURED = ("left", "top", "right", "bottom")


def prepare(
    faces: FaceTable,
    chain: Chain | None = None,
    processes: int = 0,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> FaceTable:
    """Finds, follows and cuts out the faces of a dataset, or opens what was prepared before.

    Args:
        faces: `FaceTable`; frames of one sequence are taken for one recording.
        chain: `Chain`; None for its defaults.
        processes: int. How many work at a time; 0 chooses. The result is the same with any number.
        progress: function that is told how many of how many frames are done.

    Returns:
        `FaceTable` with the same rows in the same order, of equal size, and the columns `detected`, `faces` (how many
        were in the frame), `left`, `top`, `right`, `bottom` (of the box, pixels of the frame) and `landmarks` (68, 2).
        No row is dropped: a face that was not found is black, and `detected` is False. The pixels are memory-mapped.

    Raises:
        UserError: a detector or predictor is not here, or a file cannot be read.
    """
    chain = chain or Chain()
    folder = cache_root() / "prepared" / prepared_digest(faces, chain)
    stored = read_cache(folder)
    if stored is None:
        stored = _fill(faces, chain, folder, processes, progress)
    order = np.argsort(stored.columns["row"])
    columns = {name: stored.columns[name][order] for name in ("detected", "faces", *MEASURED)}
    landmarks = np.asarray(stored.landmarks)  # stays on disk
    missed = int((~columns["detected"]).sum())
    note = (
        f"Faces prepared ({chain.detector}, {chain.view}, {chain.size} pixels): {missed:,} of {len(faces):,} not found."
    )
    return replace(
        faces,
        rows=faces.rows.assign(image=order, **columns, landmarks=[landmarks[row] for row in order]),
        images=stored.images,
        fingerprint=stored.fingerprint,
        origin=faces.identity,
        notes=(*faces.notes, note),
    )


def prepared_digest(faces: FaceTable, chain: Chain) -> str:
    """Hashes everything that decides what prepared faces look like: the data, the chain, and our code.

    Args:
        faces: `FaceTable`.
        chain: `Chain`.

    Returns:
        str. 16 hexadecimal digits.
    """
    digest = hashlib.sha256(f"{faces.fingerprint} {sorted(asdict(chain).items())}\n".encode())
    digest.update("\n".join(faces.rows["sequence"].astype(str)).encode())
    digest.update(_code())
    return digest.hexdigest()[:16]


@lru_cache(maxsize=1)
def _code() -> bytes:
    """Reads our code, once: parsing it takes half a second."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return "".join(normalized(path.read_text(encoding="utf-8")) for path in files).encode()


def _fill(faces: FaceTable, chain: Chain, folder: Path, processes: int, progress) -> DrawnFaces:
    """Prepares what is not there yet, and puts it together."""
    parts = folder.with_name(f"{folder.name}.parts")
    parts.mkdir(parents=True, exist_ok=True)
    batches = _batches(faces)
    left = [batch for batch in batches if not _part(parts, batch).is_file()]
    frames = {batch[0][0]: sum(map(len, batch)) for batch in batches}
    done = sum(frames.values()) - sum(frames[batch[0][0]] for batch in left)
    progress(done, len(faces))
    count = processes or process_count(SECONDS * (len(faces) - done))
    store = None if isinstance(faces.images, np.ndarray) else faces.images
    work = partial(_prepare_batch, chain, parts, store)
    items = ((batch, _sources(faces, batch)) for batch in left)
    for batch, _ in zip(left, map_in_order(work, items, count), strict=True):
        done += frames[batch[0][0]]
        progress(done, len(faces))
    write_cache(folder, _read_parts(faces, parts, batches), len(faces))
    stored = read_cache(folder)
    if stored is None:
        raise OSError(f"{folder}: what was prepared could not be stored. Is the disk full?")
    for path in parts.iterdir():
        path.unlink()
    parts.rmdir()
    return stored


def _batches(faces: FaceTable) -> list[list[np.ndarray]]:
    """Groups whole recordings into batches; each recording is the numbers of its rows in the order of its frames."""
    rows = pd.DataFrame({"sequence": faces.sequence, "frame": faces.rows["frame"].to_numpy()})
    batches, size = [[]], 0
    for _, group in rows.groupby("sequence", sort=False, dropna=False):
        if size >= BATCH:
            batches.append([])
            size = 0
        batches[-1].append(group.sort_values("frame", kind="stable").index.to_numpy())
        size += len(group)
    return [batch for batch in batches if batch]


def _sources(faces: FaceTable, batch: list[np.ndarray]) -> list[np.ndarray]:
    """Returns for each recording of a batch its pixels or, where they stay in files, the places in their store."""
    places = [faces.rows["image"].to_numpy()[rows] for rows in batch]
    in_memory = isinstance(faces.images, np.ndarray)
    return [np.asarray(faces.images[chosen]) for chosen in places] if in_memory else places


def _part(parts: Path, batch: list[np.ndarray]) -> Path:
    return parts / f"{batch[0][0]:09d}.npz"


def _prepare_batch(chain: Chain, parts: Path, store, item: tuple[list[np.ndarray], list[np.ndarray]]) -> None:
    """Prepares the recordings of one batch and keeps them in a file."""
    batch, sources = item
    prepared = []
    for source in sources:
        pictures = source if store is None else (store[int(place)] for place in source)
        prepared.append(prepare_recording(pictures, chain))
    stored = {name: np.concatenate([getattr(part, name) for part in prepared]) for name in vars(prepared[0])}
    file = io.BytesIO()
    np.savez(file, row=np.concatenate(batch), **stored)
    write_atomically(_part(parts, batch), file.getvalue())


def _read_parts(faces: FaceTable, parts: Path, batches: list) -> Iterator[DrawnFaces]:
    """Reads what was prepared, batch by batch, with what the fingerprint is made of."""
    remove_unfinished(parts)
    told = faces.rows[["sample_id", "subject", "label", "split"]].astype(str).fillna("")
    named = {name: told[name].to_numpy(dtype=object) for name in told}
    for batch in batches:
        with np.load(_part(parts, batch)) as part:
            columns = {name: text[part["row"]].astype(str) for name, text in named.items()}
            columns |= {name: part[name] for name in ("row", "detected", "faces")}
            columns |= {name: part["boxes"][:, number] for number, name in enumerate(MEASURED)}
            yield DrawnFaces(columns, part["images"], part["landmarks"])
