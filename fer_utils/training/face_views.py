"""The four systems for still images of Zennou (2023, Tables 8, 9 and 11), which differ in what they see of a face."""

from dataclasses import dataclass

import keras
import numpy as np

from fer_utils.datasets.face_table import FaceTable
from fer_utils.errors import ParameterError, nearest
from fer_utils.faces.landmark_geometry import landmark_geometry
from fer_utils.models.cnn_geometry import GEOMETRY, cnn_geometry
from fer_utils.models.two_stream import joined_head, two_stream
from fer_utils.models.vggface import UNITS, vggface, vggface_body
from fer_utils.training.features import frozen_features

SIDE = 224  # pixels of the faces whose landmarks the paper normalizes in a center of its own
SYSTEMS = {  # id of claims: title for readers, and what is seen, in the order of the network's inputs
    "vggface": ("VGG-Face, face", ("face",)),
    "vggface_frontal": ("VGG-Face, frontalized face", ("frontal",)),
    "vggface_two_stream": ("VGG-Face, two streams", ("frontal", "face")),
    "vggface_geometry": ("VGG-Face, frontalized face and landmarks", ("frontal", "geometry")),
    "landmarks": ("Landmarks alone", ("geometry",)),  # not in the paper: what do landmarks do without a picture?
}


@dataclass(frozen=True)
class FaceViews:
    """Faces, the same faces frontalized, and a frozen body that looks at both.

    Attributes:
        faces: `FaceTable`.
        frontal: `FaceTable` with the same rows, and their landmarks.
        body: `keras.Model` as `vggface_body` returns it, frozen.
    """

    faces: FaceTable
    frontal: FaceTable
    body: keras.Model

    def seen(self, system: str, rows: np.ndarray) -> np.ndarray:
        """Computes what the classifier of a system sees; what the body gives is cached.

        Args:
            system: str. A key of `SYSTEMS`.
            rows: int array (n,). Rows of the tables.

        Returns:
            float32 array: (n, height, width, channels), the map of the body, for the systems with one picture; else
            (n, d), all that is seen one after the other. Landmarks that are not known are 0.

        Raises:
            ParameterError: an unknown system.
        """
        parts = [self._view(view, rows) for view in views_of(system)]
        flat = np.concatenate([part.reshape(len(rows), -1) for part in parts], axis=1)
        return flat if len(parts) > 1 else parts[0]

    def _view(self, view: str, rows: np.ndarray) -> np.ndarray:
        if view == "geometry":
            return geometry(self.frontal, rows)
        table = self.faces if view == "face" else self.frontal
        return frozen_features(self.body, table.pixels(rows)).reshape(-1, *self.body.output_shape[1:])


def geometry(frontal: FaceTable, rows: np.ndarray) -> np.ndarray:
    """Makes a vector of the landmarks of frontalized faces, as the paper normalizes them.

    Args:
        frontal: `FaceTable` with a column `landmarks`: arrays (68, 2) in pixels.
        rows: int array (n,). Rows of the table.

    Returns:
        float32 array (n, 136); 0 for landmarks that are not known.
    """
    points = np.stack(frontal.rows["landmarks"].iloc[rows].to_list())
    known = np.isfinite(points).all(axis=(1, 2))
    vectors = np.zeros((len(rows), GEOMETRY), np.float32)
    vectors[known] = landmark_geometry(points[known] * (SIDE / frontal.images.shape[1]))
    return vectors


def build_system(system: str, body, classes: int, width: float = 1.0) -> tuple[keras.Model, keras.Model]:
    """Builds a system on a frozen body.

    Args:
        system: str. A key of `SYSTEMS`.
        body: `keras.Model` as `vggface_body` returns it; the network gets its weights.
        classes: int. Number of classes.
        width: float. Share of the units; the body has the same width.

    Returns:
        (network, head): `keras.Model` from what the system sees (a list of two, in the order of `SYSTEMS`) to
        probabilities, and the part of it that learns, from what `FaceViews.seen` returns.

    Raises:
        ParameterError: an unknown system.
    """
    views, shape = views_of(system), body.input_shape[1:]
    if views == ("geometry",):
        head = joined_head(GEOMETRY, classes, UNITS, width)
        return head, head
    if system in ("vggface_two_stream", "vggface_geometry"):
        build = two_stream if system == "vggface_two_stream" else cnn_geometry
        network = build(classes, width=width, input_shape=shape, trained=body)
    else:
        own = vggface_body(width, shape)
        own.set_weights(body.get_weights())
        network = vggface(classes, "all", width=width, body=own)
    return network, network.get_layer("head")


def views_of(system: str) -> tuple[str, ...]:
    """Names what a system sees: some of "face", "frontal" and "geometry".

    Args:
        system: str. A key of `SYSTEMS`.

    Returns:
        tuple of str, in the order of the network's inputs.

    Raises:
        ParameterError: an unknown system.
    """
    if system not in SYSTEMS:
        raise ParameterError(f"No system '{system}'. Known: {', '.join(SYSTEMS)}.{nearest(system, SYSTEMS)}")
    return SYSTEMS[system][1]
