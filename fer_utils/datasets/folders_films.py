"""Pictures and films of one's own in one table: a picture is a row, a film as many rows as frames are chosen."""

import os
from pathlib import Path

import numpy as np
import pandas as pd

from fer_utils.datasets.clip_table import FILMS
from fer_utils.datasets.face_table import COLUMNS, FaceTable
from fer_utils.datasets.frame_sampling import sample_frames
from fer_utils.datasets.image_store import FileImages
from fer_utils.datasets.joined_images import JoinedImages
from fer_utils.datasets.layout import below
from fer_utils.datasets.problems import Problems
from fer_utils.datasets.stills import ONLY_HERE, keep_readable, still_table
from fer_utils.datasets.video_headers import Clip, read_headers
from fer_utils.datasets.video_store import VideoFrames
from fer_utils.errors import DatasetLayoutError


def named_film(path: Path) -> bool:
    """Whether a path has the name of a film, in any letter case; nothing need be there."""
    return path.suffix.lower() in FILMS


def pictures_and_films(
    name: str,
    samples: list[dict],
    root: Path,
    problems: Problems,
    frames: int | str,
    size: int | tuple[int, int] | None = None,
    color: bool = False,
) -> FaceTable:
    """Leaves out what cannot be opened, by name, and builds the table.

    Args:
        name: str. Name of the dataset.
        samples: list of dict with `path` (Path) and the columns of `FaceTable.rows` but `image`. The `frame` of a film
            is the one that is meant, or None where frames are to be chosen.
        root: Path. The dataset's folder, below which files are named.
        problems: `Problems` found so far.
        frames: int or "all". Rows a film, spread evenly.
        size: int or (height, width) in pixels, or None for that of the files.
        color: bool. RGB instead of gray.

    Returns:
        `FaceTable` in the order of the samples. Where there are films, `frames` is how many frames a film has, 1 for
        a picture, and `seconds` when the frame is shown, NaN where nobody knows.

    Raises:
        DatasetLayoutError: nothing is left, or pictures and films differ in size and none was chosen.
    """
    films = [sample for sample in samples if named_film(sample["path"])]
    pictures = keep_readable([sample for sample in samples if not named_film(sample["path"])], root, problems)
    clips = _clips(films, root, problems)
    if not clips:
        return still_table(name, pictures, root, problems, size=size, color=color)
    readable, rows = {sample["sample_id"]: sample for sample in pictures}, []
    for sample in samples:
        if sample["sample_id"] in readable:
            rows.append(readable[sample["sample_id"]] | {"frames": 1, "seconds": np.nan})
        elif sample["path"] in clips:
            rows += _film_rows(sample, clips[sample["path"]], frames, root, problems)
    if not rows:
        raise DatasetLayoutError(f"{name}: no frame that can be used in {root}. The first: {problems.found[0]}.")
    table = pd.DataFrame([{key: row[key] for key in row if key not in ONLY_HERE} for row in rows])
    table["image"] = np.arange(len(table))
    images = _images(rows, clips, size, color)
    return FaceTable(
        name,
        table[[*COLUMNS, "frames", "seconds"]],
        images,
        FaceTable.content_fingerprint(table, images),
        notes=problems.notes(),
        partial=problems.serious,
        problems=problems.found,
    )


def _clips(films: list[dict], root: Path, problems: Problems) -> dict[Path, Clip]:
    """Reads the headers of films; a film may stand there once for each of its frames."""
    there, listed = [], {os.path.abspath(film["path"]) for film in films}  # noqa: PTH100  (links stay)
    for path in dict.fromkeys(film["path"] for film in films):
        if not path.is_file():
            problems.add("films that cannot be read (left out)", below(path, root), "no file, or a link to nowhere")
        elif path.is_symlink() and os.path.realpath(path) in listed:  # the same film twice, perhaps in two classes
            problems.add("second copies of a film (left out)", below(path, root), f"a link to {path.resolve()}")
        else:
            there.append(path)
    return read_headers(there, problems, root)


def _film_rows(film: dict, clip: Clip, frames: int | str, root: Path, problems: Problems) -> list[dict]:
    """Chooses the frames of a film, or takes the one that the csv names."""
    if film["frame"] is None:
        chosen = sample_frames(frames, 0, clip.frames - 1)
    elif film["frame"] < clip.frames:
        chosen = [film["frame"]]
    else:
        detail = f"frame {film['frame']}, counted from 0; the film has {clip.frames}"
        problems.add("frames beyond the end of their film (left out)", below(film["path"], root), detail)
        return []
    known = {"frames": clip.frames, "height": clip.height, "width": clip.width}
    return [
        film
        | known
        | {"sample_id": f"{film['sample_id']}-{number:05d}", "frame": int(number)}
        | {"seconds": number / clip.rate if clip.rate else np.nan}
        for number in chosen
    ]


def _images(rows: list[dict], clips: dict[Path, Clip], size, color: bool) -> VideoFrames | JoinedImages:
    """Points into films, or into pictures and films as one block."""
    of_film = np.array([named_film(row["path"]) for row in rows])
    if not of_film.all():
        size = size or _one_size(rows)
    number = {path: place for place, path in enumerate(clips)}
    shown = [row for row in rows if named_film(row["path"])]
    frames = [row["frame"] for row in shown]
    films = VideoFrames(list(clips.values()), [number[row["path"]] for row in shown], frames, size, color)
    if of_film.all():
        return films
    pictures = FileImages([row["path"] for row in rows if not named_film(row["path"])], size, color)
    place = np.where(of_film, np.cumsum(of_film), np.cumsum(~of_film)) - 1
    return JoinedImages([pictures, films], of_film.astype(int), place, size, color)


def _one_size(rows: list[dict]) -> tuple[int, int]:
    """Returns height and width where all pictures and films have the same."""
    sizes = {}
    for row in rows:
        sizes.setdefault((row["height"], row["width"]), row["path"])
    if len(sizes) > 1:
        (first, there), (second, elsewhere) = list(sizes.items())[:2]
        raise DatasetLayoutError(
            f"Pictures and films of {len(sizes)} sizes: {there} has {first[0]} x {first[1]} pixels (height x width), "
            f"{elsewhere} {second[0]} x {second[1]}. Choose one for all, such as size=96 or size=(height, width)."
        )
    return next(iter(sizes))
