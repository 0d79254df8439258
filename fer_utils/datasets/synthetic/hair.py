"""Hair, beard and stubble: lasting marks of a person that say nothing of an emotion."""

import numpy as np

from fer_utils.datasets.synthetic.canvas import Canvas
from fer_utils.datasets.synthetic.geometry import FaceGeometry, move, smooth
from fer_utils.datasets.synthetic.identity import Identity

SIDES = {"short": -0.25, "parted": -0.1, "fringe": 0.1, "long": 0.3, "receding": -0.2}  # how far hair comes down


def _strands(canvas: Canvas, identity: Identity) -> np.ndarray:
    rng = np.random.default_rng(identity.texture + 1)
    noise = rng.standard_normal((10, 44)).astype(np.float32)
    return np.clip(identity.hair * (1 + 0.22 * canvas.spread(noise)) + 0.02, 0.02, 0.95)


def paint_hair_behind(canvas: Canvas, identity: Identity) -> None:
    """Paints the hair that lies behind the head and neck."""
    wide = identity.face_width + identity.hair_volume
    if identity.hair_style == "long":
        half = [[wide * 0.7, -1.6], [wide, -0.9], [wide * 1.08, 0.0], [wide * 1.1, 1.2], [wide * 1.0, 2.3], [0.3, 2.5]]
        half = np.array(half)
        curve = smooth(np.concatenate([half, half[::-1] * [-1, 1]]), 5, closed=True)
        canvas.fill(curve, 0.8 * _strands(canvas, identity), blur=0.02)


def paint_hair(canvas: Canvas, identity: Identity) -> None:
    """Paints the hair over skull, forehead and temples."""
    if identity.hair_style == "bald":
        return
    style, line = identity.hair_style, -identity.hairline
    wide, volume, low = identity.face_width, identity.hair_volume, SIDES[identity.hair_style]
    outer = [[1.0, low], [1.03, -0.5], [0.99, -1.05], [0.72, -1.55], [0.0, -1.78]]
    outer = np.array(outer) * [wide, 1] + volume * np.array([[0.15, 0], [0.6, 0], [0.8, -0.3], [0.7, -0.8], [0, -1]])
    left = {
        "short": [[0.0, line - 0.02], [0.5, line], [0.8, line + 0.18], [0.9, -0.6], [0.95, low]],
        "parted": [[0.0, line + 0.1], [0.4, line - 0.06], [0.75, line + 0.1], [0.9, -0.6], [0.94, low]],
        "fringe": [[0.0, -0.72], [0.45, -0.68], [0.78, -0.6], [0.88, -0.4], [0.93, low]],
        "long": [[0.0, line - 0.04], [0.4, line + 0.06], [0.76, line + 0.34], [0.9, -0.3], [0.97, low]],
        "receding": [[0.0, line - 0.12], [0.45, line - 0.38], [0.74, line - 0.05], [0.9, -0.6], [0.95, low]],
    }[style]
    left = np.array(left) * [wide, 1]
    right = left * [-1, 1]
    if style == "parted":  # the hair is combed from one side over to the other
        right = right + np.array([[0, 0], [0, 0.16], [0, 0.12], [0, 0], [0, 0]])
    outline = np.concatenate([outer, outer[-2::-1] * [-1, 1], right[::-1], left[1:]])
    curve = smooth(outline, 5, closed=True)
    canvas.darken(move(curve, 0, 0.06), 0.18, None, 0.05)  # shadow on the skin
    canvas.fill(curve, _strands(canvas, identity), blur=0.02)


def paint_beard(canvas: Canvas, identity: Identity, geometry: FaceGeometry) -> None:
    """Darkens cheeks, chin and upper lip where a beard grows."""
    if identity.beard:
        low, base = geometry.jaw[4:13], geometry.nose[6, 1]
        inner = [[0.8, 0.75], [0.58, base + 0.38], [0.4, base + 0.16], [0.0, base + 0.13]]
        inner = np.array(inner) * [identity.jaw_width / 0.86, 1]
        top = np.concatenate([inner, inner[-2::-1] * [-1, 1]])
        canvas.darken(np.concatenate([low, top]), identity.beard, None, 0.07)
