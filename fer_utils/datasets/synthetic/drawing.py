"""Draws one face: skin, hair, brows, eyes, nose and mouth, from the back to the front."""

from collections.abc import Mapping

import cv2
import numpy as np

from fer_utils.datasets.synthetic.canvas import Canvas
from fer_utils.datasets.synthetic.expression import checked_action_units
from fer_utils.datasets.synthetic.features import paint_brows, paint_eyes, paint_mouth, paint_nose
from fer_utils.datasets.synthetic.folds import paint_folds
from fer_utils.datasets.synthetic.geometry import FaceGeometry, build_geometry, move, smooth
from fer_utils.datasets.synthetic.hair import paint_beard, paint_hair, paint_hair_behind
from fer_utils.datasets.synthetic.identity import Identity
from fer_utils.datasets.synthetic.imaging import Imaging
from fer_utils.errors import ParameterError

SMALLEST, LARGEST = 24, 1024


def draw_face(
    identity: Identity, action_units: Mapping | None = None, size: int = 224, imaging: Imaging | None = None
) -> np.ndarray:
    """Draws one face.

    Args:
        identity: `Identity`. Who it is.
        action_units: mapping. FACS action unit -> intensity 0-5, or (right, left) of the subject; None for a face at
            rest.
        size: int. Width and height in pixels, 24 to 1024.
        imaging: `Imaging`; None for a well-lit frontal picture.

    Returns:
        uint8 array (size, size), gray. The same arguments give the same bytes.

    Raises:
        ParameterError: for an unknown action unit, an intensity outside 0-5 or an impossible size.
    """
    return render_face(identity, action_units or {}, size, imaging or Imaging())[0]


def landmarks_of(
    identity: Identity, action_units: Mapping | None = None, size: int = 224, imaging: Imaging | None = None
) -> np.ndarray:
    """Computes where the 68 iBUG landmarks of a drawn face lie; takes what `draw_face` takes.

    Returns:
        float array (68, 2). x and y in pixels; the center of the first pixel is (0, 0).
    """
    check_size(size)
    geometry = build_geometry(identity, checked_action_units(action_units or {}))
    canvas = Canvas(size, imaging or Imaging())
    return canvas.place(geometry.landmarks()) / canvas.factor - 0.5


def render_face(
    identity: Identity, action_units: Mapping, size: int, imaging: Imaging
) -> tuple[np.ndarray, np.ndarray]:
    """Draws a face and says where its landmarks lie; `draw_face` and `landmarks_of` in one."""
    check_size(size)
    units = checked_action_units(action_units)
    rng = np.random.default_rng((imaging.seed, imaging.frame))
    geometry = build_geometry(identity, units)
    canvas = Canvas(size, imaging)
    _paint_background(canvas, imaging, rng)
    skin = _skin(canvas, identity, geometry, units, imaging)
    paint_hair_behind(canvas, identity)
    _paint_neck(canvas, identity, geometry, skin, imaging)
    _paint_head(canvas, identity, geometry, skin)
    paint_beard(canvas, identity, geometry)
    paint_folds(canvas, geometry, units)
    paint_nose(canvas, geometry, units)
    paint_eyes(canvas, identity, geometry, units)
    paint_mouth(canvas, identity, geometry, units, skin)
    paint_brows(canvas, identity, geometry)
    paint_hair(canvas, identity)
    return canvas.finish(imaging, rng), canvas.place(geometry.landmarks()) / canvas.factor - 0.5


def check_size(size: int) -> None:
    """Raises `ParameterError` where a picture of this size cannot show a face."""
    if not isinstance(size, int | np.integer) or not SMALLEST <= size <= LARGEST:
        raise ParameterError(f"size={size!r}: a face can be drawn with {SMALLEST} to {LARGEST} pixels (whole number).")


def _paint_background(canvas: Canvas, imaging: Imaging, rng: np.random.Generator) -> None:
    coarse = imaging.background + 0.12 * rng.standard_normal((4, 4), dtype=np.float32)
    canvas.pixels[:] = np.clip(cv2.resize(coarse, canvas.pixels.shape, interpolation=cv2.INTER_CUBIC), 0.02, 0.98)


