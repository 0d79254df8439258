"""What stands before a face: glasses, and a hand, a scarf or hair that hides part of it."""

import numpy as np

from fer_utils.datasets.synthetic.camera import Camera
from fer_utils.datasets.synthetic.geometry import move, smooth
from fer_utils.datasets.synthetic.head import Head
from fer_utils.datasets.synthetic.imaging import Imaging
from fer_utils.datasets.synthetic.photograph import Photograph

FRAME = (0.07, 0.06, 0.06)


def paint_glasses(picture: Photograph, camera: Camera, head: Head) -> None:
    """Paints the glasses of somebody who wears them; they sit before the eyes and turn with the head."""
    if not head.identity.glasses:
        return
    square = head.identity.glasses == "square"
    turn = np.linspace(0, 2 * np.pi, 32)
    round_off = 0.55 if square else 1.0
    shape = np.stack([np.sign(np.cos(turn)) * np.abs(np.cos(turn)) ** round_off, np.sin(turn)], axis=1)
    shape[:, 1] = np.sign(shape[:, 1]) * np.abs(shape[:, 1]) ** round_off
    shape *= (0.37, 0.26) if square else (0.33, 0.31)
    half, width = 0.51 * head.identity.eye_distance, 0.045 * camera.unit
    plane = head.depth(np.array([half]), np.array([0.0]))[0] + 0.3
    for sign in (-1, 1):
        lens = camera.project(np.column_stack([move(shape, sign * half, 0.03), np.full(len(turn), plane)]))
        picture.paint(lens, (0.9, 0.95, 1.0), 0.06)
        picture.paint(np.concatenate([lens, lens[:1]]), FRAME, 0.92, width)
        outer = sign * (half + shape[:, 0].max())
        if sign * camera.rotation[0, 2] < 0.12:  # the temple on the far side is behind the head
            temple = np.array([[outer, -0.03, plane], [sign * 1.02 * head.identity.face_width, -0.08, 0.05]])
            picture.paint(camera.project(temple), FRAME, 0.9, width)
    inner = half - shape[:, 0].max()
    bridge = np.array([[-inner, -0.02, plane], [0, -0.07, plane + 0.03], [inner, -0.02, plane]])
    picture.paint(camera.project(bridge), FRAME, 0.92, width)


def paint_occlusion(picture: Photograph, camera: Camera, head: Head, imaging: Imaging) -> None:
    """Hides part of the face as `imaging.occlusion` says; where exactly, its seed decides."""
    if imaging.occlusion:
        rng = np.random.default_rng((imaging.seed, 1))
        {"hand": _hand, "scarf": _scarf, "hair": _lock}[imaging.occlusion](picture, camera, head, rng)


def _hand(picture: Photograph, camera: Camera, head: Head, rng: np.random.Generator) -> None:
    """A hand before mouth or cheek, fingers upward and inward."""
    side, skin, unit = rng.choice([-1, 1]), np.array(head.identity.skin), camera.unit
    angle = -side * np.deg2rad(rng.uniform(20, 55))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    tips = np.array([side * rng.uniform(-0.25, 0.3), rng.uniform(0.75, 1.05)])

    def placed(points):
        points = tips + move(np.asarray(points, float), 0, 1) @ turn
        return camera.project(np.column_stack([points, np.full(len(points), 1.8)]))

    arm = np.array([[-0.32, 0.15], [-0.4, -0.4], [0.4, -0.4], [0.32, 0.15], [0.25, 1.9], [-0.25, 1.9]])
    picture.paint(placed(smooth(arm, 4, closed=True)), 0.86 * skin, blur=0.02 * unit)
    for number, length in enumerate((0.56, 0.7, 0.66, 0.5)):
        x = -0.285 + 0.19 * number
        finger = placed([[x, -0.3], [x, -0.4 - length]])
        picture.paint(finger, 0.6 * skin, 1.0, 0.225 * unit, 0.02 * unit)
        picture.paint(finger, 0.93 * skin, 1.0, 0.195 * unit, 0.015 * unit)


def _scarf(picture: Photograph, camera: Camera, head: Head, rng: np.random.Generator) -> None:
    """A scarf from the tip of the nose, or from the lips, down to the neck."""
    top = head.geometry.nose[6, 1] + rng.uniform(-0.08, 0.4)
    across = np.linspace(-1, 1, 15)
    edge = np.column_stack([1.02 * head.identity.face_width * across, top - 0.22 * across**2])
    upper = head.lift(edge, 0.1)
    upper[:, 2] += 0.2 * np.exp(-((across / 0.3) ** 2))
    chin = 0.98 * head.identity.jaw_width * across, head.geometry.chin + 0.12 - 0.5 * np.abs(across) ** 2.5
    middle = np.column_stack([*chin, 1.2 - 0.8 * across**2])
    low = np.column_stack([1.15 * head.identity.jaw_width * across, np.full(15, 2.7), np.full(15, 0.9)])
    color = np.clip(rng.uniform(0.15, 0.75) + rng.uniform(-0.15, 0.15, 3), 0.05, 0.9)
    outline = camera.project(np.concatenate([upper, middle[-1:], low[::-1], middle[:1]]))
    picture.paint(outline, color, blur=0.015 * camera.unit)
    for share in (0.25, 0.5, 0.8, 1.15):
        fold = upper + share * (middle - upper) + (0, 0.05, 0) * np.sin(2.5 * across[:, None] + 9 * share)
        picture.paint(camera.project(fold), 0.6 * color, 0.6, 0.07 * camera.unit, 0.05 * camera.unit, within=outline)


def _lock(picture: Photograph, camera: Camera, head: Head, rng: np.random.Generator) -> None:
    """Hair that falls over one eye; on a bald head the end of a cloth."""
    side, reach = rng.choice([-1, 1]), rng.uniform(0.6, 0.95)
    bald = head.identity.hair_style == "bald"
    hair = np.array(head.identity.hair if not bald else (0.35, 0.33, 0.36))
    inner = [[-0.5, -1.55], [-0.15, -1.15], [0.12, -0.6], [0.3, 0.1], [0.62, reach]]
    outer = [[0.86, 0.6 * reach], [0.95, -0.1], [0.97, -0.8], [0.75, -1.4], [0.3, -1.65]]
    curve = smooth(np.array(inner + outer) * [side * head.identity.face_width, 1], 6, closed=True)
    lifted = head.lift(curve, 0.14)
    picture.paint(camera.project(lifted), 0.9 * hair, blur=0.015 * camera.unit)
    inner, outer = np.array(inner), np.array(outer[::-1])
    for share in (0.15, 0.32, 0.5, 0.68, 0.85):
        strand = smooth((inner + share * (outer - inner)) * [side * head.identity.face_width, 1], 6)
        tone = 1.4 * hair + 0.02 if share in (0.32, 0.68) else 0.6 * hair
        picture.paint(camera.project(head.lift(strand, 0.16)), tone, 0.5, 0.03 * camera.unit, 0.01 * camera.unit)
