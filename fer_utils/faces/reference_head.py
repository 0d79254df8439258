"""An average head in space, seen from the front: the reference onto which frontalization lays a face.

It is the project's own head model, the one that draws synthetic faces, at rest and with average features; no file of
others is needed. On drawn faces it fits better than it will on real ones.

Coordinates of the head: the origin lies between the eyes, x grows to the right of the picture, y downward and z away
from the viewer, as OpenCV has them; the unit is the average distance between the pupils, about 63 mm.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from fer_utils.datasets.synthetic.expression import checked_action_units
from fer_utils.datasets.synthetic.geometry import build_geometry
from fer_utils.datasets.synthetic.head import Head
from fer_utils.datasets.synthetic.identity import Identity
from fer_utils.errors import ParameterError

DISTANCE = 16.0  # from the camera to the eyes: about a meter, as portraits are taken
ACROSS = 3.0  # what the frontal picture shows from left to right, and from top to bottom
EYE_HEIGHT = 0.33  # height of the eyes in the frontal picture, from above, as a fraction of its size
RIM = 0.97  # up to this share of its half width the head is itself; beyond it a slope goes on, for hair and neck
SLOPE = 0.5  # depth of that slope per unit beyond the rim
TO_VIEWER = np.array([1, 1, -1])  # the head model counts z toward the viewer
EYE_RADII = 0.36, 0.22  # of the ellipses about the eyes, horizontal and vertical


@dataclass(frozen=True)
class ReferenceHead:
    """The reference for frontal pictures of one size. Read-only: all frontalizations of that size share it.

    Attributes:
        size: int. Width and height of the frontal picture in pixels.
        landmarks: float array (68, 3). Where the iBUG landmarks lie on the head.
        camera: float array (3, 4). From a point of the head (x, y, z, 1) to the frontal picture (u w, v w, w).
        head: `Head`. The model itself.
        surface: float32 array (4, size * size). The point of the head, (x, y, z, 1), that each pixel shows, row by row.
        eyes: float32 array (size, size). 1 about the eyes, fading to 0.
    """

    size: int
    landmarks: np.ndarray
    camera: np.ndarray
    head: Head
    surface: np.ndarray
    eyes: np.ndarray

    @property
    def unit(self) -> float:
        """Pixels of the frontal picture to a unit of the head, at the depth of the eyes."""
        return float(self.camera[0, 0] / DISTANCE)

    @property
    def depth(self) -> np.ndarray:
        """Depth of the head, its z, in each pixel: float32 (size, size)."""
        return self.surface[2].reshape(self.size, self.size)

    def marked(self, rotation: np.ndarray) -> np.ndarray:
        """Returns the landmarks, (68, 3), as a viewer marks them once the head is turned by `rotation`, (3, 3).

        Those of the jaw line then lie where the head's edge is seen.
        """
        marked = self.landmarks.copy()
        marked[:17] = self.head.contour(_Turned(rotation)) * TO_VIEWER
        return marked


@dataclass(frozen=True)
class _Turned:
    """A camera so far away that nothing changes its size; all that `Head.contour` asks for."""

    rotation: np.ndarray

    def project(self, points: np.ndarray) -> np.ndarray:
        return (points * TO_VIEWER) @ self.rotation.T


@lru_cache(maxsize=4)
def reference_head(size: int = 320) -> ReferenceHead:
    """Computes the reference, once for each size.

    Args:
        size: int. Width and height of the frontal picture in pixels, 32 to 1024; Hassner et al. have 320.

    Returns:
        `ReferenceHead`.

    Raises:
        ParameterError: an impossible size.
    """
    if isinstance(size, bool) or not isinstance(size, int | np.integer) or not 32 <= size <= 1024:
        raise ParameterError(f"size={size!r}: expected a whole number of 32 to 1024 pixels.")
    identity, rest = Identity(), checked_action_units({})
    head = Head(identity, build_geometry(identity, rest), rest)
    landmarks = head.lift(head.geometry.landmarks()) * TO_VIEWER

    unit = size / ACROSS
    focal = unit * (DISTANCE + landmarks[:, 2].min())  # so that the tip of the nose appears at that scale
    center, eyes = (size - 1) / 2, EYE_HEIGHT * size
    camera = np.array([[focal, 0, center, center * DISTANCE], [0, focal, eyes, eyes * DISTANCE], [0, 0, 1, DISTANCE]])

    v, u = np.mgrid[:size, :size]
    ray_x, ray_y, z = (u - center) / focal, (v - eyes) / focal, np.full((size, size), -1.0)
    for _ in range(12):  # along each ray toward the surface; rays are nearly parallel, so that this converges fast
        x, y = ray_x * (DISTANCE + z), ray_y * (DISTANCE + z)
        z = -_surface(head, x, y)
    points = np.stack([x, y, z, np.ones_like(z)]).reshape(4, -1).astype(np.float32)
    reference = ReferenceHead(size, landmarks, camera, head, points, _eyes(landmarks, x, y).astype(np.float32))
    for array in (reference.landmarks, reference.camera, reference.surface, reference.eyes):
        array.flags.writeable = False
    return reference


def _surface(head: Head, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Depth toward the viewer; beyond the rim of the head it falls off, instead of ending."""
    inside_y = np.clip(y, RIM * head.top, RIM * head.geometry.chin)
    rim = RIM * head.sections(inside_y.ravel())[0].reshape(y.shape)
    inside_x = np.clip(x, -rim, rim)
    beyond = np.hypot(x - inside_x, y - inside_y)
    return head.depth(inside_x.ravel(), inside_y.ravel()).reshape(x.shape) - SLOPE * beyond


def _eyes(landmarks: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """1 about the eyes, fading to 0."""
    wide, high = EYE_RADII
    mask = np.zeros(x.shape)
    for eye in (slice(36, 42), slice(42, 48)):
        middle = landmarks[eye].mean(axis=0)
        radius = np.hypot((x - middle[0]) / wide, (y - middle[1]) / high)
        mask = np.maximum(mask, np.clip(2 - 1.6 * radius, 0, 1))
    return mask
