"""The picture itself: background, what is laid over it, and how a camera records it."""

import cv2
import numpy as np

from fer_utils.datasets.synthetic.canvas import LUMINANCE, Canvas, curve_mask
from fer_utils.datasets.synthetic.imaging import Imaging

GLOSS = np.float32(0.05)


class Photograph:
    """A picture that is painted larger than it becomes, so that edges come out smooth.

    Args:
        size: (height, width) in pixels of the finished picture.
        imaging: `Imaging`.
    """

    def __init__(self, size: tuple[int, int], imaging: Imaging):
        self.size, self.imaging = size, imaging
        self.factor = 2.0 if min(size) <= 128 else 1.4
        self.shape = tuple(round(side * self.factor) for side in size)
        self.lasting = np.random.default_rng(imaging.seed)  # for what stays through a recording
        self.clothes = self._tinted(imaging.clothes, 0.25)
        self.pixels = self._background()

    def _tinted(self, luminance: float, spread: float) -> np.ndarray:
        color = 1 + self.lasting.uniform(-spread, spread, 3)
        return np.clip(color * luminance / (color @ LUMINANCE), 0.02, 0.98)

    def _background(self) -> np.ndarray:
        coarse = 0.12 * self.lasting.standard_normal((4, 4)).astype(np.float32)
        tint = self._tinted(self.imaging.background, 0.15).astype(np.float32)
        tone = coarse[..., None] + tint if self.imaging.color else coarse + np.float32(self.imaging.background)
        smooth = cv2.resize(tone, (48, 48), interpolation=cv2.INTER_CUBIC)
        return cv2.resize(np.clip(smooth, 0.02, 0.98), self.shape[::-1], interpolation=cv2.INTER_LINEAR)

    def lay(self, canvas: Canvas, seen: np.ndarray, covered: np.ndarray) -> None:
        """Lays the canvas over the picture.

        Args:
            canvas: `Canvas`.
            seen: float array (height, width, 3). x and y on the canvas that each pixel shows, and its light.
            covered: bool array (height, width). Where a pixel shows the canvas at all.
        """
        texture = cv2.remap(canvas.pixels, seen[..., 0] - 0.5, seen[..., 1] - 0.5, cv2.INTER_LINEAR)
        light = seen[..., 2:] if self.imaging.color else seen[..., 2]
        squared = light * light
        texture *= light
        texture += GLOSS * squared * squared * squared  # what shines does so on dark skin as on light skin
        np.copyto(self.pixels, texture, where=covered[..., None] if self.imaging.color else covered)

    def paint(self, points, tone, opacity: float = 1.0, width: float | None = None, blur: float = 0.0, within=None):
        """Paints the inside of a closed curve, or along a curve.

        Args:
            points: float array (n, 2), in pixels of the finished picture.
            tone: RGB in 0-1.
            opacity: float in 0-1.
            width: float. Width of a stroke in the same pixels; None fills the curve.
            blur: float. Standard deviation of the edge in the same pixels.
            within: float array (n, 2). A closed curve outside of which nothing is painted, or None.
        """
        placed = points * self.factor
        room = (3 * blur + (width or 0)) * self.factor + 2
        low = np.clip(placed.min(axis=0) - room, 0, np.array(self.shape[::-1]) - 1).astype(int)
        end = np.clip(placed.max(axis=0) + room + 1, low + 1, self.shape[::-1]).astype(int)
        shape, thickness = tuple((end - low)[::-1].tolist()), None if width is None else width * self.factor
        mask = curve_mask(placed - low, shape, thickness, blur * self.factor) * np.float32(opacity)
        if within is not None:
            mask = mask * curve_mask(within * self.factor - low, shape, None, 0.0)
        below = self.pixels[low[1] : end[1], low[0] : end[0]]
        if self.imaging.color:
            below += mask[..., None] * (np.asarray(tone, np.float32) - below)
        else:
            below += mask * (np.asarray(tone, np.float32) @ LUMINANCE - below)

    def develop(self) -> np.ndarray:
        """Takes the picture: blur, sampling, exposure, noise and compression.

        Returns:
            uint8 array (height, width), or (height, width, 3) RGB.
        """
        imaging = self.imaging
        blur = imaging.blur * min(self.shape) / 48
        picture = cv2.GaussianBlur(self.pixels, (0, 0), blur) if blur > 0.3 else self.pixels
        picture = cv2.resize(picture, self.size[::-1], interpolation=cv2.INTER_AREA)
        picture = 255 * np.clip(picture * np.float32(imaging.exposure), 0, 1.2)
        if imaging.noise:
            rng = np.random.default_rng((imaging.seed, imaging.frame))
            picture = picture + np.float32(imaging.noise) * rng.standard_normal(picture.shape, dtype=np.float32)
        picture = np.clip(np.rint(picture), 0, 255).astype(np.uint8)
        if imaging.compression:
            order = (cv2.COLOR_RGB2BGR, cv2.COLOR_BGR2RGB) if imaging.color else None
            coded = cv2.cvtColor(picture, order[0]) if order else picture
            packed = cv2.imencode(".jpg", coded, [cv2.IMWRITE_JPEG_QUALITY, imaging.compression])[1]
            picture = cv2.imdecode(packed, cv2.IMREAD_COLOR if order else cv2.IMREAD_GRAYSCALE)
            picture = cv2.cvtColor(picture, order[1]) if order else picture
        return picture
