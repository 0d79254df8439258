"""The parts of a face that move: brows, eyes, nose, mouth, and the wrinkles that movement makes."""

import numpy as np

from fer_utils.datasets.synthetic.canvas import Canvas
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
    tone = min(0.8 * identity.hair + 0.03, 0.75 * identity.skin)
    for brow in geometry.brows:
        half = np.stack([np.zeros(5), thickness], axis=1)
        curve = _between(smooth(brow - 0.5 * half, 4), smooth(brow + 0.5 * half, 4))
        canvas.fill(curve, tone, 0.45, blur=0.035)
        canvas.fill(curve, tone, 0.75, blur=0.012)


def paint_eyes(canvas: Canvas, identity: Identity, geometry: FaceGeometry, units: dict) -> None:
    """Paints sclera, iris, pupil, glint, lids and lashes."""
    white = np.float32(0.55 + 0.35 * identity.skin)
    opening = np.zeros_like(canvas.pixels)
    for side in (0, 1):
        upper, lower, pupil = geometry.upper_lids[side], geometry.lower_lids[side], geometry.pupils[side]
        eye = _between(upper, lower)
        canvas.fill(eye * [1.0, 1.25], 0.35 * identity.skin, 0.35, blur=0.04)
        window, mask = canvas.mask(eye)
        opening[window] = np.maximum(opening[window], mask)
        canvas.fill(eye, white)
        canvas.fill(_disk(pupil, 0.1), identity.iris, within=opening)
        canvas.stroke(_disk(pupil, 0.095), 0.02, 0.6 * identity.iris, within=opening)
        canvas.fill(_disk(pupil, 0.045), 0.02, within=opening)
        canvas.stroke(move(upper, 0, 0.03), 0.05, 0.12, 0.35, blur=0.02, within=opening)  # shadow of the lid
        canvas.fill(_disk(move(pupil, -0.035, -0.035), 0.022), 0.97, 0.9, within=opening)
        canvas.stroke(upper, 0.035, 0.06, 0.9, blur=0.008)
        canvas.darken(lower, 0.45, 0.02, 0.012)
        crease = upper[1:-1] - [0, 0.075 - 0.03 * units[5][side] + 0.03 * units[43][side]]
        canvas.darken(crease, 0.4, 0.02, 0.015)


def paint_nose(canvas: Canvas, geometry: FaceGeometry, units: dict) -> None:
    """Paints nostrils, wings and the shadow under the tip; the bridge is part of the skin's shading."""
    base = geometry.nose[4:]
    canvas.darken(smooth(move(base, 0, 0.02), 4), 0.35, 0.06, 0.04)
    for sign, wing in ((-1, base[0]), (1, base[4])):
        arc = wing + np.array([[0.0, -0.2], [0.09, -0.13], [0.1, -0.03], [0.03, 0.03]]) * [sign, 1]
        canvas.darken(smooth(arc, 4), 0.38 + 0.25 * units[9].mean(), 0.03, 0.018)
        nostril = [base[2, 0] + sign * 0.55 * abs(wing[0]), base[2, 1] - 0.025]
        canvas.darken(_disk(np.zeros(2), 1.0) * [0.065, 0.03] + nostril, 0.7, None, 0.015)