def _skin(canvas: Canvas, identity: Identity, geometry: FaceGeometry, units: dict, imaging: Imaging) -> np.ndarray:
    """Luminance of lit skin over the whole canvas: a rounded head with soft hollows and bulges."""
    x, y = canvas.grid(40)
    across = x / (1.25 * identity.face_width)
    down = (y - 0.2) / 2.1
    toward = np.sqrt(np.clip(1 - across**2 - down**2, 0.02, 1))
    direction = np.array([*imaging.light, 1.0]) / np.linalg.norm([*imaging.light, 1.0])
    lambert = direction[0] * across + direction[1] * down + direction[2] * toward
    field = 1 - imaging.contrast + imaging.contrast * 1.25 * np.clip(lambert, 0.0, 1)
    field *= 0.72 + 0.28 * toward  # skin darkens where it turns away

    base, mouth, chin = geometry.nose[6, 1], geometry.lip_edges[0][12, 1], geometry.chin
    low = geometry.lip_edges[3][12, 1]
    half = 0.5 * identity.eye_distance
    toward_light = imaging.contrast * imaging.light[0]
    soft = [  # x, y, half width, half height, change
        (0, -0.75, 0.5, 0.28, 0.07),
        (0, 0.35 * base, 0.07, 0.42 * base, 0.14),
        (0, 0.86 * base, 0.1, 0.09, 0.14),
        (0, chin - 0.14, 0.18, 0.1, 0.07),
        (0, low + 0.08, 0.24, 0.05, -0.2),
        (0, 0.5 * (base + mouth) + 0.02, 0.05, 0.1, -0.06),
    ]
    for side, sign in ((0, -1), (1, 1)):
        lit = 0.1 * sign * toward_light
        cheek = max(units[6][side], 0.8 * units[12][side])
        furrow = geometry.brows[side][0, 1]
        soft += [
            (sign * half, -0.17, 0.3, 0.1, -0.16),
            (sign * 0.2, -0.03, 0.09, 0.16, -0.2 + lit),
            (sign * 0.17, 0.5 * base, 0.07, 0.3 * base, -0.13 + 2 * lit),
            (sign * half, 0.17, 0.22, 0.06, -0.08 - 0.1 * units[6][side]),
            (sign * (half + 0.06), 0.48 - 0.12 * cheek, 0.26, 0.17, 0.06 + 0.13 * cheek),
            (sign * (half + 0.2), 0.95 - 0.06 * cheek, 0.2, 0.25, -0.08 - 0.08 * cheek),
            (sign * 0.07, furrow + 0.05, 0.07, 0.1, -0.18 * units[4][side]),
        ]
    for center_x, center_y, wide, high, change in soft:
        field += change * np.exp(-(((x - center_x) / wide) ** 2 + ((y - center_y) / high) ** 2))
    mottled = np.random.default_rng(identity.texture).normal(0, 0.015, (14, 14)).astype(np.float32)
    return np.clip(canvas.spread(field) * identity.skin, 0.03, 0.99) * (1 + canvas.spread(mottled))


def _paint_neck(canvas: Canvas, identity: Identity, geometry: FaceGeometry, skin: np.ndarray, imaging: Imaging) -> None:
    wide = identity.jaw_width * 0.82
    shoulders = np.array([[-2.6, 3.2], [-2.4, 2.45], [-wide, 1.98], [wide, 1.98], [2.4, 2.45], [2.6, 3.2]])
    neck = np.array([[-wide, 1.2], [-wide, 2.05], [0, 2.5], [wide, 2.05], [wide, 1.2]])
    canvas.fill(shoulders, imaging.clothes)
    canvas.fill(neck, identity.skin * 0.6)
    canvas.darken(move(geometry.jaw, 0, 0.07), 0.35, None, 0.08)
    for sign in (-1, 1):
        ear = [[0.96, -0.2], [1.1, -0.25], [1.15, 0.0], [1.1, 0.4], [1.02, 0.55], [0.93, 0.4]]
        ear = smooth(np.array(ear) * [sign * identity.face_width, 1], 4, closed=True)
        canvas.fill(ear, skin)
        canvas.darken(ear * [0.985, 0.8], 0.22, 0.05, 0.03)


def _paint_head(canvas: Canvas, identity: Identity, geometry: FaceGeometry, skin: np.ndarray) -> None:
    wide = identity.face_width
    half = np.array([[wide * 0.985, -0.5], [wide * 0.93, -1.0], [wide * 0.68, -1.5]])
    skull = np.concatenate([half, [[0, -1.74]], half[::-1] * [-1, 1]])
    outline = smooth(np.concatenate([geometry.jaw, skull]), 4, closed=True)
    canvas.fill(outline, skin, blur=0.008)
    canvas.darken(geometry.jaw, 0.22, 0.1, 0.06)
