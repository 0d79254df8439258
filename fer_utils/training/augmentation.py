"""Augmentation of face images: rotation, shift, zoom and flip in one affine warp."""

from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True)
class Augmentation:
    """Draws random affine warps; the defaults are those of Hussein (2020, table 4.2).

    Attributes:
        rotation: float. Largest rotation in degrees, either way.
        shift: float. Largest shift as a share of width and height.
        zoom: float. Largest zoom either way; the two axes are drawn independently, as Keras' generator did.
        flip: bool. Mirror half of the images.
        brightness: float. Largest change of brightness as a share of 255; 0 changes nothing.
    """

    rotation: float = 10.0
    shift: float = 0.1
    zoom: float = 0.1
    flip: bool = True
    brightness: float = 0.0

    def matrices(self, count: int, height: int, width: int, rng: np.random.Generator) -> np.ndarray:
        """Draws the maps from output pixels to input pixels.

        Args:
            count: int. Number of images.
            height: int. Image height in pixels.
            width: int. Image width in pixels.
            rng: `numpy.random.Generator`.

        Returns:
            float32 array (count, 2, 3): input (x, y) = matrix @ (x, y, 1) of the output.
        """
        angle = np.radians(rng.uniform(-self.rotation, self.rotation, count))
        scale_x, scale_y = rng.uniform(1 - self.zoom, 1 + self.zoom, (2, count))
        mirror = np.where(rng.random(count) < 0.5, -1.0, 1.0) if self.flip else np.ones(count)
        move_x, move_y = rng.uniform(-self.shift, self.shift, (2, count)) * [[width], [height]]
        matrix = np.empty((count, 2, 3))
        matrix[:, 0, 0] = np.cos(angle) * scale_x * mirror
        matrix[:, 0, 1] = -np.sin(angle) * scale_y
        matrix[:, 1, 0] = np.sin(angle) * scale_x * mirror
        matrix[:, 1, 1] = np.cos(angle) * scale_y
        center = np.array([(width - 1) / 2, (height - 1) / 2])
        matrix[:, :, 2] = center + np.stack([move_x, move_y], axis=1) - matrix[:, :, :2] @ center
        return matrix.astype(np.float32)

    def __call__(self, images: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Warps every image once; pixels from outside repeat the border. All frames of a sequence are warped alike.

        Args:
            images: uint8 array (n, height, width, channels), or (n, length, height, width, channels) of sequences.
            rng: `numpy.random.Generator`; the same state gives the same images.

        Returns:
            uint8 array of the same shape.
        """
        count, height, width = len(images), *images.shape[-3:-1]
        mode = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        warped = np.empty_like(images)
        for i, matrix in enumerate(self.matrices(count, height, width, rng)):
            for face, place in zip(*(each[i].reshape(-1, *each.shape[-3:]) for each in (images, warped)), strict=True):
                moved = cv2.warpAffine(face, matrix, (width, height), flags=mode, borderMode=cv2.BORDER_REPLICATE)
                place[:] = moved.reshape(place.shape)
        if self.brightness:
            change = rng.uniform(-self.brightness, self.brightness, (count, *(1,) * (images.ndim - 1))) * 255
            warped = np.clip(np.rint(warped + change), 0, 255).astype(np.uint8)
        return warped
