"""Where a point of the drawn person appears in the picture, and which surface a pixel shows."""

import cv2
import numpy as np

from fer_utils.datasets.synthetic.imaging import Imaging

UNIT = 0.246  # average distance between the pupils as a fraction of the picture's shorter side
EYE_LEVEL = 0.4  # height of the eyes as a fraction of the picture's shorter side, if the picture is square
DISTANCE = 14.0  # from the camera to the middle of the head, in distances between the pupils: about 90 cm
PIVOT = np.array([0.0, 0.45, 0.25])  # the head turns about this point
FIELD = 0.3  # vertical field of view that the rasterizer is told, radians; any will do
SETTINGS = cv2.TriangleRasterizeSettings()
SETTINGS.setCullingMode(cv2.RASTERIZE_CULLING_NONE)
SETTINGS.setShadingType(cv2.RASTERIZE_SHADING_SHADED)


class Camera:
    """A pinhole camera in front of the person.

    Args:
        size: (height, width) of the picture in pixels.
        imaging: `Imaging` that turns the head and places it.
    """

    def __init__(self, size: tuple[int, int], imaging: Imaging):
        height, width = size
        shorter = min(size)
        self.unit = shorter * UNIT * imaging.scale
        self.rotation = _rotation(imaging.yaw, imaging.pitch, imaging.roll)
        shift = shorter * np.asarray(imaging.shift)
        self.origin = np.array([0.5 * width, 0.5 * height - (0.5 - EYE_LEVEL) * shorter]) + shift

    def turned(self, points: np.ndarray, share: float = 1.0) -> np.ndarray:
        """Turns points (n, 3) with the head, or with a share of its turn as the neck does."""
        turn = self.rotation if share == 1 else np.eye(3) + share * (self.rotation - np.eye(3))
        return (points - PIVOT) @ turn.T + PIVOT

    def project(self, points: np.ndarray, turned: bool = False) -> np.ndarray:
        """Maps points (n, 3) of the head to the picture; pixel 0 reaches from 0 to 1.

        Args:
            points: float array (n, 3).
            turned: bool. Whether the points are turned already.

        Returns:
            float array (n, 2).
        """
        seen = points if turned else self.turned(points)
        scale = self.unit * (DISTANCE - 1) / (DISTANCE - seen[:, 2:])
        return self.origin + scale * seen[:, :2]

    def rasterize(
        self, vertices: np.ndarray, triangles: np.ndarray, values: np.ndarray, shape: tuple[int, int], factor: float
    ) -> tuple[np.ndarray, np.ndarray]:
        """Finds the nearest surface of every pixel.

        Args:
            vertices: float array (n, 3), turned.
            triangles: int32 array (m, 3).
            values: float array (n, 3) in 0-1, interpolated over the surface.
            shape: (height, width) of the result.
            factor: float. Pixels of the result per pixel of the picture.

        Returns:
            values float32 (height, width, 3), and where there is a surface, bool (height, width).
        """
        height, width = shape
        depth = DISTANCE - vertices[:, 2]
        across, down = (factor * self.project(vertices, turned=True) - (width / 2, height / 2)).T
        focal = 0.5 * height / np.tan(FIELD / 2)
        seen = np.stack([across / focal * depth, -down / focal * depth, -depth], axis=1).astype(np.float32)
        painted, far = np.zeros((height, width, 3), np.float32), 100.0
        distances = np.full(shape, far, np.float32)
        painted, distances = cv2.triangleRasterize(
            *(seen, triangles, np.clip(values, 0, 1).astype(np.float32), painted, distances),
            *(np.eye(4, dtype=np.float32), FIELD, 1.0, far, SETTINGS),
        )
        return painted, distances < 0.99 * far


def _rotation(yaw: float, pitch: float, roll: float) -> np.ndarray:
    (cy, cp, cr), (sy, sp, sr) = np.cos(np.deg2rad([yaw, pitch, roll])), np.sin(np.deg2rad([yaw, pitch, roll]))
    turn = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    lift = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    tilt = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return tilt @ lift @ turn
