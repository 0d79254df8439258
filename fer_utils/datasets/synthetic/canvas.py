"""A gray canvas that is painted in face coordinates, larger than the picture so that edges come out smooth."""

import cv2
import numpy as np

from fer_utils.datasets.synthetic.imaging import Imaging

UNIT = 0.262  # average distance between the pupils as a fraction of the picture
EYE_LEVEL = 0.43  # height of the eyes as a fraction of the picture
SUBPIXEL = 4  # bits of OpenCV's fixed-point coordinates


class Canvas:
    """Pixels in 0-1 and the map from face coordinates to them.

    Args:
        size: int. Width and height of the finished picture.
        imaging: `Imaging` that places the face.
    """

    def __init__(self, size: int, imaging: Imaging):
        self.size = size
        self.factor = max(2, -(-144 // size))  # pixels of the canvas per pixel of the picture
        side = size * self.factor
        self.unit = side * UNIT * imaging.scale
        turn = np.deg2rad(imaging.roll)
        self.rotation = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        self.origin = side * (np.array([0.5, EYE_LEVEL]) + imaging.shift)
        self.pixels = np.zeros((side, side), np.float32)

    def place(self, points: np.ndarray) -> np.ndarray:
        """Maps face coordinates (n, 2) to pixels of the canvas."""
        return points @ self.rotation * self.unit + self.origin

    def grid(self, side: int) -> tuple[np.ndarray, np.ndarray]:
        """Returns the face coordinates x and y, each (side, side), of a coarse grid over the canvas."""
        at = (np.arange(side) + 0.5) * (len(self.pixels) / side)
        across, down = np.meshgrid(at - self.origin[0], at - self.origin[1])
        turned = np.stack([across, down], axis=-1) @ self.rotation.T / self.unit
        return turned[..., 0].astype(np.float32), turned[..., 1].astype(np.float32)

    def spread(self, field: np.ndarray) -> np.ndarray:
        """Enlarges a coarse field to the canvas."""
        return cv2.resize(np.asarray(field, np.float32), self.pixels.shape, interpolation=cv2.INTER_LINEAR)

    def mask(self, points: np.ndarray, width: float | None = None, blur: float = 0.0) -> tuple[tuple, np.ndarray]:
        """Draws a filled curve, or a stroke along it, into a mask.

        Args:
            points: float array (n, 2) in face coordinates.
            width: float. Width of the stroke; None fills the closed curve.
            blur: float. Standard deviation of the edge.

        Returns:
            window of the canvas (pair of slices), and the mask there as float32 in 0-1.
        """
        placed = self.place(points)
        margin, end = (3 * blur + (width or 0)) * self.unit + 2, len(self.pixels)
        left, top = (min(max(int(low - margin), 0), end - 1) for low in placed.min(axis=0).tolist())
        right, bottom = (max(min(int(high + margin) + 1, end), 1) for high in placed.max(axis=0).tolist())
        window = np.zeros((max(bottom - top, 1), max(right - left, 1)), np.uint8)
        fixed = self._fixed(placed - (left, top))
        if width is None:
            cv2.fillPoly(window, [fixed], 255, cv2.LINE_AA, SUBPIXEL)
        else:
            self._line(window, fixed, width, 255)
        if blur * self.unit > 0.7:  # less vanishes when the canvas is sampled down
            window = cv2.GaussianBlur(window, (0, 0), blur * self.unit)
        return np.s_[top : top + len(window), left : left + window.shape[1]], window * np.float32(1 / 255)

    def fill(self, points: np.ndarray, tone, opacity: float = 1.0, blur: float = 0.0, within=None) -> None:
        """Paints the inside of a closed curve.

        Args:
            points: float array (n, 2) in face coordinates.
            tone: float, or array of the canvas' shape. Luminance in 0-1.
            opacity: float in 0-1.
            blur: float. Standard deviation of the edge in face coordinates.
            within: (window, mask) of a part that limits the paint, as `mask` returns it, or None.
        """
        self._blend(*self.mask(points, None, blur), tone, opacity, within)

    def stroke(self, points, width: float, tone, opacity: float = 1.0, blur: float = 0.0, within=None) -> None:
        """Paints along a curve; `width` in face coordinates, the rest as in `fill`."""
        self._blend(*self.mask(points, width, blur), tone, opacity, within)

    def darken(self, points: np.ndarray, amount: float, width: float | None = None, blur: float = 0.03) -> None:
        """Multiplies the luminance by 1 - amount along a curve, or inside it without a width."""
        if amount > 0.01:
            window, mask = self.mask(points, width, blur)
            self.pixels[window] *= 1 - np.float32(amount) * mask

    def crease(self, folds: list[tuple[np.ndarray, float, float]], blur: float = 0.02) -> None:
        """Darkens the skin along many soft lines at once.

        Args:
            folds: list of (points (n, 2) in face coordinates, amount in 0-1, width in face coordinates).
            blur: float. Standard deviation of all their edges in face coordinates.
        """
        layer = np.zeros(self.pixels.shape, np.uint8)
        for points, amount, width in sorted(folds, key=lambda fold: fold[1]):  # the deepest fold is not painted over
            if amount > 0.01:
                self._line(layer, self._fixed(self.place(points)), width, min(255, round(255 * amount)))
        self.pixels *= 1 - cv2.GaussianBlur(layer, (0, 0), max(0.5, blur * self.unit)) * np.float32(1 / 255)

    @staticmethod
    def _fixed(placed: np.ndarray) -> np.ndarray:
        return np.rint((placed - 0.5) * (1 << SUBPIXEL)).astype(np.int32)

    def _line(self, layer: np.ndarray, fixed: np.ndarray, width: float, value: int) -> None:
        cv2.polylines(layer, [fixed], False, value, max(1, round(width * self.unit)), cv2.LINE_AA, SUBPIXEL)

    def _blend(self, window, mask, tone, opacity, within) -> None:
        if within is not None:
            limit = np.zeros_like(self.pixels)
            limit[within[0]] = within[1]
            mask = mask * limit[window]
        if opacity != 1:
            mask = mask * np.float32(opacity)
        below = self.pixels[window]
        below += mask * ((tone[window] if isinstance(tone, np.ndarray) else np.float32(tone)) - below)

    def finish(self, imaging: Imaging, rng: np.random.Generator) -> np.ndarray:
        """Takes the picture: blur, exposure, sampling and noise.

        Args:
            imaging: `Imaging`.
            rng: numpy Generator of the noise.

        Returns:
            uint8 array (size, size).
        """
        picture = cv2.GaussianBlur(self.pixels, (0, 0), 0.35 + imaging.blur * len(self.pixels) / 48)
        picture = cv2.resize(picture, (self.size, self.size), interpolation=cv2.INTER_AREA)
        picture = 255 * np.clip(picture * np.float32(imaging.exposure), 0, 1.2)
        if imaging.noise:
            picture = picture + np.float32(imaging.noise) * rng.standard_normal(picture.shape, dtype=np.float32)
        return np.clip(np.rint(picture), 0, 255).astype(np.uint8)
