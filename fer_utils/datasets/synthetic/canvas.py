"""A flat canvas in face coordinates: what is painted on it is later laid over the head."""

import cv2
import numpy as np

LEFT, TOP, RIGHT, BOTTOM = -2.0, -2.0, 2.0, 2.5  # what the canvas covers, in face coordinates
LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601, as OpenCV weights RGB
WARM = np.array([0.8, 1.0, 1.1], np.float32)  # shadows on skin swallow less red than blue
SUBPIXEL = 4  # bits of OpenCV's fixed-point coordinates


class Canvas:
    """Pixels in 0-1 and the map from face coordinates to them.

    Args:
        unit: float. Pixels per unit of the face coordinates.
        color: bool. Three channels (RGB) or one.
    """

    def __init__(self, unit: float, color: bool):
        self.unit, self.color = unit, color
        shape = (round((BOTTOM - TOP) * unit), round((RIGHT - LEFT) * unit))
        self.pixels = np.zeros((*shape, 3) if color else shape, np.float32)

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width in pixels."""
        return self.pixels.shape[:2]

    def place(self, points: np.ndarray) -> np.ndarray:
        """Maps face coordinates (n, 2) to pixels of the canvas; pixel 0 reaches from 0 to 1."""
        return (points - (LEFT, TOP)) * self.unit

    def grid(self, columns: int, rows: int) -> tuple[np.ndarray, np.ndarray]:
        """Returns the face coordinates x and y, each (rows, columns), of a coarse grid over the canvas."""
        x = LEFT + (np.arange(columns, dtype=np.float32) + 0.5) * np.float32((RIGHT - LEFT) / columns)
        y = TOP + (np.arange(rows, dtype=np.float32) + 0.5) * np.float32((BOTTOM - TOP) / rows)
        return np.meshgrid(x, y)

    def spread(self, field: np.ndarray) -> np.ndarray:
        """Enlarges a coarse field to the canvas."""
        return cv2.resize(np.asarray(field, np.float32), self.shape[::-1], interpolation=cv2.INTER_LINEAR)

    def tone(self, tone) -> np.ndarray:
        """Turns a luminance or an RGB color into what the canvas holds: three numbers or one."""
        tone = np.asarray(tone, np.float32)
        if self.color or tone.ndim == 0:
            return tone
        return tone @ LUMINANCE

    def tinted(self, coarse: np.ndarray, tone) -> np.ndarray:
        """Enlarges a coarse field of factors, (rows, columns), or of one a channel, in a color to the whole canvas."""
        tone = self.tone(tone)
        if self.color and coarse.ndim == 2:
            coarse = coarse[..., None]
        return self.spread(coarse * tone)

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
        window, origin, shape = self._window(placed, 3 * blur + (width or 0))
        thickness = None if width is None else width * self.unit
        return window, curve_mask(placed - origin, shape, thickness, blur * self.unit)

    def fill(self, points: np.ndarray, tone, opacity: float = 1.0, blur: float = 0.0, within=None) -> None:
        """Paints the inside of a closed curve.

        Args:
            points: float array (n, 2) in face coordinates.
            tone: float luminance, RGB in 0-1, or an array of the canvas' shape.
            opacity: float in 0-1.
            blur: float. Standard deviation of the edge in face coordinates.
            within: (window, mask) of a part that limits the paint, as `mask` returns it, or None.
        """
        self._blend(*self.mask(points, None, blur), tone, opacity, within)

    def stroke(self, points, width: float, tone, opacity: float = 1.0, blur: float = 0.0, within=None) -> None:
        """Paints along a curve; `width` in face coordinates, the rest as in `fill`."""
        self._blend(*self.mask(points, width, blur), tone, opacity, within)

    def darken(self, points: np.ndarray, amount: float, width: float | None = None, blur: float = 0.03) -> None:
        """Darkens skin by 1 - amount along a curve, or inside it without a width."""
        if amount > 0.01:
            window, mask = self.mask(points, width, blur)
            self._shade(window, mask * np.float32(amount))

    def crease(self, folds: list[tuple[np.ndarray, float, float]], blur: float = 0.02) -> None:
        """Darkens the skin along many soft lines at once.

        Args:
            folds: list of (points (n, 2) in face coordinates, amount in 0-1, width in face coordinates).
            blur: float. Standard deviation of all their edges in face coordinates.
        """
        deep = [fold for fold in folds if fold[1] > 0.01]
        if not deep:
            return
        window, origin, shape = self._window(self.place(np.concatenate([points for points, _, _ in deep])), 0.15)
        layer = np.zeros(shape, np.uint8)
        for points, amount, width in sorted(deep, key=lambda fold: fold[1]):  # the deepest fold is not painted over
            draw_line(layer, self.place(points) - origin, width * self.unit, min(255, round(255 * amount)))
        self._shade(window, cv2.GaussianBlur(layer, (0, 0), max(0.5, blur * self.unit)) * np.float32(1 / 255))

    def _window(self, placed: np.ndarray, margin: float) -> tuple[tuple, tuple[int, int], tuple[int, int]]:
        """Returns the part of the canvas around some pixels as slices, its first pixel (x, y) and its shape."""
        room, (high, wide) = margin * self.unit + 2, self.shape
        low, end = placed.min(axis=0) - room, placed.max(axis=0) + room + 1
        left, top = min(max(int(low[0]), 0), wide - 1), min(max(int(low[1]), 0), high - 1)
        right, bottom = max(min(int(end[0]), wide), left + 1), max(min(int(end[1]), high), top + 1)
        return np.s_[top:bottom, left:right], (left, top), (bottom - top, right - left)

    def _shade(self, window, amount: np.ndarray) -> None:
        self.pixels[window] *= 1 - (amount[..., None] * WARM if self.color else amount)

    def _blend(self, window, mask, tone, opacity, within) -> None:
        if within is not None:
            limit = np.zeros(self.shape, np.float32)
            limit[within[0]] = within[1]
            mask = mask * limit[window]
        if opacity != 1:
            mask = mask * np.float32(opacity)
        below = self.pixels[window]
        above = tone[window] if np.shape(tone)[:2] == self.shape else self.tone(tone)
        below += (mask[..., None] if self.color else mask) * (above - below)


def curve_mask(points: np.ndarray, shape: tuple[int, int], width: float | None, blur: float) -> np.ndarray:
    """Draws the inside of a closed curve, or a stroke along a curve, all in pixels; pixel 0 reaches from 0 to 1.

    Args:
        points: float array (n, 2).
        shape: (height, width) of the mask.
        width: float. Width of the stroke; None fills the curve.
        blur: float. Standard deviation of the edge.

    Returns:
        float32 array (height, width) in 0-1.
    """
    mask = np.zeros(shape, np.uint8)
    if width is None:
        cv2.fillPoly(mask, [_fixed(points)], 255, cv2.LINE_AA, SUBPIXEL)
    else:
        draw_line(mask, points, width, 255)
    if blur > 0.5:  # less would not be seen
        mask = cv2.GaussianBlur(mask, (0, 0), blur)
    return mask * np.float32(1 / 255)


def draw_line(layer: np.ndarray, points: np.ndarray, width: float, value: int) -> None:
    """Draws a smooth line into a uint8 layer, in its pixels."""
    cv2.polylines(layer, [_fixed(points)], False, value, max(1, round(width)), cv2.LINE_AA, SUBPIXEL)


def _fixed(points: np.ndarray) -> np.ndarray:
    """Turns pixels into OpenCV's fixed-point numbers, whose 0 is the center of the first pixel."""
    return np.rint((points - 0.5) * (1 << SUBPIXEL)).astype(np.int32)
