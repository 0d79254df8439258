"""The head as a surface: where each point of a face lies in space, so that a turned head is a projection.

Every horizontal section of the head is a pair of half ellipses, one toward the face and one toward the back; nose,
brows, sockets, cheeks, lips and chin stand out of them or lie in them. x and y are those of the flat face, z grows
toward the viewer.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from fer_utils.datasets.synthetic.expression import both_sides
from fer_utils.datasets.synthetic.geometry import FaceGeometry
from fer_utils.datasets.synthetic.identity import Identity

# Heights in the face as fractions of the way from the eyes to the chin, and there the depth of the face's middle line.
PROFILE_Y = np.array([-1.0, -0.85, -0.6, -0.35, -0.15, 0.0, 0.2, 0.45, 0.62, 0.75, 0.88, 0.97, 1.0])
PROFILE_Z = np.array([0.10, 0.62, 0.98, 1.10, 1.13, 1.06, 1.08, 1.11, 1.12, 1.07, 1.09, 1.00, 0.88])
WIDEST_Z = np.array(
    [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.02, 0.08, 0.2, 0.36, 0.56, 0.74, 0.80]
)  # where a section is widest
BACK_Z = np.array([-0.3, -1.1, -1.45, -1.5, -1.5, -1.45, -1.3, -0.9, -0.3, 0.15, 0.45, 0.70, 0.78])
TURN = {  # rows of the mesh: angles of its columns; what is small needs fewer
    rows: np.deg2rad(np.r_[np.linspace(-150, -52, side), np.linspace(-48, 48, front), np.linspace(52, 150, side)])
    for rows, side, front in ((36, 9, 29), (64, 15, 37))
}
EDGE = np.deg2rad(np.linspace(35, 90, 23))  # where the edge of a turned head may lie
FRONT = np.deg2rad(60)  # up to this angle a texture is laid on from the front, beyond it is wound round the head


@dataclass(frozen=True)
class Head:
    """The surface of a person's head with one expression.

    Attributes:
        identity: `Identity`.
        geometry: `FaceGeometry`. Where the parts of the flat face lie.
        units: dict. Every action unit -> (2,) in 0-1.
    """

    identity: Identity
    geometry: FaceGeometry
    units: dict[int, np.ndarray]

    @property
    def top(self) -> float:
        """Height of the crown."""
        return -1.74

    def sections(self, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """Returns half width, depth of the front, of the widest place and of the back at heights y."""
        jaw, wide = self.geometry.jaw, self.identity.face_width
        skull_y = [self.top, -1.73, -1.7, -1.64, -1.54, -1.4, -1.2, -0.95, -0.5]
        skull_x = [0.0, 0.15, 0.3, 0.45, 0.6, 0.735, 0.855, 0.935, 0.985]
        half = 0.5 * (jaw[16:8:-1, 0] - jaw[:8, 0])
        width = np.interp(y, [*skull_y, *jaw[:8, 1], self.geometry.chin], [*(wide * np.array(skull_x)), *half, 0.0])
        at = np.where(y < 0, y / -self.top, y / self.geometry.chin)
        return width, *(np.interp(at, PROFILE_Y, line) for line in (PROFILE_Z, WIDEST_Z, BACK_Z))

    def depth(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Returns z of points on the front of the head."""
        width, front, widest, _ = self.sections(y)
        inside = np.clip(1 - (np.abs(x) / np.maximum(width, 1e-3)) ** 2.2, 0, 1)
        return widest + (front - widest) * np.sqrt(inside) + self._relief(x, y) * np.minimum(1, 3 * inside)

    def lift(self, points: np.ndarray, above: float = 0.0) -> np.ndarray:
        """Lifts points of the flat face, (n, 2), onto the head or some way above it, (n, 3)."""
        return np.column_stack([points, self.depth(points[:, 0], points[:, 1]) + above])

    def contour(self, camera) -> np.ndarray:
        """Returns the 17 points of the jaw line as a viewer marks them.

        Where the head is turned away, the line that one sees is the edge of the head, not the jaw bone behind it.

        Args:
            camera: `Camera`.

        Returns:
            float array (17, 3).
        """
        jaw = self.geometry.jaw
        width, front, widest, _ = (part[:, None] for part in self.sections(jaw[:, 1]))
        side = np.sign(np.arange(17) - 8)[:, None]
        angle = EDGE
        x, z = side * width * np.sin(angle), widest + (front - widest) * np.cos(angle)
        candidates = np.stack([x, np.broadcast_to(jaw[:, 1:], x.shape), z], axis=-1)
        outward = side * camera.project(candidates.reshape(-1, 3))[:, 0].reshape(x.shape)
        chosen = candidates[np.arange(17), np.where(side[:, 0] == 0, 0, outward.argmax(axis=1))]
        chosen[8] = self.lift(jaw[8:9])[0]
        return chosen

    def mesh(self, rows: int) -> tuple[np.ndarray, np.ndarray]:
        """Returns vertices (rows, columns, 3) and texture coordinates (rows, columns, 2) in face coordinates."""
        turn = TURN[rows]
        low = self.geometry.lip_edges[3][12, 1]
        upper, face, chin = round(0.24 * rows), round(0.6 * rows), rows - round(0.24 * rows) - round(0.6 * rows)
        y = np.r_[
            self.top + (-0.5 - self.top) * np.linspace(0, 1, upper, endpoint=False) ** 1.7,  # dense at the round crown
            np.linspace(-0.5, low, face, endpoint=False),
            np.linspace(low, self.geometry.chin - 1e-3, chin),
        ]
        width, _, widest, back = (part[:, None] for part in self.sections(y))
        x = width * np.sin(turn)
        ahead = np.abs(turn) < 0.5 * np.pi
        height = np.broadcast_to(y[:, None], x.shape)
        z = widest + (widest - back) * np.minimum(np.cos(turn), 0)
        z[:, ahead] = self.depth(x[:, ahead], height[:, ahead])
        wound = np.sign(turn) * (np.sin(FRONT) + np.cos(FRONT) * (np.abs(turn) - FRONT))
        u = width * np.where(np.abs(turn) < FRONT, np.sin(turn), wound)
        return np.stack([x, height, z], axis=-1), np.stack([u, height], axis=-1)

    def _relief(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """What stands out of the rounded head (positive) or lies in it."""
        identity, units, base = self.identity, self.units, self.geometry.nose[6, 1]
        half, side = 0.5 * identity.eye_distance, (x > 0).astype(int)
        aside, wing = np.abs(x), self.geometry.nose[8, 0]
        at = {unit: units[unit][side] for unit in (6, 12, 4)}
        cheek = np.maximum(at[6], 0.8 * at[12])
        mouth, low = self.geometry.lip_edges[1][12, 1], self.geometry.lip_edges[3][12, 1]
        tip = 0.84 * base
        rising = np.clip((y + 0.16) / (tip + 0.16), 0, 1) ** 1.25
        falling = np.clip((1.16 * base - y) / (1.16 * base - tip), 0, 1)
        ridge = identity.nose_depth * rising * (falling * falling * (3 - 2 * falling))
        slim = 0.1 + 0.09 * np.clip(y / tip, 0, 1) ** 2
        brow = self.geometry.brows[1][1, 1]
        return (
            ridge * np.exp(-((x / slim) ** 2))
            + 0.13 * _bump(aside - 0.68 * wing, y - 0.93 * base, 0.1, 0.1)
            - 0.13 * _bump(aside - half, y + 0.02, 0.27, 0.17)
            + (0.05 + 0.05 * at[4]) * _bump(aside - 0.3, y - brow, 0.34, 0.11)
            + (0.05 + 0.1 * cheek) * _bump(aside - half - 0.08, y - 0.5 + 0.12 * cheek, 0.3, 0.2)
            + 0.09 * _bump(x, y - mouth, 0.3, 0.17)
            - 0.06 * _bump(x, y - low - 0.1, 0.28, 0.07)
            + (0.07 + 0.05 * both_sides(units[17])) * _bump(x, y - self.geometry.chin + 0.22, 0.24, 0.15)
        )


def _bump(x: np.ndarray, y: np.ndarray, wide: float, high: float) -> np.ndarray:
    return np.exp(-((x / wide) ** 2) - (y / high) ** 2)


@lru_cache(maxsize=16)
def triangles(rows: int, columns: int) -> np.ndarray:
    """Returns the triangles of a grid of vertices, int32 array (n, 3) of row-major vertex numbers."""
    corner = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).ravel()
    right, below = corner + 1, corner + columns
    upper, lower = np.stack([corner, right, below], axis=1), np.stack([right, below + 1, below], axis=1)
    return np.concatenate([upper, lower]).astype(np.int32)


def normals(vertices: np.ndarray) -> np.ndarray:
    """Returns unit vectors that point out of a grid of vertices (rows, columns, 3), whose columns run to the right."""
    (ax, ay, az), (dx, dy, dz) = (np.moveaxis(_differences(vertices, axis), -1, 0) for axis in (1, 0))
    outward = np.stack([ay * dz - az * dy, az * dx - ax * dz, ax * dy - ay * dx], axis=-1)
    return outward / np.maximum(np.sqrt((outward * outward).sum(axis=-1, keepdims=True)), 1e-9)


def _differences(vertices: np.ndarray, axis: int) -> np.ndarray:
    """Differences between the neighbors of every vertex along one axis."""
    last = vertices.shape[axis] - 1
    after = np.minimum(np.arange(last + 1) + 1, last)
    before = np.maximum(np.arange(last + 1) - 1, 0)
    return vertices.take(after, axis) - vertices.take(before, axis)
