"""Hair, beard and stubble: lasting marks of a person that say nothing of an emotion."""

import cv2
import numpy as np

from fer_utils.datasets.synthetic.canvas import BOTTOM, LEFT, RIGHT, TOP, Canvas
from fer_utils.datasets.synthetic.geometry import FaceGeometry, move, smooth
from fer_utils.datasets.synthetic.identity import Identity

# Half a hairline as (share of the face's width, height), from the middle of the forehead to the nape.
HAIRLINES = {
    "short": [(0.0, -0.02), (0.5, 0.0), (0.8, 0.18), (0.9, 0.5), (0.97, 0.95), (1.03, 1.0), (1.07, 0.8), (1.2, 0.9)],
    "parted": [(0.0, 0.1), (0.4, -0.06), (0.75, 0.1), (0.9, 0.45), (0.97, 1.0), (1.03, 1.05), (1.07, 0.8), (1.2, 0.9)],
    "fringe": [(0.0, 0.42), (0.45, 0.46), (0.78, 0.52), (0.89, 0.7), (0.96, 1.2), (1.03, 1.2), (1.07, 0.9), (1.2, 0.9)],
    "long": [(0.0, -0.04), (0.4, 0.06), (0.76, 0.34), (0.88, 0.75), (0.92, 1.3), (0.93, 2.2), (0.95, 3.2), (1.2, 3.4)],
    "receding": [
        (0, -0.12),
        (0.45, -0.38),
        (0.74, -0.05),
        (0.9, 0.45),
        (0.97, 0.9),
        (1.03, 1.0),
        (1.07, 0.8),
        (1.2, 0.9),
    ],
}


def hair_outline(identity: Identity) -> np.ndarray | None:
    """Returns the closed curve of the hair on the canvas, (n, 2), or None for a bald head."""
    if identity.hair_style == "bald":
        return None
    line = np.array(HAIRLINES[identity.hair_style]) * [identity.face_width, 1] - [0, identity.hairline]
    other = line.copy()
    if identity.hair_style == "parted":  # the hair is combed from one side over to the other
        other[1:3, 1] += [0.16, 0.12]
    nape = 2.2 if identity.hair_style == "long" else 0.55
    edge = np.array([[RIGHT, nape], [RIGHT, TOP]])
    return np.concatenate([smooth(line, 5), edge, edge[::-1] * [-1, 1], smooth(other, 5)[::-1] * [-1, 1]])


def hair_volume(identity: Identity, texture: np.ndarray) -> np.ndarray:
    """Says how far the hair stands off the head.

    Args:
        identity: `Identity`.
        texture: float array (rows, columns, 2), points of the canvas.

    Returns:
        float array (rows, columns), in face coordinates.
    """
    outline = hair_outline(identity)
    if outline is None:
        return np.zeros(texture.shape[:2])
    coarse = 16.0  # pixels a unit: hair has a soft edge
    mask = np.zeros((int((BOTTOM - TOP) * coarse), int((RIGHT - LEFT) * coarse)), np.uint8)
    cv2.fillPoly(mask, [np.rint((outline - (LEFT, TOP)) * coarse).astype(np.int32)], 255)
    mask = cv2.GaussianBlur(mask, (0, 0), 1.2)
    at = ((texture - (LEFT, TOP)) * coarse - 0.5).astype(np.float32)
    thick = cv2.remap(mask, at[..., 0], at[..., 1], cv2.INTER_LINEAR) / 255
    return identity.hair_volume * thick * np.clip(0.45 - 0.5 * texture[..., 1], 0.35, 1)


def paint_hair(canvas: Canvas, identity: Identity) -> None:
    """Paints the hair over skull, forehead and temples."""
    outline = hair_outline(identity)
    if outline is None:
        return
    canvas.darken(move(outline, 0, 0.06), 0.2, None, 0.05)  # shadow on the skin
    noise = np.random.default_rng(identity.texture + 1).standard_normal((9, 70)).astype(np.float32)
    strands = np.clip(1 + 0.17 * noise, 0.3, 1.8)
    canvas.fill(outline, canvas.tinted(strands, identity.hair), blur=0.02)


def paint_beard(canvas: Canvas, identity: Identity, geometry: FaceGeometry) -> None:
    """Darkens cheeks, chin and upper lip where a beard grows."""
    if identity.beard:
        low, base = geometry.jaw[4:13], geometry.nose[6, 1]
        inner = [[0.8, 0.75], [0.58, base + 0.38], [0.4, base + 0.16], [0.0, base + 0.13]]
        inner = np.array(inner) * [identity.jaw_width / 0.86, 1]
        top = np.concatenate([inner, inner[-2::-1] * [-1, 1]])
        canvas.fill(np.concatenate([move(low, 0, 0.1), top]), 0.6 * np.array(identity.hair), identity.beard, blur=0.06)
