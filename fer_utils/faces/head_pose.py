"""How a head is held, from its landmarks: the pose that lays the reference head's landmarks onto them."""

from dataclasses import dataclass

import cv2
import numpy as np

from fer_utils.errors import ParameterError
from fer_utils.faces.align import eye_centers
from fer_utils.faces.reference_head import DISTANCE, reference_head

WORST = 0.35  # faces that open their mouths wide miss by 0.15
ROUNDS = 2  # a third changes yaw by less than 0.1 degrees
FLIP = np.diag([1.0, 1.0, -1.0])  # z away from the viewer, or toward the viewer


@dataclass(frozen=True)
class HeadPose:
    """How a head is held and where it is seen.

    Attributes:
        yaw: float. Degrees; positive where the face is turned to the right of the picture.
        pitch: float. Degrees; positive where the chin is lifted.
        roll: float. Degrees, clockwise in the picture.
        camera: float array (3, 4). From a point of the reference head (x, y, z, 1) to the picture (u w, v w, w).
    """

    yaw: float
    pitch: float
    roll: float
    camera: np.ndarray

    @property
    def unit(self) -> float:
        """Pixels of the picture to a unit of the head, between the eyes."""
        focal = np.linalg.norm(np.cross(self.camera[0, :3], self.camera[2, :3]))
        return float(focal / self.camera[2, 3])


def estimate_pose(landmarks: np.ndarray) -> HeadPose:
    """Finds the pose of a head with `cv2.solvePnP`.

    The focal length of a picture is not known, and neither is the distance. It is taken as if the camera were
    about a meter away, level with the eyes; then the answer does not depend on how a picture was cropped or scaled.
    The landmarks of the jaw lie on the edge of the head as it is seen, which is another line for every pose: solved
    once with the edge of a head from the front, the pose says where the edge is, and is solved again with that.

    Args:
        landmarks: float array (68, 2). Pixels.

    Returns:
        `HeadPose`.

    Raises:
        ParameterError: landmarks of another number, or none that a head can have.
    """
    points = np.asarray(landmarks, dtype=float)
    if points.shape != (68, 2) or not np.isfinite(points).all():
        raise ParameterError(f"landmarks of shape {points.shape}: expected finite numbers (68, 2).")
    reference = reference_head()
    spread = np.sqrt(points.var(axis=0).sum() / reference.landmarks[:, :2].var(axis=0).sum())  # pixels of one unit
    if spread < 1:
        raise ParameterError(f"These landmarks lie within {np.ptp(points, axis=0).max():.1f} pixels: of no face.")
    left, right = eye_centers(points)
    middle, focal = (left + right) / 2, spread * DISTANCE
    intrinsic = np.array([[focal, 0, middle[0]], [0, focal, middle[1]], [0, 0, 1]])
    turn = np.array([0, 0, np.arctan2(*(right - left)[::-1])])  # faces that a detector finds look toward the camera
    place = np.array([0.0, 0.0, DISTANCE])
    for _ in range(ROUNDS):
        marked = reference.marked(_without_roll(cv2.Rodrigues(turn)[0]))
        options = {"useExtrinsicGuess": True, "flags": cv2.SOLVEPNP_ITERATIVE}
        found, turn, place = cv2.solvePnP(marked, points, intrinsic, None, turn, place, **options)
    rotation = cv2.Rodrigues(turn)[0]
    pose = HeadPose(*_angles(rotation), intrinsic @ np.column_stack([rotation, place]))
    missed = np.linalg.norm(project(marked, pose.camera) - points, axis=1).mean() / spread
    if place[2] <= 0 or abs(pose.yaw) > 90:
        raise ParameterError("These landmarks are of a head seen from behind. Are left and right exchanged?")
    if not found or missed > WORST or place[2] < DISTANCE / 4:
        raise ParameterError(
            f"No head that looks toward the camera has these landmarks: the best pose misses them by {missed:.2f} of "
            f"the distance between the pupils (at most {WORST:g}). Are they in iBUG's order?"
        )
    return pose


def project(points: np.ndarray, camera: np.ndarray) -> np.ndarray:
    """Returns where a camera, (3, 4), sees points (n, 3) of the head, float array (n, 2)."""
    seen = points @ camera[:, :3].T + camera[:, 3]
    return seen[:, :2] / seen[:, 2:]


def _angles(rotation: np.ndarray) -> tuple[float, float, float]:
    """Returns yaw, pitch and roll in degrees of a head that is turned first, then lifted, then tilted."""
    a = FLIP @ rotation @ FLIP
    yaw, pitch = np.arctan2(-a[2, 0], a[2, 2]), np.arcsin(np.clip(a[2, 1], -1, 1))
    return tuple(np.rad2deg([yaw, pitch, np.arctan2(-a[0, 1], a[1, 1])]).tolist())


def _without_roll(rotation: np.ndarray) -> np.ndarray:
    """Holds the head upright, so that its edges are its leftmost and rightmost points."""
    roll = np.deg2rad(_angles(rotation)[2])
    return np.array([[np.cos(roll), np.sin(roll), 0], [-np.sin(roll), np.cos(roll), 0], [0, 0, 1]]) @ rotation
