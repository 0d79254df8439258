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
        picture.paint(picture.mask(lens), (0.9, 0.95, 1.0), 0.06)
        picture.paint(picture.mask(lens, width), FRAME, 0.92)
        outer = sign * (half + shape[:, 0].max())
        if sign * camera.rotation[0, 2] < 0.12:  # the temple on the far side is behind the head
            temple = np.array([[outer, -0.03, plane], [sign * 1.02 * head.identity.face_width, -0.08, 0.05]])
            picture.paint(picture.mask(camera.project(temple), width), FRAME, 0.9)
    inner = half - shape[:, 0].max()
    bridge = np.array([[-inner, -0.02, plane], [0, -0.07, plane + 0.03], [inner, -0.02, plane]])
    picture.paint(picture.mask(camera.project(bridge), width), FRAME, 0.92)


def paint_occlusion(picture: Photograph, camera: Camera, head: Head, imaging: Imaging) -> None:
    """Hides part of the face as `imaging.occlusion` says; where exactly, its seed decides."""
    if imaging.occlusion:
        rng = np.random.default_rng((imaging.seed, 1))
        {"hand": _hand, "scarf": _scarf, "hair": _lock}[imaging.occlusion](picture, camera, head, rng)


def _hand(picture: Photograph, camera: Camera, head: Head, rng: np.random.Generator) -> None:
    """A hand before mouth or cheek, fingers upward and inward."""
    side, skin = rng.choice([-1, 1]), np.array(head.identity.skin)
    angle = side * np.deg2rad(rng.uniform(15, 50))
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    wrist = np.array([side * rng.uniform(0.35, 0.65), rng.uniform(1.75, 2.0)])

    def placed(points):
        points = wrist + np.asarray(points, float) @ turn.T * (1, 1)
        return camera.project(np.column_stack([points, np.full(len(points), 1.75)]))

    arm = smooth(
        np.array([[-0.28, 0.1], [-0.33, -0.35], [0.33, -0.35], [0.28, 0.1], [0.24, 1.6], [-0.24, 1.6]]), 4, True
    )
    picture.paint(picture.mask(placed(arm), None, 0.02 * camera.unit), 0.85 * skin)
    for number, length in enumerate((0.62, 0.76, 0.72, 0.54)):
        x = -0.26 + 0.175 * number
        finger = placed([[x, -0.3], [1.1 * x, -0.35 - length]])
        picture.paint(picture.mask(finger, 0.205 * camera.unit, 0.02 * camera.unit), 0.55 * skin)
        picture.paint(picture.mask(finger, 0.165 * camera.unit, 0.015 * camera.unit), 0.92 * skin)


def _scarf(picture: Photograph, camera: Camera, head: Head, rng: np.random.Generator) -> None:
    """A scarf from the tip of the nose, or from the lips, down to the neck."""
    top = head.geometry.nose[6, 1] + rng.uniform(-0.08, 0.45)
    across = np.linspace(-1, 1, 15)
    edge = np.column_stack([1.03 * head.identity.face_width * across, top - 0.18 * across**2])
    upper = head.lift(edge, 0.12)
    upper[:, 2] += 0.25 * np.exp(-((across / 0.3) ** 2))
    low = np.column_stack([1.05 * head.identity.jaw_width * across[::-1], np.full(15, 2.6), np.full(15, 0.9)])
    color = rng.uniform(0.1, 0.85, 3)
    cloth = picture.mask(camera.project(np.concatenate([upper, low])), None, 0.015 * camera.unit)
    picture.paint(cloth, color)
    for share in (0.2, 0.42, 0.64):
        fold = upper + share * (low[::-1] - upper) + (0, 0.06, 0) * np.sin(4 * across[:, None] + 9 * share)
        picture.paint(
            picture.mask(camera.project(fold), 0.05 * camera.unit, 0.03 * camera.unit) * cloth, 0.6 * color, 0.7
        )


def _lock(picture: Photograph, camera: Camera, head: Head, rng: np.random.Generator) -> None:
    """Hair that falls over one eye."""
    side = rng.choice([-1, 1])
    reach = rng.uniform(0.55, 0.95)
    line = np.array(
        [[0.1, -1.55], [0.05, -0.9], [0.2, -0.1], [0.5, reach], [0.95, reach + 0.1], [1.05, -0.6], [0.75, -1.5]]
    )
    curve = smooth(line * [side, 1], 6, closed=True)
    lifted = head.lift(curve, 0.16)
    hair = np.array(head.identity.hair)
    picture.paint(picture.mask(camera.project(lifted), None, 0.02 * camera.unit), 0.9 * hair)
    for share in (0.2, 0.4, 0.6, 0.8):
        strand = np.array([[0.1 + 0.6 * share, -1.5], [0.07 + 0.85 * share, -0.7], [0.25 + 0.6 * share, 0.8 * reach]])
        raised = head.lift(smooth(strand * [side, 1], 6), 0.18)
        picture.paint(picture.mask(camera.project(raised), 0.03 * camera.unit), 1.35 * hair + 0.02, 0.5)
