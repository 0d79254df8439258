"""How a face is photographed: pose, place in the picture, light, background, occlusion, blur, noise and compression."""

from dataclasses import dataclass

import numpy as np

from fer_utils.errors import ParameterError, nearest

OCCLUSIONS = ("", "hand", "scarf", "hair")
YAW, PITCH, ROLL = 35.0, 20.0, 15.0  # degrees; a head that turns further shows parts that are not drawn


@dataclass(frozen=True)
class Imaging:
    """What differs between two pictures of one face with one expression. Nothing here depends on the emotion.

    Attributes:
        yaw: float. Degrees in -35 to 35; positive turns the face to the right of the picture.
        pitch: float. Degrees in -20 to 20; positive lifts the chin.
        roll: float. Degrees in -15 to 15, clockwise in the picture.
        shift: (x, y) offset of the face as a fraction of the picture's shorter side.
        scale: float. Factor on the size of the face.
        light: (x, y) direction from which light comes, in -1 to 1; (0, -1) is from above.
        contrast: float. Share of directed light, 0 (flat) to 1.
        exposure: float. Factor on the luminance.
        background: float. Mean luminance of the background in 0-1.
        clothes: float. Luminance of the clothes in 0-1.
        occlusion: str. One of `OCCLUSIONS`; "" for none.
        color: bool. Whether the picture has three channels (RGB).
        blur: float. Standard deviation in pixels of a 48-pixel picture.
        noise: float. Standard deviation of sensor noise in gray levels.
        compression: int. JPEG quality 1 to 100 that the picture went through; 0 for none.
        seed: int. Seed of everything that lasts through a recording: background, clothes, place of an occlusion.
        frame: int. Number of the frame, so that noise differs within a recording.
    """

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    shift: tuple[float, float] = (0.0, 0.0)
    scale: float = 1.0
    light: tuple[float, float] = (-0.3, -0.5)
    contrast: float = 0.5
    exposure: float = 1.0
    background: float = 0.55
    clothes: float = 0.3
    occlusion: str = ""
    color: bool = False
    blur: float = 0.05
    noise: float = 0.0
    compression: int = 0
    seed: int = 0
    frame: int = 0

    def __post_init__(self):
        for name, limit in (("yaw", YAW), ("pitch", PITCH), ("roll", ROLL)):
            angle = getattr(self, name)
            if not -limit <= angle <= limit:
                raise ParameterError(f"{name}={angle!r}: a head can be drawn from {-limit:g} to {limit:g} degrees.")
        if self.occlusion not in OCCLUSIONS:
            raise ParameterError(
                f"occlusion={self.occlusion!r}; known are {list(OCCLUSIONS)}.{nearest(self.occlusion, OCCLUSIONS)}"
            )


@dataclass(frozen=True)
class Conditions:
    """Under which circumstances a dataset is recorded: from a laboratory to pictures from the web.

    Attributes:
        pose: float. 0 (all frontal) to 1 (the whole range that can be drawn is used).
        light: float. 0 (even) to 1 (hard, from all sides).
        occluded: float. Share of the pictures in which something covers part of the face.
        quality: float. 1 (sharp) to 0 (blurred, noisy and compressed).
        placement: float. Spread of place and size of the face in the picture; at 0 the head turns in one place, at 1 it
            strays by 2 % of the picture (standard deviation).
        color: bool. Whether pictures have three channels.
    """

    pose: float = 0.2
    light: float = 0.45
    occluded: float = 0.0
    quality: float = 0.6
    placement: float = 0.7
    color: bool = False


LABORATORY = Conditions(pose=0.12, light=0.25, occluded=0.0, quality=0.9)
WILD = Conditions(pose=0.6, light=0.9, occluded=0.08, quality=0.3, placement=1.3)


def sample_imaging(rng: np.random.Generator, conditions: Conditions | None = None) -> Imaging:
    """Draws the circumstances of one picture or recording.

    Args:
        rng: numpy Generator of the picture.
        conditions: `Conditions`; None for those of the embedded dataset.

    Returns:
        `Imaging`.
    """
    like = conditions or Conditions()
    yaw, pitch, roll = (
        float(np.clip(rng.normal(0, 0.5 * like.pose * limit), -limit, limit)) for limit in (YAW, PITCH, ROLL)
    )
    spread, rough = like.placement, 1 - like.quality
    covered = bool(rng.uniform() < like.occluded)
    occlusion = OCCLUSIONS[1 + int(rng.integers(len(OCCLUSIONS) - 1))]
    return Imaging(
        yaw=yaw,
        pitch=pitch,
        roll=roll,
        shift=tuple(np.clip(rng.normal(0, 0.018 * spread, 2), -0.06, 0.06).tolist()),
        scale=float(np.clip(rng.normal(1.0, 0.035 * spread), 0.88, 1.1)),
        light=(float(rng.uniform(-1.1, 1.1) * like.light), float(rng.uniform(-0.9, 0.2))),
        contrast=float(rng.uniform(0.15, 0.3 + 0.55 * like.light)),
        exposure=float(rng.uniform(0.8, 1.1)),
        background=float(rng.uniform(0.15, 0.9)),
        clothes=float(rng.uniform(0.08, 0.8)),
        occlusion=occlusion if covered else "",
        color=like.color,
        blur=float(rng.uniform(0.0, 0.9 * rough)),
        noise=float(rng.uniform(0.5, 1 + 8 * rough)),
        compression=int(rng.integers(45, 96)) if rng.uniform() < rough else 0,
        seed=int(rng.integers(2**31)),
    )
