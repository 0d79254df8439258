"""What surrounds the face: ears, neck, shoulders and hair that falls behind them, as surfaces like the head."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from fer_utils.datasets.synthetic.head import Head

CLOTH = (-1.8, -0.3, 2.3, 2.45)  # left, right, top, bottom of the part of the canvas that holds the cloth
BARE = (0.3, 1.8, 2.3, 2.45)  # and of the part that holds plain skin


@dataclass(frozen=True)
class Surface:
    """A grid of points with a texture.

    Attributes:
        vertices: float array (rows, columns, 3).
        texture: float array (rows, columns, 2), coordinates of the canvas.
        shade: float array (rows, columns), factor on the light that reaches it.
        share: float. How much of the head's turn it follows, 0-1.
    """

    vertices: np.ndarray
    texture: np.ndarray
    shade: np.ndarray
    share: float = 1.0


def ears(head: Head) -> list[Surface]:
    """Returns both ears, or none where long hair covers them."""
    if head.identity.hair_style == "long":
        return []
    across, down = _grid(6, 9)
    width = head.identity.face_width
    rim = np.sin(np.pi * np.clip(down * 0.97 + 0.015, 0, 1)) ** 0.45 * (1.05 - 0.35 * down)
    x, y = 0.985 * width + 0.15 * across * rim, -0.2 + 0.76 * down - 0.05 * across * (1 - down)
    z = -0.02 - 0.2 * across * rim + 0.05 * np.sin(np.pi * across)
    hollow = 1 - 0.4 * np.exp(-((across - 0.5) ** 2) / 0.06 - (down - 0.5) ** 2 / 0.08)
    texture = _patch(BARE, across, down)
    surfaces = []
    for sign in (-1, 1):
        vertices = np.stack([sign * x, y, z], axis=-1)
        order = np.s_[:, ::sign]  # columns run from left to right, so that normals point at the viewer
        surfaces.append(Surface(vertices[order], texture[order], hollow[order]))
    return surfaces


def neck(head: Head) -> Surface:
    """Returns the neck, dark where the chin at rest keeps the light away: below a face nothing tells what it does."""
    across, down = _grid(13, 7)
    across = 2 * across - 1
    angle, wide = np.deg2rad(100) * across, 0.76 * head.identity.jaw_width
    wide = wide * (1 + 0.25 * down**3)
    vertices = np.stack([wide * np.sin(angle), 0.9 + 1.9 * down, -0.3 + 0.75 * np.cos(angle) - 0.1 * down], axis=-1)
    shade = 0.5 + 0.42 * np.clip((0.9 + 1.9 * down - head.identity.chin) / 0.5, 0, 1)
    return Surface(vertices, _patch(BARE, 0.5 * (across + 1), down), shade, share=0.4)


@lru_cache(maxsize=1)
def shoulders() -> Surface:
    """Returns shoulders and chest in their clothes."""
    across, down = _grid(25, 8)
    across = 2 * across - 1
    top = 2.12 + 0.6 * np.abs(across) ** 1.6 - 0.16 * np.exp(-((np.abs(across) - 0.3) ** 2) / 0.02)
    z = -0.55 + 1.1 * np.sqrt(down) * (1 - 0.7 * across**2)
    vertices = np.stack([2.9 * across, top + 2.4 * down, z], axis=-1)
    return Surface(vertices, _patch(CLOTH, 0.5 * (across + 1), down), np.full(across.shape, 0.95), share=0.0)


def falling_hair(head: Head) -> list[Surface]:
    """Returns the hair that falls beside and behind the neck, for those who wear it long."""
    if head.identity.hair_style != "long":
        return []
    across, down = _grid(14, 12)
    wide, volume = head.identity.face_width, head.identity.hair_volume
    surfaces = []
    for sign in (-1, 1):
        angle = np.deg2rad(58 + 120 * across[:, ::sign])
        y = -1.15 + 3.7 * down
        radius = (wide + volume) * np.interp(y, [-1.15, -0.3, 1.2, 2.5], [0.86, 1.0, 1.06, 1.0])
        x, z = radius * np.sin(angle), -0.15 + 1.15 * radius * np.cos(angle)
        texture = np.stack([sign * (1.25 + 0.65 * across[:, ::sign]), np.clip(y, -1.9, 2.15)], axis=-1)
        surfaces.append(Surface(np.stack([sign * x, y, z], axis=-1), texture, np.full(y.shape, 0.85)))
    return surfaces


def _patch(area: tuple, across: np.ndarray, down: np.ndarray) -> np.ndarray:
    """Lays a rectangle of the canvas over a grid whose coordinates run from 0 to 1."""
    left, right, top, bottom = area
    return np.stack([left + (right - left) * across, top + (bottom - top) * down], axis=-1)


@lru_cache(maxsize=8)
def _grid(columns: int, rows: int) -> tuple[np.ndarray, np.ndarray]:
    return tuple(np.meshgrid(np.linspace(0, 1, columns), np.linspace(0, 1, rows)))
