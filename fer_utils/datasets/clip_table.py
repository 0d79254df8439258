"""From video files with their labels to a `FaceTable`: what the loaders of films have in common."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from fer_utils.datasets.counts import Count, count_notes, is_partial
from fer_utils.datasets.face_table import FaceTable
from fer_utils.datasets.frame_sampling import sample_frames
from fer_utils.datasets.problems import Problems, as_unicode
from fer_utils.datasets.video_headers import film_digests
from fer_utils.datasets.video_store import VideoFrames
from fer_utils.errors import DatasetLayoutError

FILMS = (".mp4", ".avi", ".mov", ".m4v", ".mkv", ".webm", ".mpg", ".mpeg", ".wmv")
NO_FILM = "files that are no film by their name (left out)"


def is_film(path: Path) -> bool:
    """Whether a file has the name of a film, in any letter case."""
    return path.suffix.lower() in FILMS and path.is_file()


def clip_table(
    name: str,
    films: Sequence[dict],
    frames: int | str,
    problems: Problems,
    counts: Sequence[Count] = (),
    size: int | tuple[int, int] | None = None,
    color: bool = False,
) -> FaceTable:
    """Makes the rows of films and leaves the pixels in their files.

    Args:
        name: str. Of the dataset.
        films: sequence of dict, one a film: `clip` (a `Clip`), `subject`, `sequence` (unique), `label`, `split`;
            optionally `first` and `last`, the frames between which rows are chosen; anything else becomes a column.
        frames: int or "all". Rows a film, spread evenly.
        problems: `Problems` found so far.
        counts: sequence of `Count`. What was found beside what is published.
        size: int or (height, width) in pixels, or None for that of the films.
        color: bool. RGB instead of gray.

    Returns:
        `FaceTable`. `frame` is the number of the frame in its film, from 0, `frames` how many the film has, and
        `seconds` when the frame is shown, NaN where the rate is not known.

    Raises:
        DatasetLayoutError: no film is left.
    """
    if not films:
        first = f" The first problem: {problems.found[0]}." if problems.found else ""
        raise DatasetLayoutError(f"{name}: no film that can be used. {len(problems.found)} problems.{first}")
    chosen = []
    for film in films:
        last = film["clip"].frames - 1
        chosen.append(sample_frames(frames, film.get("first", 0), film.get("last", last)))
    of_row, frame = np.repeat(np.arange(len(films)), [len(some) for some in chosen]), np.concatenate(chosen)
    columns = [column for column in films[0] if column not in ("clip", "first", "last")]
    films = [{key: as_unicode(some) if isinstance(some, str) else some for key, some in film.items()} for film in films]
    rows = pd.DataFrame({column: [film[column] for film in films] for column in columns})
    rows = rows.astype(dict.fromkeys(("subject", "sequence", "label", "split"), object))
    rows["frames"] = [film["clip"].frames for film in films]
    rate = np.array([film["clip"].rate or np.nan for film in films])
    rows = rows.iloc[of_row].reset_index(drop=True)
    ids = [f"{films[i]['sequence']}-{number:05d}" for i, number in zip(of_row, frame, strict=True)]
    rows.insert(0, "sample_id", ids)
    rows = rows.assign(frame=frame, seconds=frame / rate[of_row], image=np.arange(len(frame)))
    images = VideoFrames([film["clip"] for film in films], of_row, frame, size, color)
    return FaceTable(
        name,
        rows,
        images,
        FaceTable.content_fingerprint(rows, images),
        notes=(*count_notes(counts), *problems.notes()),
        partial=is_partial(counts) or problems.serious,
        problems=problems.found,
        counts=tuple(counts),
    )


def films_digest(root: Path, paths: Sequence[Path]) -> str:
    """Hashes names and parts of files: which data a run would read, in about the time of listing them.

    Args:
        root: Path. The dataset's folder.
        paths: sequence of Path. Files below it.

    Returns:
        str. 64 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for path, content in zip(paths, film_digests(paths), strict=True):
        digest.update(f"{path.relative_to(root).as_posix()}\0{content}\n".encode(errors="surrogateescape"))
    return digest.hexdigest()
