"""Finds and opens dlib's landmark predictors: files that the project may not ship, and that it never downloads."""

import importlib.util
import os
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from fer_utils.errors import ParameterError, UserError, nearest
from fer_utils.paths import cache_root

VARIABLE = "FERBENCH_MODELS"


@dataclass(frozen=True)
class PredictorFile:
    """One of the predictors that dlib's author distributes.

    Attributes:
        points: int. Landmarks of a face.
        name: str. Name of the file.
        megabytes: float. Its size as distributed, unpacked; a predictor that somebody trained has another size.
        terms: str. What its use is limited to.
    """

    points: int
    name: str
    megabytes: float
    terms: str

    @property
    def source(self) -> str:
        """Where it can be had; packed, to be unpacked with bunzip2."""
        return f"https://dlib.net/files/{self.name}.bz2"


PREDICTORS = {
    file.points: file
    for file in (
        PredictorFile(
            68,
            "shape_predictor_68_face_landmarks.dat",
            99.7,
            "It was trained on the iBUG 300-W faces, whose license excludes commercial use: for research only.",
        ),
        PredictorFile(
            5,
            "shape_predictor_5_face_landmarks.dat",
            9.2,
            "Its author gives it to the public domain.",
        ),
    )
}


class PredictorError(UserError):
    """A landmark predictor is not there or cannot be used.

    Args:
        problem: str. What is wrong, and where.
        command: str. The shell command that mends it.
    """

    def __init__(self, problem: str, command: str):
        super().__init__(f"{problem} To mend it: {command}")
        self.problem, self.command = problem, command


def search_places() -> list[Path]:
    """Names the folders that are searched, the first first.

    Returns:
        list of Path: what `FERBENCH_MODELS` names (a folder, or one file); `models` in the project's cache folder;
        `share/dlib` of this environment and of the system; the models of the package `face_recognition_models`.
    """
    named = os.environ.get(VARIABLE)
    places = [Path(named).expanduser().absolute()] if named else []
    places.append(cache_root() / "models")
    places += [Path(prefix) / "share" / "dlib" for prefix in dict.fromkeys((sys.prefix, "/usr/local", "/usr"))]
    package = importlib.util.find_spec("face_recognition_models")  # not imported: it needs a module that is gone
    places += [Path(folder) / "models" for folder in (package.submodule_search_locations or [])] if package else []
    return places


def find_predictor(points: int = 68) -> Path:
    """Finds a predictor without opening it.

    Args:
        points: int. Landmarks of a face: a key of `PREDICTORS`.

    Returns:
        Path of the file.

    Raises:
        PredictorError: it is nowhere; the message says where it was looked for, where it can be had and under which
            terms. Or `FERBENCH_MODELS` names something that does not exist.
        ParameterError: there is no predictor of so many points.
    """
    if points not in PREDICTORS:
        raise ParameterError(
            f"No predictor of {points} landmarks. Known: {', '.join(map(str, PREDICTORS))}."
            f"{nearest(str(points), PREDICTORS)}"
        )
    file = PREDICTORS[points]
    places = search_places()
    if os.environ.get(VARIABLE) and not places[0].exists():
        raise PredictorError(
            f"{VARIABLE}={os.environ[VARIABLE]}: no such file or folder. It should name the folder that holds "
            f"{file.name}, or the file itself.",
            f"unset {VARIABLE}, or set it anew",
        )
    for place in places:
        if place.is_file() and _serves(place, points):
            return place
        if (place / file.name).is_file():
            return place / file.name
    packed = next((place / f"{file.name}.bz2" for place in places if (place / f"{file.name}.bz2").is_file()), None)
    if packed:
        raise PredictorError(f"{packed}: the predictor is still packed.", f'bunzip2 "{packed}"')
    raise PredictorError(
        f"No {file.name} ({file.megabytes:g} MB, dlib's predictor of {points} face landmarks) in "
        f"{', '.join(map(str, places))}; {VARIABLE} may name another folder. {file.terms} Needed only to find "
        "landmarks, and to align and frontalize faces by them: faces that are cropped already (synthetic, FER2013) and "
        "dlib's face detector do without.",
        fetch_command(points),
    )


def fetch_command(points: int = 68, target: Path | None = None) -> str:
    """Says how a predictor is put where it is found.

    Args:
        points: int. A key of `PREDICTORS`.
        target: Path. The file to write; by default the one in the project's cache folder.

    Returns:
        str. A shell command: the project itself downloads nothing.
    """
    target = target or cache_root() / "models" / PREDICTORS[points].name
    return f'mkdir -p "{target.parent}" && curl -fL {PREDICTORS[points].source} | bunzip2 > "{target}"'


def load_predictor(points: int = 68):
    """Finds a predictor and opens it.

    Args:
        points: int. Landmarks of a face: a key of `PREDICTORS`.

    Returns:
        `dlib.shape_predictor`, from (uint8 image, `dlib.rectangle` of a face) to landmarks.

    Raises:
        PredictorError: it is nowhere, it cannot be read, or it finds another number of landmarks.
    """
    import dlib

    path = find_predictor(points)
    try:
        predictor = dlib.shape_predictor(str(path))
        found = predictor(np.zeros((64, 64), np.uint8), dlib.rectangle(8, 8, 55, 55)).num_parts
    except (RuntimeError, ValueError, MemoryError) as error:
        reason = " ".join(str(error).split())[:80].rstrip(". ")
        raise PredictorError(
            f"{path}: dlib cannot read this file ({reason}). It has {path.stat().st_size / 1e6:.1f} MB; "
            f"{PREDICTORS[points].name} has {PREDICTORS[points].megabytes:g} MB. {_likely(path)}",
            fetch_command(points, path),
        ) from error
    if found != points:
        problem = f"{path}: this predictor finds {found} landmarks. Expected one of {points}."
        raise PredictorError(problem, fetch_command(points))
    return predictor


def _serves(path: Path, points: int) -> bool:
    """Whether a file that was named itself is meant: by its name, else it is taken for 68 points."""
    others = [file.name for file in PREDICTORS.values() if file.points != points]
    return path.name == PREDICTORS[points].name or (points == 68 and path.name not in others)


def _likely(path: Path) -> str:
    """Guesses from the first bytes what a file is that dlib does not read."""
    try:
        with path.open("rb") as file:
            start = file.read(16).lstrip().lower()
    except OSError as error:
        return f"It cannot be opened at all ({error.strerror})."
    if start.startswith(b"bzh"):
        return "It is still packed."
    if start.startswith((b"<", b"version https")):
        return "It is a web page or a pointer to the file, not the file."
    return "It is incomplete, or a file of another kind."
