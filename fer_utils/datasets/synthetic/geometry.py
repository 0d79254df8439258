"""Where the parts of a face lie, given who it is and what its muscles do.

Face coordinates: the origin lies between the eyes, x grows to the right of the image, y downward, the unit is the
average distance between the pupils. Index 0 of a pair is the subject's right side, which is on the left of the image.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from fer_utils.datasets.synthetic.expression import both_sides
from fer_utils.datasets.synthetic.identity import Identity

ALONG_LIPS = np.linspace(-1, 1, 25)  # from the right corner of the mouth to the left one
ALONG_LID = np.linspace(0, 1, 13)  # from the inner corner of the eye to the outer one


@dataclass(frozen=True)
class FaceGeometry:
    """Curves of a face, each a float array (points, 2) in face coordinates; pairs are (right, left) of the subject.

    Attributes:
        jaw: 17 points from ear to ear, those of the iBUG landmarks.
        brows: pair of 5 points, inner to outer.
        upper_lids: pair of curves, inner to outer corner.
        lower_lids: pair of curves, inner to outer corner.
        pupils: (2, 2).
        nose: 9 points: four down the bridge, five along the base (iBUG 28-36).
        lip_edges: four curves from the right corner to the left: upper lip's outer and inner edge, lower lip's inner
            and outer edge.
        corners: (2, 2), corners of the mouth.
        chin: float. Height of the chin.
    """

    jaw: np.ndarray
    brows: tuple
    upper_lids: tuple
    lower_lids: tuple
    pupils: np.ndarray
    nose: np.ndarray
    lip_edges: tuple
    corners: np.ndarray
    chin: float

    def landmarks(self) -> np.ndarray:
        """Returns the 68 iBUG landmarks, float array (68, 2), in the usual order."""
        (right_up, left_up), (right_low, left_low) = self.upper_lids, self.lower_lids
        outer, inner_up, inner_low, low = self.lip_edges
        return np.concatenate(
            [
                self.jaw,
                self.brows[0][::-1],
                self.brows[1],
                self.nose,
                right_up[[12, 8, 4, 0]],
                right_low[[4, 8]],
                left_up[[0, 4, 8, 12]],
                left_low[[8, 4]],
                outer[[0, 5, 9, 12, 15, 19, 24]],
                low[[20, 16, 12, 8, 4]],
                inner_up[[2, 7, 12, 17, 22]],
                inner_low[[17, 12, 7]],
            ]
        )


def build_geometry(identity: Identity, units: dict[int, np.ndarray]) -> FaceGeometry:
    """Moves the parts of a person's face as the action units pull them.

    Args:
        identity: `Identity` of the person.
        units: dict. Every action unit -> (2,) in 0-1, as `checked_action_units` returns it.

    Returns:
        `FaceGeometry`.
    """
    drop = 0.24 * both_sides(units[26]) + 0.42 * both_sides(units[27])
    chin = identity.chin + 0.85 * drop - 0.03 * both_sides(units[17])
    lip_edges, corners = _lips(identity, units, drop)
    lids = [_lids(identity, {unit: value[side] for unit, value in units.items()}, side) for side in (0, 1)]
    return FaceGeometry(
        jaw=_jaw(identity, chin),
        brows=tuple(_brow(identity, {u: v[side] for u, v in units.items()}, side) for side in (0, 1)),
        upper_lids=(lids[0][0], lids[1][0]),
        lower_lids=(lids[0][1], lids[1][1]),
        pupils=np.array([[-0.5 * identity.eye_distance, -0.005], [0.5 * identity.eye_distance, -0.005]]),
        nose=_nose(identity, units),
        lip_edges=lip_edges,
        corners=corners,
        chin=chin,
    )


def _mirror(outward: np.ndarray, y: np.ndarray, side: int) -> np.ndarray:
    return np.stack([outward if side else -outward, y], axis=-1)


def _jaw(identity: Identity, chin: float) -> np.ndarray:
    wide, angle, tip = identity.face_width, identity.jaw_width, identity.chin_width
    half = [[wide, 0.0], [wide * 0.985, 0.34], [0.5 * wide * 0.95 + 0.5 * angle, 0.48 * chin], [angle, 0.66 * chin]]
    half += [[0.5 * (angle + tip), 0.86 * chin], [tip, 0.96 * chin], [0.45 * tip, 0.993 * chin], [0, chin]]
    half = np.array(half)
    curve = smooth(np.concatenate([half * [-1, 1], half[-2::-1]]), 8)
    walked = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(curve, axis=0).T))])
    steps = np.linspace(0, walked[-1], 17)
    return np.stack([np.interp(steps, walked, curve[:, axis]) for axis in (0, 1)], axis=1)


def _brow(identity: Identity, unit: dict, side: int) -> np.ndarray:
    outward = np.array([0.2, 0.34, 0.5, 0.66, 0.81]) * identity.eye_distance
    arch = np.array([-0.4, 0.35, 0.95, 0.9, -0.5])
    y = -identity.brow_height - identity.brow_arch * arch - identity.brow_slope * np.linspace(0, 1, 5)
    lowering = np.array([1.15, 0.95, 0.65, 0.35, 0.15])
    y = y - 0.19 * unit[1] * np.array([1.15, 0.8, 0.35, 0.0, -0.1])
    y = y - 0.18 * unit[2] * np.array([0.1, 0.3, 0.7, 1.0, 0.9])
    y = y + 0.15 * unit[4] * lowering * (1 - 0.85 * min(1, 1.3 * unit[1])) + 0.05 * unit[9] * lowering
    y = y + 0.02 * unit[6] * lowering[::-1]
    outward = outward - 0.09 * unit[4] * np.array([1.0, 0.8, 0.5, 0.25, 0.1])
    return _mirror(outward, y, side)


def _lids(identity: Identity, unit: dict, side: int) -> tuple[np.ndarray, np.ndarray]:
    across = ALONG_LID
    up = 0.12 + 0.1 * unit[5] - 0.03 * unit[7] - 0.025 * unit[6] - 0.02 * unit[4] * (1 - unit[5])
    low = 0.085 - 0.055 * unit[7] - 0.055 * unit[6] - 0.03 * unit[9] + 0.015 * unit[5]
    up, low = identity.eye_size * max(0.02, up), identity.eye_size * max(0.01, low)
    up = up + (-0.9 * low - up) * unit[43]
    inclined = np.sin(np.pi * across**0.9)
    droop = 1 - 0.3 * min(unit[1], unit[4]) * across  # oblique brows pull the inner end of the lid up
    tilt = identity.eye_tilt * (0.5 - across)
    outward = 0.5 * identity.eye_distance + 0.242 * identity.eye_size * (2 * across - 1)
    upper = tilt - up * inclined**0.75 * droop
    lower = tilt + low * np.sin(np.pi * across**1.15) ** 0.85
    return _mirror(outward, upper, side), _mirror(outward, lower, side)


def _nose(identity: Identity, units: dict) -> np.ndarray:
    lift = 0.05 * both_sides(units[9]) + 0.02 * both_sides(units[10])
    base = identity.nose_length - lift
    wide = identity.nose_width * (1 + 0.1 * both_sides(units[9]) + 0.06 * both_sides(units[12]))
    bridge = [[0, y] for y in (-0.02, 0.27 * base, 0.55 * base, 0.82 * base)]
    wings = [[-0.7 * wide, 0.95], [-0.36 * wide, 0.99], [0, 1.03], [0.36 * wide, 0.99], [0.7 * wide, 0.95]]
    return np.array(bridge + [[x, y * base] for x, y in wings])


def _lips(identity: Identity, units: dict, drop: float) -> tuple[tuple, np.ndarray]:
    mean = {unit: both_sides(value) for unit, value in units.items()}
    pull = 0.16 * units[12] + 0.14 * units[20] + 0.05 * units[14] + 0.02 * units[10]
    purse = 0.07 * mean[23] + 0.03 * mean[24] + 0.1 * mean[27] + 0.07 * mean[26] * (1 - mean[12]) + 0.03 * mean[17]
    across = identity.mouth_width + pull - purse
    rise = 0.16 * units[12] + 0.02 * units[14] - 0.15 * units[15] - 0.035 * units[20] - 0.42 * drop
    corners = np.array([[-across[0], identity.mouth - rise[0]], [across[1], identity.mouth - rise[1]]])

    t = ALONG_LIPS
    side = np.where(t < 0, 0, 1)
    outer = np.abs(t) ** (1.7 + 4 * drop)  # 0 in the middle of the mouth, 1 at its corners
    inside = 1 - outer
    x = t * np.where(side == 0, across[0], across[1])
    middle = identity.mouth - 0.035 * mean[17] + 0.02 * mean[12]
    line = middle * inside + corners[side, 1] * outer

    parted = max(mean[25], min(1.0, 2 * mean[26], 2 * mean[27]))
    sneer = np.where(side == 0, units[10][0], units[10][1]) * 0.1 + np.where(side == 0, units[9][0], units[9][1]) * 0.05
    raised = sneer * np.exp(-(((np.abs(t) - 0.4) / 0.5) ** 2)) * inside**0.5  # AU10 lifts the lip beside the middle
    raised = raised * (0.6 + 0.4 * parted)
    pressed = 1 - 0.6 * mean[23] - 0.75 * mean[24]
    gap_up = parted * (0.035 + 0.02 * mean[12] + 0.05 * (mean[10] + mean[9])) * inside**0.7
    gap_low = parted * (0.05 + 0.08 * mean[12] + 0.04 * mean[20]) * inside**0.6 + drop * inside**0.45
    flat = 1 - 0.3 * mean[12] - 0.25 * mean[20]
    bow = 0.85 + 0.3 * np.exp(-(((np.abs(t) - 0.22) / 0.16) ** 2))  # the two peaks of Cupid's bow
    upper = 0.085 * identity.lips * pressed * flat * bow * np.clip(1 - np.abs(t), 0, 1) ** 0.7
    lower = 0.125 * identity.lips * pressed * flat * np.clip(1 - t * t, 0, 1) ** 0.8
    lower = lower * (1 + 0.2 * mean[17])
    edges = (line - gap_up - raised - upper, line - gap_up - raised * parted**0.5 * 0.9, line + gap_low)
    edges = (edges[0], np.minimum(edges[1], edges[2]), edges[2], edges[2] + lower)
    return tuple(np.stack([x, edge], axis=1) for edge in edges), corners


@lru_cache(maxsize=64)
def _spline(points: int, steps: int, closed: bool) -> np.ndarray:
    """Catmull-Rom weights (samples, points) of a smooth curve through control points."""
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    basis = 0.5 * np.concatenate(
        [-t + 2 * t**2 - t**3, 2 - 5 * t**2 + 3 * t**3, t + 4 * t**2 - 3 * t**3, t**3 - t**2], 1
    )
    spans = points if closed else points - 1
    weights = np.zeros((spans * steps + (not closed), points))
    for span in range(spans):
        for offset in range(4):
            index = (span + offset - 1) % points if closed else np.clip(span + offset - 1, 0, points - 1)
            weights[span * steps : (span + 1) * steps, index] += basis[:, offset]
    if not closed:
        weights[-1, -1] = 1
    return weights


def smooth(points: np.ndarray, steps: int = 6, closed: bool = False) -> np.ndarray:
    """Draws a smooth curve through points.

    Args:
        points: float array (n, 2).
        steps: int. Samples between neighboring points.
        closed: bool. Whether the curve returns to its first point.

    Returns:
        float array (samples, 2).
    """
    return _spline(len(points), steps, closed) @ points


def move(points: np.ndarray, x: float, y: float) -> np.ndarray:
    """Returns points, (2,) or (n, 2), moved by (x, y)."""
    return points + np.array((x, y))
