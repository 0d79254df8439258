"""The same faces twice: as they are, and turned toward the camera."""

from dataclasses import replace

import numpy as np

from fer_utils.datasets.face_table import FaceTable
from fer_utils.datasets.synthetic import SyntheticFaces
from fer_utils.errors import ParameterError, nearest
from fer_utils.faces.frontalize import frontalize
from fer_utils.faces.study_faces import open_faces

VIEWS = {"none": "frontal", "soft": "frontal-soft"}  # of `Chain`, by symmetry


def open_two_views(
    dataset: str, data: str = "", size: int = 224, symmetry: str = "none", **options
) -> tuple[FaceTable, FaceTable]:
    """Opens faces as they are and frontalized, both in color.

    Drawn faces (`synthetic`) know their own 68 landmarks and are turned by these, so that no predictor is needed.
    Everywhere else dlib's predictor finds them.

    Args:
        dataset: str. As `open_faces` takes it.
        data: str. As `open_faces` takes it.
        size: int. Width and height of both in pixels.
        symmetry: str. As `frontalize` takes it.
        **options: as `open_faces` takes them.

    Returns:
        (`FaceTable`, `FaceTable`) with the same rows in the same order: faces, and frontalized faces, whose column
        `landmarks` holds the 68 points of the frontal pictures (NaN where no face was found). `detected` is False in
        both where one of the two views is missing, so that all systems are scored on the same faces.

    Raises:
        ParameterError: as `open_faces`; unknown symmetry.
        PredictorError: the predictor is needed and not there.
    """
    if symmetry not in VIEWS:
        raise ParameterError(f"symmetry={symmetry!r}; known are {', '.join(VIEWS)}.{nearest(symmetry, VIEWS)}")
    faces = open_faces(dataset, data, size, color=True, **options)
    if dataset == SyntheticFaces.name:
        return faces, frontalized(faces, symmetry)
    frontal = open_faces(dataset, data, size, color=True, view=VIEWS[symmetry], **options)
    both = faces.rows["detected"] & frontal.rows["detected"]
    faces, frontal = (replace(table, rows=table.rows.assign(detected=both)) for table in (faces, frontal))
    return faces, frontal


def frontalized(faces: FaceTable, symmetry: str = "none") -> FaceTable:
    """Turns faces toward the camera whose landmarks are known.

    Args:
        faces: `FaceTable` with square pictures and a column `landmarks`: arrays (68, 2) in pixels.
        symmetry: str. As `frontalize` takes it.

    Returns:
        `FaceTable` with the same rows, pictures of the same size, and the landmarks of these; a protocol for `faces`
        divides it, too.

    Raises:
        ParameterError: no landmarks, or unknown symmetry.
    """
    if "landmarks" not in faces.rows:
        raise ParameterError(f"{faces.name}: no column 'landmarks', by which faces are turned.")
    pictures = faces.pixels()
    turned = np.empty_like(pictures)
    moved = []
    for place, points in enumerate(faces.rows["landmarks"]):
        one = frontalize(pictures[place].squeeze(), points, pictures.shape[1], symmetry)
        turned[place] = one.image.reshape(turned.shape[1:])
        moved.append(one.landmarks.astype(np.float32))
    rows = faces.rows.assign(image=np.arange(len(faces)), landmarks=moved)
    fingerprint = FaceTable.content_fingerprint(rows, turned)
    return replace(faces, rows=rows, images=turned, fingerprint=fingerprint, origin=faces.identity)
