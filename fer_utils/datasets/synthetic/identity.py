"""Who a synthetic face belongs to: everything that stays the same in all images of one subject."""

from dataclasses import dataclass

import numpy as np

SKIN_GROUPS = 6  # from light to dark, as the Fitzpatrick scale has
SKIN_COLORS = (  # RGB in 0-1
    (0.88, 0.75, 0.67),
    (0.85, 0.68, 0.58),
    (0.80, 0.61, 0.47),
    (0.70, 0.51, 0.38),
    (0.58, 0.41, 0.30),
    (0.46, 0.32, 0.24),
)
HAIR_COLORS = ((0.09, 0.08, 0.08), (0.19, 0.13, 0.10), (0.33, 0.22, 0.14), (0.70, 0.56, 0.36), (0.48, 0.25, 0.13))
GRAY_HAIR = (0.62, 0.61, 0.60)
IRIS_COLORS = ((0.17, 0.10, 0.06), (0.30, 0.19, 0.10), (0.36, 0.42, 0.26), (0.36, 0.50, 0.62))
HAIR_STYLES = ("short", "parted", "fringe", "long", "receding", "bald")
GLASSES = ("", "round", "square")


@dataclass(frozen=True)
class Identity:
    """The lasting features of a face. Lengths are in average distances between the pupils (about 63 mm).

    Attributes:
        skin_group: int. 0 (lightest) to 5 (darkest).
        skin: tuple. RGB of the skin in 0-1.
        hair: tuple. RGB of hair, brows and beard in 0-1.
        hair_style: str. One of `HAIR_STYLES`.
        hair_volume: float. Thickness of the hair over the skull.
        hairline: float. Height of the hairline over the eyes.
        face_width: float. Half the width at the cheekbones.
        jaw_width: float. Half the width at the angles of the jaw.
        chin_width: float. Half the width of the chin.
        chin: float. From the eyes down to the chin.
        eye_distance: float. Between the pupils.
        eye_size: float. Factor on the width and height of the eyes.
        eye_tilt: float. Rise of the outer corner over the inner one.
        iris: tuple. RGB of the iris in 0-1.
        brow_height: float. From the pupil up to the brow.
        brow_thickness: float.
        brow_arch: float. Rise of the brow's middle.
        brow_slope: float. Rise from the inner to the outer end.
        nose_length: float. From the eyes down to the base of the nose.
        nose_width: float. Half the width over the wings.
        nose_depth: float. How far its tip stands out of the face.
        mouth: float. From the eyes down to the line between the lips.
        mouth_width: float. Half the width of the closed mouth.
        lips: float. Factor on the thickness of the lips.
        lip_tone: float. Luminance of the lips as a factor on the skin's.
        beard: float. Darkness of beard or stubble in 0-1; 0 for none.
        glasses: str. One of `GLASSES`; "" for none.
        texture: int. Seed of skin and hair texture.
    """

    skin_group: int = 1
    skin: tuple[float, float, float] = SKIN_COLORS[1]
    hair: tuple[float, float, float] = HAIR_COLORS[1]
    hair_style: str = "short"
    hair_volume: float = 0.15
    hairline: float = 1.1
    face_width: float = 1.08
    jaw_width: float = 0.83
    chin_width: float = 0.36
    chin: float = 1.82
    eye_distance: float = 1.0
    eye_size: float = 1.0
    eye_tilt: float = 0.02
    iris: tuple[float, float, float] = IRIS_COLORS[1]
    brow_height: float = 0.29
    brow_thickness: float = 0.07
    brow_arch: float = 0.07
    brow_slope: float = 0.01
    nose_length: float = 0.7
    nose_width: float = 0.27
    nose_depth: float = 0.42
    mouth: float = 1.1
    mouth_width: float = 0.4
    lips: float = 1.0
    lip_tone: float = 0.74
    beard: float = 0.0
    glasses: str = ""
    texture: int = 0


def sample_identity(rng: np.random.Generator, skin_group: int) -> Identity:
    """Draws one person.

    Args:
        rng: numpy Generator of the person.
        skin_group: int. 0 (lightest) to 5 (darkest); given, not drawn, so that a dataset can balance it.

    Returns:
        `Identity`.
    """
    light = skin_group < 3
    hair = HAIR_COLORS[int(rng.choice(5, p=[0.2, 0.3, 0.25, 0.15, 0.1] if light else [0.6, 0.4, 0, 0, 0]))]
    if rng.uniform() < 0.1:
        hair = GRAY_HAIR
    iris = IRIS_COLORS[int(rng.choice(4, p=[0.2, 0.3, 0.2, 0.3] if light else [0.7, 0.3, 0, 0]))]
    nose_length = rng.normal(0.7, 0.05)
    mouth = nose_length + np.clip(rng.normal(0.4, 0.035), 0.33, 0.48)
    face_width = np.clip(rng.normal(1.08, 0.06), 0.96, 1.22)
    return Identity(
        skin_group=skin_group,
        skin=_varied(SKIN_COLORS[skin_group], rng, 0.04),
        hair=_varied(hair, rng, 0.25),
        hair_style=str(rng.choice(HAIR_STYLES, p=[0.25, 0.2, 0.2, 0.2, 0.1, 0.05])),
        hair_volume=float(rng.uniform(0.08, 0.24)),
        hairline=float(np.clip(rng.normal(1.1, 0.08), 0.92, 1.28)),
        face_width=float(face_width),
        jaw_width=float(face_width * np.clip(rng.normal(0.76, 0.05), 0.66, 0.87)),
        chin_width=float(np.clip(rng.normal(0.36, 0.06), 0.24, 0.5)),
        chin=float(mouth + np.clip(rng.normal(0.74, 0.06), 0.62, 0.88)),
        eye_distance=float(np.clip(rng.normal(1.0, 0.05), 0.9, 1.12)),
        eye_size=float(np.clip(rng.normal(1.0, 0.09), 0.82, 1.2)),
        eye_tilt=float(np.clip(rng.normal(0.02, 0.02), -0.03, 0.07)),
        iris=_varied(iris, rng, 0.1),
        brow_height=float(np.clip(rng.normal(0.29, 0.025), 0.23, 0.35)),
        brow_thickness=float(rng.uniform(0.05, 0.1)),
        brow_arch=float(rng.uniform(0.02, 0.1)),
        brow_slope=float(rng.normal(0.01, 0.02)),
        nose_length=float(nose_length),
        nose_width=float(np.clip(rng.normal(0.27, 0.035), 0.2, 0.36)),
        nose_depth=float(np.clip(rng.normal(0.42, 0.05), 0.3, 0.54)),
        mouth=float(mouth),
        mouth_width=float(np.clip(rng.normal(0.4, 0.04), 0.31, 0.5)),
        lips=float(np.clip(rng.normal(1.0, 0.22), 0.55, 1.6)),
        lip_tone=float(rng.uniform(0.66, 0.82)),
        beard=float(rng.uniform(0.12, 0.45)) if rng.uniform() < 0.2 else 0.0,
        glasses=str(rng.choice(GLASSES, p=[0.76, 0.12, 0.12])),
        texture=int(rng.integers(2**31)),
    )


def _varied(color: tuple, rng: np.random.Generator, spread: float) -> tuple[float, float, float]:
    """Makes a color lighter or darker by up to `spread` of itself, and shifts its hue a little."""
    varied = np.array(color) * (1 + rng.uniform(-spread, spread)) * (1 + rng.uniform(-0.02, 0.02, 3))
    return tuple(np.clip(varied, 0.02, 0.97).tolist())
