"""What is painted on the head: skin, folds, eyes, mouth, brows, beard and hair, from the back to the front."""

import numpy as np

from fer_utils.datasets.synthetic.body import BARE, CLOTH
from fer_utils.datasets.synthetic.canvas import Canvas
from fer_utils.datasets.synthetic.features import paint_brows, paint_eyes, paint_mouth, paint_nose
from fer_utils.datasets.synthetic.folds import paint_folds
from fer_utils.datasets.synthetic.hair import paint_beard, paint_hair
from fer_utils.datasets.synthetic.head import Head

BLUSH = np.array([1.0, 0.86, 0.84])  # blood under the skin lets red pass


def paint_texture(canvas: Canvas, head: Head, clothes: tuple[float, float, float]) -> None:
    """Paints all that can be seen of a person, without light and shadow of the head's form.

    Args:
        canvas: `Canvas`, empty.
        head: `Head`.
        clothes: RGB in 0-1.
    """
    identity, geometry, units = head.identity, head.geometry, head.units
    skin = _skin(canvas, head)
    canvas.pixels[:] = skin
    paint_beard(canvas, identity, geometry)
    paint_folds(canvas, geometry, units)
    paint_nose(canvas, geometry, units)
    paint_eyes(canvas, identity, geometry)
    paint_mouth(canvas, identity, geometry, units)
    paint_brows(canvas, identity, geometry)
    paint_hair(canvas, identity)
    for area, tone in ((CLOTH, clothes), (BARE, 0.96 * np.array(identity.skin))):
        left, right, top, bottom = area[0] - 0.1, area[1] + 0.1, area[2] - 0.1, area[3] + 0.1
        canvas.fill(np.array([[left, top], [right, top], [right, bottom], [left, bottom]]), tone)


def _skin(canvas: Canvas, head: Head) -> np.ndarray:
    """Skin over the whole canvas: mottled, darker in hollows that little light reaches, redder on cheeks and nose."""
    identity, geometry, units = head.identity, head.geometry, head.units
    x, y = canvas.grid(36, 40)
    base, mouth = geometry.nose[6, 1], geometry.lip_edges[0][12, 1]
    low, half = geometry.lip_edges[3][12, 1], 0.5 * identity.eye_distance
    soft = [  # x, y, half width, half height, change
        (0, 0.35 * base, 0.07, 0.42 * base, 0.06),
        (0, 0.84 * base, 0.09, 0.08, 0.07),
        (0, low + 0.08, 0.24, 0.05, -0.14),
        (0, 0.5 * (base + mouth) + 0.02, 0.05, 0.1, -0.05),
    ]
    for side, sign in ((0, -1), (1, 1)):
        cheek = max(units[6][side], 0.8 * units[12][side])
        furrow = geometry.brows[side][0, 1]
        soft += [
            (sign * half, -0.16, 0.28, 0.09, -0.13),
            (sign * 0.2, -0.03, 0.08, 0.15, -0.13),
            (sign * 0.17, 0.5 * base, 0.06, 0.3 * base, -0.09),
            (sign * half, 0.17, 0.2, 0.06, -0.07 - 0.08 * units[6][side]),
            (sign * (half + 0.06), 0.48 - 0.12 * cheek, 0.26, 0.17, 0.02 + 0.06 * cheek),
            (sign * (half + 0.2), 0.95 - 0.06 * cheek, 0.2, 0.25, -0.05 - 0.05 * cheek),
            (sign * 0.07, furrow + 0.05, 0.07, 0.1, -0.15 * units[4][side]),
        ]
    field = np.ones_like(x)
    for center_x, center_y, wide, high, change in soft:
        field += np.float32(change) * np.exp(-(((x - center_x) / wide) ** 2) - ((y - center_y) / high) ** 2)
    field *= 1 + np.random.default_rng(identity.texture).normal(0, 0.012, x.shape).astype(np.float32)
    if not canvas.color:
        return canvas.tinted(field, identity.skin)
    blush = np.exp(-(((np.abs(x) - half - 0.05) / 0.26) ** 2) - ((y - 0.55) / 0.2) ** 2)
    blush += 0.6 * np.exp(-((x / 0.12) ** 2) - ((y - 0.85 * base) / 0.12) ** 2)
    return canvas.tinted(field[..., None] * (1 + 0.35 * blush[..., None] * (BLUSH - 1)), identity.skin)
