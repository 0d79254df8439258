"""How a face is photographed: place in the picture, light, background, blur and noise."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Imaging:
    """What differs between two pictures of one face with one expression. Nothing here depends on the emotion.

    Attributes:
        shift: (x, y) offset of the face as a fraction of the picture.
        scale: float. Factor on the size of the face.
        roll: float. Degrees, clockwise in the picture.
        light: (x, y) direction from which light comes, in -1 to 1; (0, -1) is from above.
        contrast: float. Share of directed light, 0 (flat) to 1.
        exposure: float. Factor on the luminance.
        blur: float. Standard deviation in pixels of a 48-pixel picture.
        noise: float. Standard deviation of sensor noise in gray levels.
        background: float. Mean luminance of the background in 0-1.
        clothes: float. Luminance of the clothes in 0-1.
        seed: int. Seed of the background's pattern and of the noise.
    """

    shift: tuple[float, float] = (0.0, 0.0)
    scale: float = 1.0
    roll: float = 0.0
    light: tuple[float, float] = (-0.3, -0.5)
    contrast: float = 0.5
    exposure: float = 1.0
    blur: float = 0.05
    noise: float = 0.0
    background: float = 0.55
    clothes: float = 0.3
    seed: int = 0


def sample_imaging(rng: np.random.Generator) -> Imaging:
    """Draws the circumstances of one picture.

    Args:
        rng: numpy Generator of the image.

    Returns:
        `Imaging`.
    """
    return Imaging(
        shift=tuple(np.clip(rng.normal(0, 0.018, 2), -0.04, 0.04)),
        scale=float(np.clip(rng.normal(1.0, 0.035), 0.92, 1.07)),
        roll=float(np.clip(rng.normal(0, 3.5), -9, 9)),
        light=(float(rng.uniform(-0.9, 0.9)), float(rng.uniform(-0.8, 0.1))),
        contrast=float(rng.uniform(0.2, 0.75)),
        exposure=float(rng.uniform(0.8, 1.1)),
        blur=float(rng.uniform(0.0, 0.4)),
        noise=float(rng.uniform(1, 4)),
        background=float(rng.uniform(0.15, 0.9)),
        clothes=float(rng.uniform(0.08, 0.8)),
        seed=int(rng.integers(2**31)),
    )
