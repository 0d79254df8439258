"""The folds that muscles press into the skin: what a mouth or brow does is read from them as much as from its line."""

import numpy as np

from fer_utils.datasets.synthetic.canvas import Canvas
from fer_utils.datasets.synthetic.expression import both_sides
from fer_utils.datasets.synthetic.geometry import FaceGeometry, move, smooth


def paint_folds(canvas: Canvas, geometry: FaceGeometry, units: dict) -> None:
    """Darkens the folds that go with the action units.

    Args:
        canvas: `Canvas` with the skin on it.
        geometry: `FaceGeometry` of the face.
        units: dict. Every action unit -> (2,) in 0-1.
    """
    folds = _forehead(units)
    for side in (0, 1):
        at = {unit: float(value[side]) for unit, value in units.items()}
        folds += _around_eye(geometry, at, side) + _around_mouth(geometry, at, side)
    boss = np.array([[-0.17, geometry.chin - 0.27], [0, geometry.chin - 0.33], [0.17, geometry.chin - 0.27]])
    folds.append((smooth(boss, 4), 0.45 * both_sides(units[17]), 0.05))
    philtrum = geometry.nose[6] + np.array([[0, 0.06], [0, 0.2]])
    folds.append((philtrum, 0.1, 0.05))
    canvas.crease(folds)


def _forehead(units: dict) -> list:
    inner, outer = both_sides(units[1]), both_sides(units[2])
    depth = 0.3 * min(inner, outer + 0.3) if inner > 0.1 else 0.0
    x = np.linspace(-0.62, 0.62, 9)
    bend = 0.06 * np.cos(4 * x) * (1 - 0.6 * outer)
    return [(np.stack([x, level - bend], axis=1), depth, 0.03) for level in (-0.62, -0.74, -0.86)]


def _around_eye(geometry: FaceGeometry, at: dict, side: int) -> list:
    sign = 1 if side else -1
    brow, upper, lower = geometry.brows[side][0], geometry.upper_lids[side], geometry.lower_lids[side]
    frown = np.array([[sign * 0.1, brow[1] - 0.13], [sign * 0.08, brow[1] + 0.1]])
    lid = move(upper[1:-1], 0, -0.07 + 0.03 * at[5] - 0.03 * at[43])
    folds = [
        (frown, 0.55 * at[4], 0.035),
        (lid, 0.35, 0.02),
        (move(lower, 0, 0.08)[2:-1], 0.08 + 0.35 * max(at[6], 0.8 * at[7]), 0.035),
    ]
    for level in (0.0, 0.09, 0.18):  # the root of the nose wrinkles in short slanted lines
        root = np.array([[sign * 0.05, level - 0.02], [sign * 0.12, level], [sign * 0.19, level + 0.06]])
        folds.append((smooth(root, 3), 0.55 * at[9], 0.022))
    for rise in (-0.09, 0.0, 0.08):  # crow's feet
        foot = upper[-1] + np.array([[sign * 0.06, 0.3 * rise], [sign * 0.22, 1.3 * rise]])
        folds.append((foot, 0.4 * at[6], 0.022))
    return folds


def _around_mouth(geometry: FaceGeometry, at: dict, side: int) -> list:
    sign = 1 if side else -1
    corner, wing = geometry.corners[side], geometry.nose[8 if side else 4]
    start = move(wing, sign * 0.1, -0.14)
    middle = move(0.5 * (start + corner), sign * 0.14, -0.03)
    cheek = smooth(np.array([start, middle, move(corner, sign * 0.11, -0.02)]), 5)
    depth = max(0.9 * at[12], at[10], 0.9 * at[9], 0.5 * at[20])
    dimple = corner + np.array([[sign * 0.05, -0.06], [sign * 0.07, 0.05]])
    droop = corner + np.array([[sign * 0.02, 0.0], [sign * 0.09, 0.12], [sign * 0.1, 0.2]])
    return [(cheek, 0.1 + 0.4 * depth, 0.045), (dimple, 0.75 * at[14], 0.05), (droop, 0.4 * at[15], 0.035)]
