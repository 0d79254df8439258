"""Faces turned toward the camera, after Hassner et al. 2015, "Effective Face Frontalization in Unconstrained Images".

One unmodified head serves for all faces: where each pixel of a frontal picture lies on it is computed once. For each
face its pose says where those points are in the picture, and there the gray levels are read.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from fer_utils.errors import ParameterError, nearest
from fer_utils.faces.align import BORDERS, check_picture
from fer_utils.faces.head_pose import HeadPose, estimate_pose, project
from fer_utils.faces.reference_head import ReferenceHead, reference_head
from fer_utils.faces.soft_symmetry import blend_landmarks, blend_mirrored, hidden_weights

SYMMETRY = "none", "soft"
RAY = np.linspace(-1.8, 1.2, 64)  # depths at which the ray of sight through a landmark is looked at, near to far


@dataclass(frozen=True)
class FrontalFace:
    """A face as if it looked into the camera.

    Attributes:
        image: uint8 array (size, size) or (size, size, 3).
        landmarks: float array (68, 2). Where the given landmarks are in it, in pixels.
        pose: `HeadPose`. How the head was held.
        hidden: float32 array (size, size) in 0-1. Share of the mirrored face in each pixel; all 0 without symmetry.
    """

    image: np.ndarray
    landmarks: np.ndarray
    pose: HeadPose
    hidden: np.ndarray


def frontalize(
    image: np.ndarray, landmarks: np.ndarray, size: int = 320, symmetry: str = "none", border: str = "edge"
) -> FrontalFace:
    """Turns a face toward the camera.

    Args:
        image: uint8 array (height, width) or (height, width, 3).
        landmarks: float array (68, 2). Pixels, in the order of iBUG.
        size: int. Width and height of the result in pixels; Hassner et al. have 320.
        symmetry: str. "none", or "soft": what the pose hides is blended with the mirrored other side. Soft symmetry
            hides expressions of one side alone, such as contempt, where that side is turned away.
        border: str. What is shown beyond the edge of the picture: one of `fer_utils.faces.align.BORDERS`.

    Returns:
        `FrontalFace`.

    Raises:
        ParameterError: an unknown option, another number of landmarks, or none that a face can have.
    """
    check_picture(image, border)
    if symmetry not in SYMMETRY:
        raise ParameterError(f"symmetry={symmetry!r}; known are {list(SYMMETRY)}.{nearest(symmetry, SYMMETRY)}")
    reference, pose = reference_head(size), estimate_pose(landmarks)
    maps = picture_maps(reference, pose)
    frontal = _read(image, maps, reference, pose, BORDERS[border])
    moved = frontal_landmarks(landmarks, reference, pose)
    hidden = np.zeros((size, size), np.float32)
    if symmetry == "soft":
        hidden = hidden_weights(maps, reference, pose.yaw, pose.unit)
        frontal, moved = blend_mirrored(frontal, hidden), blend_landmarks(moved, hidden)
    return FrontalFace(frontal, moved, pose, hidden)


def picture_maps(reference: ReferenceHead, pose: HeadPose) -> np.ndarray:
    """Returns where in the picture each pixel of the frontal one is read: x and y, float32 (2, size, size)."""
    x, y, z, _ = reference.surface
    # Not as a product of matrices: with four rows, its threads would cost more than what they compute.
    u, v, w = (a * x + b * y + c * z + d for a, b, c, d in pose.camera.astype(np.float32))
    return np.stack([u / w, v / w]).reshape(2, reference.size, reference.size)


def frontal_landmarks(landmarks: np.ndarray, reference: ReferenceHead, pose: HeadPose) -> np.ndarray:
    """Maps landmarks as the picture is mapped: to the first point at which the ray of sight meets the head.

    Args:
        landmarks: float array (n, 2). Pixels of the picture.
        reference: `ReferenceHead`.
        pose: `HeadPose`.

    Returns:
        float array (n, 2). Pixels of the frontal picture.
    """
    points = np.asarray(landmarks, dtype=float)
    rays = _at_depth(np.repeat(points, len(RAY), axis=0), np.tile(RAY, len(points)), pose.camera)
    columns, rows = project(rays, reference.camera).astype(np.float32).T.reshape(2, len(points), len(RAY))
    surface = cv2.remap(reference.depth, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    behind = RAY - surface  # positive within the head
    behind[:, -1] = np.maximum(behind[:, -1], 1e-6)  # a ray that passes by ends behind the head
    first = np.maximum(1, (behind >= 0).argmax(axis=1))
    after, before = (behind[np.arange(len(points)), index] for index in (first, first - 1))
    share = np.clip(before / np.minimum(before - after, -1e-9), 0, 1)
    depth = RAY[first - 1] + share * (RAY[first] - RAY[first - 1])
    return project(_at_depth(points, depth, pose.camera), reference.camera)


def _read(image: np.ndarray, maps: np.ndarray, reference: ReferenceHead, pose: HeadPose, border: int) -> np.ndarray:
    """Reads the picture at the maps; one much larger than the result is averaged first."""
    shrink = int(pose.unit / reference.unit)
    if shrink > 1:
        height, width = (max(1, side // shrink) for side in image.shape[:2])
        image = cv2.resize(image[: height * shrink, : width * shrink], (width, height), interpolation=cv2.INTER_AREA)
        maps = (maps - np.float32((shrink - 1) / 2)) / np.float32(shrink)
    return cv2.remap(image, *maps, cv2.INTER_LINEAR, borderMode=border, borderValue=0)


def _at_depth(points: np.ndarray, depth: np.ndarray, camera: np.ndarray) -> np.ndarray:
    """Returns the points (n, 3) of the head that have the given z and are seen at the given pixels."""
    equations = camera[None, :2] - points[:, :, None] * camera[None, 2:]  # (n, 2, 4), times (x, y, z, 1) gives 0
    (a, b, c, d), (e, f, g, h) = equations[:, 0].T, equations[:, 1].T
    right, low = -(c * depth + d), -(g * depth + h)
    determinant = a * f - b * e
    return np.stack([(right * f - b * low) / determinant, (a * low - right * e) / determinant, depth], axis=1)
