"""Draws one face: a painted head in space, lit, photographed, and what stands before and behind it."""

from collections.abc import Mapping

import numpy as np

from fer_utils.datasets.synthetic.body import Surface, ears, falling_hair, neck, shoulders
from fer_utils.datasets.synthetic.camera import Camera
from fer_utils.datasets.synthetic.canvas import Canvas
from fer_utils.datasets.synthetic.covers import paint_glasses, paint_occlusion
from fer_utils.datasets.synthetic.expression import checked_action_units
from fer_utils.datasets.synthetic.geometry import build_geometry
from fer_utils.datasets.synthetic.hair import hair_volume
from fer_utils.datasets.synthetic.head import Head, normals, triangles
from fer_utils.datasets.synthetic.identity import Identity
from fer_utils.datasets.synthetic.imaging import Imaging
from fer_utils.datasets.synthetic.photograph import Photograph
from fer_utils.datasets.synthetic.texture import paint_texture
from fer_utils.errors import ParameterError

SMALLEST, LARGEST = 48, 1024
Size = int | tuple[int, int]


def draw_face(
    identity: Identity, action_units: Mapping | None = None, size: Size = 224, imaging: Imaging | None = None
) -> np.ndarray:
    """Draws one face.

    Args:
        identity: `Identity`. Who it is.
        action_units: mapping. FACS action unit -> intensity 0-5, or (right, left) of the subject; None for a face at
            rest.
        size: int. Width and height in pixels, or a pair (height, width); 48 to 1024.
        imaging: `Imaging`; None for a well-lit frontal picture.

    Returns:
        uint8 array (height, width) of gray levels, or (height, width, 3) RGB where `imaging.color`. The same arguments
        give the same bytes.

    Raises:
        ParameterError: for an unknown action unit, an intensity outside 0-5 or an impossible size.
    """
    return render_face(identity, action_units or {}, size, imaging or Imaging())[0]


def landmarks_of(
    identity: Identity, action_units: Mapping | None = None, size: Size = 224, imaging: Imaging | None = None
) -> np.ndarray:
    """Computes where the 68 iBUG landmarks of a drawn face lie; takes what `draw_face` takes.

    Returns:
        float array (68, 2). x and y in pixels; the center of the first pixel is (0, 0).
    """
    units = checked_action_units(action_units or {})
    head = Head(identity, build_geometry(identity, units), units)
    return _landmarks(head, Camera(check_size(size), imaging or Imaging()))


def render_face(
    identity: Identity, action_units: Mapping, size: Size, imaging: Imaging
) -> tuple[np.ndarray, np.ndarray]:
    """Draws a face and says where its landmarks lie; `draw_face` and `landmarks_of` in one."""
    shape = check_size(size)
    units = checked_action_units(action_units)
    head = Head(identity, build_geometry(identity, units), units)
    camera = Camera(shape, imaging)
    picture = Photograph(shape, imaging)
    canvas = Canvas(camera.unit * picture.factor, imaging.color)
    paint_texture(canvas, head, picture.clothes)
    _show(picture, camera, canvas, head, imaging)
    paint_glasses(picture, camera, head)
    paint_occlusion(picture, camera, head, imaging)
    return picture.develop(), _landmarks(head, camera)


def check_size(size: Size) -> tuple[int, int]:
    """Returns (height, width), or raises `ParameterError` where a picture of this size cannot show a face."""
    sides = tuple(size) if isinstance(size, tuple | list) else (size, size)
    whole = all(isinstance(side, int | np.integer) and not isinstance(side, bool) for side in sides)
    if len(sides) != 2 or not whole or not all(SMALLEST <= side <= LARGEST for side in sides):
        raise ParameterError(
            f"size={size!r}: expected {SMALLEST} to {LARGEST} pixels (whole number, or a pair: height, width)."
        )
    return int(sides[0]), int(sides[1])


def _landmarks(head: Head, camera: Camera) -> np.ndarray:
    points = head.lift(head.geometry.landmarks())
    points[:17] = head.contour(camera)
    return camera.project(points) - 0.5


def _show(picture: Photograph, camera: Camera, canvas: Canvas, head: Head, imaging: Imaging) -> None:
    """Lays the painted canvas over the surfaces of the person and lights them."""
    points, corners, outward, texture, shade, first = [], [], [], [], [], 0
    for surface in (_skull(head, picture), *ears(head), neck(head), shoulders(), *falling_hair(head)):
        rows, columns = surface.shade.shape
        vertices = camera.turned(surface.vertices.reshape(-1, 3), surface.share)
        points.append(vertices)
        outward.append(normals(vertices.reshape(rows, columns, 3)).reshape(-1, 3))
        corners.append(triangles(rows, columns) + first)
        texture.append(surface.texture.reshape(-1, 2))
        shade.append(surface.shade.ravel())
        first += rows * columns
    light = np.concatenate(shade) * _light(np.concatenate(outward), imaging)
    values = np.column_stack([canvas.place(np.concatenate(texture)), light])
    scale = np.array([canvas.shape[1], canvas.shape[0], 2.0])  # the rasterizer wants values in 0-1; light is below 2
    seen, covered = camera.rasterize(
        np.concatenate(points), np.concatenate(corners), values / scale, picture.shape, picture.factor
    )
    picture.lay(canvas, seen * scale.astype(np.float32), covered)


def _skull(head: Head, picture: Photograph) -> Surface:
    vertices, texture = head.mesh(36 if max(picture.shape) < 200 else 64)
    away = vertices - (0.0, 0.2, 0.0)
    away /= np.linalg.norm(away, axis=-1, keepdims=True)
    vertices = vertices + hair_volume(head.identity, texture)[..., None] * away
    return Surface(vertices, texture, np.ones(texture.shape[:2]))


def _light(normal: np.ndarray, imaging: Imaging) -> np.ndarray:
    """Light that reaches a surface: even light from everywhere, and directed light that bends a little round edges."""
    direction = np.array([*imaging.light, 1.0]) / np.linalg.norm([*imaging.light, 1.0])
    directed = 1.25 * np.clip((normal @ direction + 0.2) / 1.2, 0, 1)
    even = 0.72 + 0.28 * np.clip(normal[..., 2], 0, 1)  # skin darkens where it turns away
    return np.clip((1 - imaging.contrast + imaging.contrast * directed) * even, 0, 1.9)
