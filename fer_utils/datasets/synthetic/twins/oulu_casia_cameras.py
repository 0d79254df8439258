"""The two cameras and three lights of the Oulu-CASIA twin, and how its preprocessed pictures are cut."""

from dataclasses import replace

import numpy as np

from fer_utils.datasets.synthetic.identity import Identity
from fer_utils.datasets.synthetic.imaging import Imaging
from fer_utils.datasets.synthetic.twins.upright import with_eyes_at

LIGHTS = ("Strong", "Weak", "Dark")
# Camera and light -> factor on the exposure, noise in gray levels. The infrared camera has a lamp of its own.
EXPOSURE = {
    ("VL", "Strong"): (1.0, 1.5),
    ("VL", "Weak"): (0.42, 4.0),
    ("VL", "Dark"): (0.14, 7.0),
    ("NI", "Strong"): (1.0, 2.0),
    ("NI", "Weak"): (0.9, 2.5),
    ("NI", "Dark"): (0.85, 3.0),
}
SIZE = (240, 320)  # height, width
EYES = np.array([[127.0, 80.0], [193.0, 80.0]])  # where the preprocessed pictures have them, in pixels


def expose(imaging: Imaging, camera: str, light: str) -> Imaging:
    """Lets one of the cameras take a picture under one of the lights.

    Args:
        imaging: `Imaging` of the place.
        camera: str. "VL" (visible light, color) or "NI" (near infrared, gray).
        light: str. One of `LIGHTS`.

    Returns:
        `Imaging`.
    """
    factor, noise = EXPOSURE[camera, light]
    if camera == "NI":  # the lamp stands beside the camera and outshines the room
        imaging = replace(imaging, light=(0.0, -0.15), contrast=0.35)
    return replace(imaging, exposure=factor * imaging.exposure, noise=noise, color=camera == "VL")


def in_infrared(identity: Identity) -> Identity:
    """Makes a person look as in near infrared: melanin is almost transparent there, and irises are dark gray.

    Args:
        identity: `Identity`.

    Returns:
        `Identity` with pale skin, faint lips and beard.
    """
    pale = float(0.72 + 0.12 * np.mean(identity.skin))
    hair = float(0.1 + 0.6 * np.mean(identity.hair))
    return replace(
        identity, skin=(pale,) * 3, hair=(hair,) * 3, iris=(0.25,) * 3, lip_tone=0.94, beard=0.6 * identity.beard
    )


def upright(image: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Turns and enlarges a face so that its eyes come to lie at `EYES`.

    Args:
        image: uint8 picture.
        points: float array (68, 2). Its landmarks.

    Returns:
        uint8 picture of 320 x 240, and its landmarks.
    """
    return with_eyes_at(EYES, SIZE, image, points)