def paint_wrinkles(canvas: Canvas, identity: Identity, geometry: FaceGeometry, units: dict) -> None:
    """Darkens the folds that action units press into the skin."""
    base = geometry.nose[6, 1]
    raised = np.minimum(units[1], units[2] + 0.3)
    for level, bend in ((-0.62, 0.05), (-0.74, 0.06), (-0.86, 0.06)):
        wave = np.linspace(-0.62, 0.62, 9)
        line = np.stack([wave, level - bend * np.cos(wave * 4) * (1 - 0.6 * units[2].mean())], axis=1)
        canvas.darken(line, 0.3 * raised.mean() * (units[1].mean() > 0.1), 0.03, 0.022)
    for side, sign in ((0, -1), (1, 1)):
        brow = geometry.brows[side][0]
        canvas.darken(
            np.array([[sign * 0.09, brow[1] - 0.12], [sign * 0.075, brow[1] + 0.12]]), 0.5 * units[4][side], 0.03, 0.018
        )
        for level in (0.02, 0.1, 0.18):  # the nose wrinkles across its root
            line = np.array([[sign * 0.03, level], [sign * 0.13, level - 0.03], [sign * 0.2, level + 0.02]])
            canvas.darken(line, 0.5 * units[9][side], 0.025, 0.015)
        corner, wing = geometry.corners[side], geometry.nose[4 if side == 0 else 8]
        fold = max(0.9 * units[12][side], units[10][side], 0.9 * units[9][side], 0.5 * units[20][side])
        start = move(wing, sign * 0.1, -0.14)
        curve = [start, move(0.5 * (start + corner), sign * 0.14, -0.03), move(corner, sign * 0.11, -0.02)]
        canvas.darken(smooth(np.array(curve), 5), 0.12 + 0.42 * fold, 0.04, 0.028)
        pouch = move(geometry.lower_lids[side], 0, 0.08)
        canvas.darken(pouch[2:-1], 0.1 + 0.3 * max(units[6][side], 0.8 * units[7][side]), 0.03, 0.02)
        outer = geometry.upper_lids[side][-1]
        for rise in (-0.09, 0.0, 0.08):  # crow's feet
            foot = np.array([move(outer, sign * 0.06, 0.3 * rise), move(outer, sign * 0.22, 1.3 * rise)])
            canvas.darken(foot, 0.4 * units[6][side], 0.022, 0.012)
        canvas.darken(
            corner + np.array([[sign * 0.05, -0.05], [sign * 0.07, 0.05]]), 0.6 * units[14][side], 0.035, 0.018
        )
        droop = corner + np.array([[sign * 0.02, 0.0], [sign * 0.09, 0.12], [sign * 0.1, 0.2]])
        canvas.darken(droop, 0.45 * units[15][side], 0.03, 0.02)
    boss = np.array([[-0.17, geometry.chin - 0.3], [0, geometry.chin - 0.36], [0.17, geometry.chin - 0.3]])
    canvas.darken(smooth(boss, 4), 0.4 * units[17].mean(), 0.05, 0.03)
    canvas.darken(np.array([[0, base + 0.06], [0, base + 0.2]]), 0.1, 0.05, 0.03)


def paint_mouth(canvas: Canvas, identity: Identity, geometry: FaceGeometry, units: dict, skin: np.ndarray) -> None:
    """Paints lips, the opening, teeth and the shadow below."""
    outer, inner_up, inner_low, low = geometry.lip_edges
    canvas.darken(move(low[5:-5], 0, 0.05), 0.25 + 0.15 * units[17].mean(), 0.05, 0.04)
    canvas.fill(_between(outer, inner_up), skin * (identity.lip_tone * 0.9), 0.9, blur=0.012)
    canvas.fill(_between(inner_low, low), skin * identity.lip_tone * 1.08, 0.9, blur=0.012)
    canvas.fill(_between(move(inner_low, 0, 0.3 * (low[12, 1] - inner_low[12, 1])), low)[8:-8], 0.9, 0.12, blur=0.02)
    gap = inner_low[12, 1] - inner_up[12, 1]
    opening = _between(inner_up, inner_low)
    if gap > 0.015:
        inside = np.zeros_like(canvas.pixels)
        window, mask = canvas.mask(opening)
        inside[window] = mask
        canvas.fill(opening, 0.07)
        canvas.fill(
            _disk(np.zeros(2), 1.0) * [0.26, 0.12] + inner_low[12], 0.24, 0.8, blur=0.04, within=inside
        )  # tongue
        teeth = min(0.13, 0.85 * gap) + 0.35 * np.maximum(0, outer[:, 1] - outer[12, 1])
        shown = 0.93 * inner_up * [0.93, 1] / 0.93
        canvas.fill(_between(move(shown, 0, -0.02), shown + np.stack([0 * teeth, teeth], 1)), 0.86, 0.92, 0.01, inside)
        if gap > 0.1 and units[20].mean() + units[10].mean() > 0.3:  # stretched lips bare the lower teeth too
            canvas.fill(_between(move(inner_low, 0, -0.06), move(inner_low, 0, 0.02)), 0.72, 0.9, 0.012, inside)
    canvas.stroke(inner_up, 0.022, 0.1 * identity.skin, 0.75, blur=0.01)
    if gap > 0.015:
        canvas.stroke(inner_low, 0.018, 0.15 * identity.skin, 0.5, blur=0.012)
    pressed = max(units[24].mean(), 0.7 * units[23].mean())
    canvas.darken(move(outer[3:-3], 0, -0.02), 0.35 * pressed, 0.03, 0.02)
    for side, sign in ((0, -1), (1, 1)):
        canvas.darken(_disk(move(geometry.corners[side], sign * 0.015, 0), 0.035), 0.45, None, 0.02)
