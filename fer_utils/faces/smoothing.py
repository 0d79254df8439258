"""Smoothing of landmarks from frame to frame: strong while a face is still, weak while it moves."""

import numpy as np

from fer_utils.errors import ParameterError


class OneEuroFilter:
    """Smooths values that arrive frame by frame, without looking ahead.

    A slow value is smoothed strongly, because trembling would be seen; a fast one hardly, because lag would be seen.

    Args:
        fps: float. Frames a second.
        cutoff: float. Hertz; how much a value at rest is smoothed: the lower, the more.
        speed: float. How fast smoothing fades with speed; per unit of the values and second.
        speed_cutoff: float. Hertz; smoothing of the speed itself.

    Reference: Casiez, Roussel and Vogel 2012, "1 Euro Filter: A Simple Speed-based Low-pass Filter for Noisy Input in
    Interactive Systems", CHI.
    """

    def __init__(self, fps: float, cutoff: float = 1.5, speed: float = 0.05, speed_cutoff: float = 1.0):
        for name, value in (("fps", fps), ("cutoff", cutoff), ("speed_cutoff", speed_cutoff)):
            if isinstance(value, bool) or not isinstance(value, int | float | np.number) or not 0 < value < np.inf:
                raise ParameterError(f"{name}={value!r}: expected a number above 0, in hertz.")
        self.fps, self.cutoff, self.speed, self.speed_cutoff = float(fps), cutoff, speed, speed_cutoff
        self._value: np.ndarray | None = None
        self._change = 0.0

    def __call__(self, value: np.ndarray) -> np.ndarray:
        """Takes the values of the next frame and returns them smoothed; the first come back as they are.

        Args:
            value: float array, of the same shape each time.

        Returns:
            float array of that shape.
        """
        value = np.asarray(value, float)
        if self._value is None:
            self._value = value
            return value
        share = self._share(self.speed_cutoff)
        self._change = share * (value - self._value) * self.fps + (1 - share) * self._change
        share = self._share(self.cutoff + self.speed * np.abs(self._change))
        self._value = share * value + (1 - share) * self._value
        return self._value

    def _share(self, cutoff):
        """How much of a new value counts, for a low-pass filter of first order."""
        return 1 / (1 + self.fps / (2 * np.pi * cutoff))
