"""The parts of a face that move: brows, eyes, nose and mouth."""

import numpy as np

from fer_utils.datasets.synthetic.canvas import Canvas
from fer_utils.datasets.synthetic.expression import both_sides
from fer_utils.datasets.synthetic.geometry import FaceGeometry, move, smooth
from fer_utils.datasets.synthetic.identity import Identity


def _between(upper: np.ndarray, lower: np.ndarray) -> np.ndarray:
    return np.concatenate([upper, lower[::-1]])


def _disk(center: np.ndarray, radius: float) -> np.ndarray:
    turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    return center + radius * np.stack([np.cos(turn), np.sin(turn)], axis=1)


def paint_brows(canvas: Canvas, identity: Identity, geometry: FaceGeometry) -> None:
    """Paints brows that are thick inside and taper outward."""
    thickness = identity.brow_thickness * np.array([0.85, 1.1, 1.0, 0.75, 0.2])
    tone = np.minimum(0.6 * np.array(identity.hair) + 0.02, 0.6 * np.array(identity.skin))
    for brow in geometry.brows:
        half = np.stack([np.zeros(5), thickness], axis=1)
        curve = _between(smooth(brow - 0.5 * half, 4), smooth(brow + 0.5 * half, 4))
        canvas.fill(curve, tone, 0.45, blur=0.035)
        canvas.fill(curve, tone, 0.75, blur=0.012)


def paint_eyes(canvas: Canvas, identity: Identity, geometry: FaceGeometry) -> None:
    """Paints sclera, iris, pupil, glint, lids and lashes."""
    skin = np.array(identity.skin)
    white = np.array([0.93, 0.91, 0.89]) * (0.75 + 0.25 * skin.mean())
    for side in (0, 1):
        upper, lower, pupil = geometry.upper_lids[side], geometry.lower_lids[side], geometry.pupils[side]
        eye = _between(upper, lower)
        canvas.fill(move(eye, 0, -0.01), 0.4 * skin, 0.3, blur=0.04)
        opening = canvas.mask(eye)
        canvas.fill(eye, white)
        canvas.fill(_disk(pupil, 0.105), identity.iris, within=opening)
        canvas.fill(_disk(pupil, 0.048), 0.02, within=opening)
        canvas.stroke(move(upper, 0, 0.02), 0.05, 0.15, 0.4, blur=0.015, within=opening)  # shadow of the lid
        canvas.fill(_disk(move(pupil, -0.035, -0.035), 0.024), 0.97, 0.9, within=opening)
        canvas.stroke(upper, 0.03, 0.06, 0.9, blur=0.006)
        canvas.darken(lower, 0.4, 0.018, 0.012)


def paint_nose(canvas: Canvas, geometry: FaceGeometry, units: dict) -> None:
    """Paints nostrils, wings and the shadow under the tip; the bridge is part of the skin's shading."""
    base = geometry.nose[4:]
    canvas.darken(smooth(move(base, 0, 0.02), 4), 0.22, 0.06, 0.04)
    for sign, wing in ((-1, base[0]), (1, base[4])):
        arc = wing + np.array([[0.0, -0.2], [0.09, -0.13], [0.1, -0.03], [0.03, 0.03]]) * [sign, 1]
        canvas.darken(smooth(arc, 4), 0.32 + 0.25 * both_sides(units[9]), 0.03, 0.018)
        nostril = [base[2, 0] + sign * 0.55 * abs(wing[0]), base[2, 1] - 0.025]
        canvas.darken(_disk(np.zeros(2), 1.0) * [0.065, 0.03] + nostril, 0.7, None, 0.015)


def paint_mouth(canvas: Canvas, identity: Identity, geometry: FaceGeometry, units: dict) -> None:
    """Paints lips, the opening, teeth and the shadow below."""
    outer, inner_up, inner_low, low = geometry.lip_edges
    gap, lip = inner_low[12, 1] - inner_up[12, 1], low[12, 1] - inner_low[12, 1]
    bared = float(max(both_sides(units[10]), both_sides(units[12]), 0.8 * both_sides(units[20]), both_sides(units[9])))
    canvas.darken(move(low[5:-5], 0, 0.05), 0.25 + 0.15 * both_sides(units[17]), 0.05, 0.04)
    skin = np.array(identity.skin)
    lips = identity.lip_tone * skin * [1.06, 0.8, 0.84]
    canvas.fill(_between(outer, inner_up), 0.9 * lips, 0.9, blur=0.012)
    canvas.fill(_between(inner_low, low), 1.08 * lips, 0.9, blur=0.012)
    canvas.fill(_between(move(inner_low, 0, 0.3 * lip), low)[8:-8], 0.9, 0.12, blur=0.02)
    if gap > 0.015:
        opening = _between(inner_up, inner_low)
        inside = canvas.mask(opening)
        enamel = np.array([0.95, 0.93, 0.88]) * (0.65 + 0.35 * skin.mean())
        canvas.fill(opening, [0.12, 0.04, 0.04])
        canvas.fill(
            _disk(np.zeros(2), 1.0) * (0.26, 0.12) + inner_low[12], [0.5, 0.2, 0.2], 0.8, blur=0.04, within=inside
        )  # tongue
        shown = min(0.11, 0.7 * gap) * min(1.0, 0.35 + 1.3 * bared)  # a jaw that drops leaves the teeth covered
        teeth = shown * np.clip(1.15 - np.abs(np.linspace(-1, 1, len(outer))) ** 3, 0, 1)
        canvas.fill(
            _between(move(inner_up, 0, -0.02), inner_up + np.stack([0 * teeth, teeth], 1)), enamel, 0.95, 0.008, inside
        )
        if gap > 0.1 and bared > 0.35:
            canvas.fill(
                _between(move(inner_low, 0, -0.05), move(inner_low, 0, 0.02)), 0.8 * enamel, 0.85, 0.012, inside
            )
        canvas.stroke(inner_low, 0.018, 0.15 * skin, 0.4, blur=0.012)
    canvas.stroke(inner_up, 0.022, 0.1 * skin, 0.75, blur=0.01)
    pressed = max(both_sides(units[24]), 0.7 * both_sides(units[23]))
    canvas.darken(move(outer[3:-3], 0, -0.02), 0.35 * pressed, 0.03, 0.02)
    for side, sign in ((0, -1), (1, 1)):
        canvas.darken(_disk(move(geometry.corners[side], sign * 0.015, 0), 0.035), 0.4, None, 0.02)
