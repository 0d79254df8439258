"""AFEW's aligned faces: folders of pictures that are labeled only through the films that they were cut from."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from fer_utils.datasets.counts import Count
from fer_utils.datasets.face_table import FaceTable
from fer_utils.datasets.frame_sampling import sample_frames
from fer_utils.datasets.layout import below, entries, folders, named, walk
from fer_utils.datasets.picture_file import KINDS
from fer_utils.datasets.problems import Problems
from fer_utils.datasets.stills import keep_readable, still_table
from fer_utils.errors import DatasetLayoutError

TOPS = {"alignedfaces_lbptop_points": "Train", "alignedfaces_lbptop_points_val": "Val"}


def face_tops(root: Path) -> dict[str, Path]:
    """Finds the folders of aligned faces.

    Args:
        root: Path. The dataset's folder.

    Returns:
        dict from part ("Train", "Val") to the folder that holds one folder an id.
    """
    found = {}
    for folder, _ in walk(root):
        if folder.name.lower() in TOPS and (faces := named(folder, "Faces")) is not None:
            found.setdefault(TOPS[folder.name.lower()], faces)
    return found


def face_table(
    name: str,
    root: Path,
    labels: Mapping[tuple[str, str], str],
    frames: int | str,
    problems: Problems,
    counts: Sequence[Count],
    size: int | tuple[int, int] | None = None,
    color: bool = False,
) -> FaceTable:
    """Builds the table of aligned faces.

    Args:
        name: str. Of the dataset.
        root: Path. The dataset's folder.
        labels: mapping from (part, id) to emotion, read from the films.
        frames: int or "all". Faces a film, spread evenly.
        problems: `Problems` found so far.
        counts: sequence of `Count`, of films.
        size: int or (height, width) in pixels, or None.
        color: bool. RGB instead of gray.

    Returns:
        `FaceTable`; `frame` is the number in the picture's name.

    Raises:
        DatasetLayoutError: there are no aligned faces.
    """
    tops, samples, seen = face_tops(root), [], set()
    if not tops:
        raise DatasetLayoutError(
            f"afew: no folder AlignedFaces_LBPTOP_Points/Faces or AlignedFaces_LBPTOP_Points_Val/Faces in {root}. "
            "Unpack the aligned faces beside the films, or load pictures='films'."
        )
    for part, top in sorted(tops.items()):
        for folder in folders(top):
            pictures = _numbered(folder)
            if (part, folder.name) not in labels:
                detail = f"no film {folder.name}.avi in {part}"
                problems.add("faces without a film, so without a label (left out)", below(folder, root), detail)
            elif not pictures:
                problems.add("folders without a picture", below(folder, root))
            else:
                seen.add((part, folder.name))
                for place in sample_frames(frames, 0, len(pictures) - 1):
                    frame, path = pictures[place]
                    samples.append(_sample(part, folder.name, labels[part, folder.name], frame, path))
    for part, number in sorted(set(labels) - seen):
        # Where no face was found in a film, the owners distribute none.
        problems.add("films without aligned faces", f"{part}/{number}", expected=True)
    samples = keep_readable(samples, root, problems)
    return still_table(name, samples, root, problems, counts, size, color)


def _numbered(folder: Path) -> list[tuple[int, Path]]:
    """Lists pictures by the number in their names; by their order where a name is no number."""
    pictures = [path for path in entries(folder) if path.suffix.lower() in KINDS]
    numbers = [int(path.stem) if path.stem.isdecimal() else -1 for path in pictures]
    if -1 in numbers or len(set(numbers)) < len(numbers):
        return list(enumerate(pictures))
    return sorted(zip(numbers, pictures, strict=True))


def _sample(part: str, number: str, label: str, frame: int, path: Path) -> dict:
    sequence = f"{part}/{number}"
    return {
        "sample_id": f"{sequence}-{frame:05d}",
        "subject": float("nan"),
        "sequence": sequence,
        "frame": frame,
        "label": label,
        "split": part,
        "path": path,
    }
