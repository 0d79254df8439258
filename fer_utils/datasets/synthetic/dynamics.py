"""Expressions in time: neutral, onset, apex, offset, for felt and for acted expressions.

At the apex felt and acted expressions are equal by construction, all but AU6 in happiness: that is more frequent and
stronger in felt smiles, but only on average, since many people can raise their cheeks at will (Krumhuber and Manstead
2009, "Can Duchenne smiles be feigned?", Emotion 9). In time they differ: felt expressions set in slower and smoother,
with a speed that follows their strength, and last for a more consistent time; acted ones start fast or in steps, are
held for longer, end abruptly or irregularly, and their sides and muscles move less together (Ekman and Friesen 1982;
Hess and Kleck 1990; Frank, Ekman and Friesen 1993; Schmidt et al. 2006). `timing` names what each of them found.

Whoever tells felt from acted in these sequences has learned this generator, not people.
"""

from dataclasses import dataclass

import numpy as np

from fer_utils.datasets.synthetic.expression import ACTION_UNITS, PROTOTYPES, ExpressiveStyle, sample_action_units
from fer_utils.datasets.synthetic.timing import Timing, climb, sample_timing
from fer_utils.errors import ParameterError, nearest

ENDS = ("apex", "neutral")
LEAST_FRAMES = 3
AMPLITUDE = 3.0  # strongest unit of an average expression
WEAK_CHEEKS = {True: 0.15, False: 0.5}  # chance of a smile with little or no AU6, by genuine
BLINK_RATE, BLINK_SECONDS = 0.25, (0.16, 0.32)  # a second; from open to open
CHEEKS, LIDS = (list(ACTION_UNITS).index(unit) for unit in (6, 43))


@dataclass(frozen=True)
class Sequence:
    """One expression of one person, frame by frame.

    Attributes:
        emotion: str. What is shown.
        genuine: bool. Felt, or acted.
        fps: float. Frames a second.
        onset: int. First frame in which the face moves.
        apex: int. First frame in which the expression is at its strongest.
        offset: int. First frame in which it falls; the number of frames where the recording ends at its apex.
        frames: tuple of dict, one a frame: action unit -> (right, left) intensities in 0-5; units at 0 are left out.
        felt: str. The emotion under an acted one; "" where it is not known or the same.
    """

    emotion: str
    genuine: bool
    fps: float
    onset: int
    apex: int
    offset: int
    frames: tuple
    felt: str = ""

    def __len__(self) -> int:
        return len(self.frames)

    @property
    def seconds(self) -> float:
        """Length of the recording."""
        return len(self.frames) / self.fps


def sample_sequence(
    emotion: str,
    style: ExpressiveStyle,
    rng: np.random.Generator,
    frames: int,
    fps: float = 25.0,
    genuine: bool = True,
    ends: str = "neutral",
    felt: str | None = None,
) -> Sequence:
    """Draws one expression of one person in time. The first frame is at rest.

    Args:
        emotion: str. One of `PROTOTYPES`.
        style: `ExpressiveStyle` of the person.
        rng: numpy Generator of the recording.
        frames: int. Number of frames, at least 3. Where they are few, first the hold is cut, then all goes faster.
        fps: float. Frames a second.
        genuine: bool. Felt, or acted.
        ends: str. "apex" (as in CK+) or "neutral" (as in SASE-FE): where the recording stops.
        felt: str. Only for an acted expression: another emotion, felt meanwhile, that shows weakly at the start.

    Returns:
        `Sequence`.

    Raises:
        ParameterError: for an unknown emotion or end, too few frames, or an impossible frame rate.
    """
    _check(emotion, frames, fps, genuine, ends, felt)
    apex = _as_array(sample_action_units(emotion, style, rng))
    rest = np.minimum(apex, _as_array(sample_action_units("neutral", style, rng)))
    weak_cheeks, cheeks = rng.uniform(size=2)
    if emotion == "happiness" and weak_cheeks < WEAK_CHEEKS[genuine]:
        apex[CHEEKS] = rest[CHEEKS] + 0.6 * cheeks * (apex - rest)[CHEEKS]
    amplitude = float(np.clip((apex - rest).max() / AMPLITUDE, 0.3, 1.7))
    timing = sample_timing(genuine, amplitude, len(apex), rng)
    keys = _key_frames(timing, frames, fps, ends, rng)
    intensities = rest + (apex - rest) * _levels(timing, apex - rest, keys, np.arange(frames), fps)
    if felt is not None:
        intensities += _trace(_as_array(sample_action_units(felt, style, rng)), rest, apex, intensities, fps, rng)
    _blink(intensities, keys[1], fps, rng)
    shown = tuple(_as_units(frame) for frame in np.clip(intensities, 0, 5))
    last = frames if ends == "apex" else keys[2] + 1
    return Sequence(emotion, bool(genuine), float(fps), keys[0] + 1, keys[1], last, shown, felt or "")


def _check(emotion, frames, fps, genuine, ends, felt) -> None:
    for name, value, known in (("emotion", emotion, PROTOTYPES), ("felt", felt, PROTOTYPES), ("ends", ends, ENDS)):
        if value not in known and not (name == "felt" and value is None):
            raise ParameterError(f"{name}={value!r} is not known; known are {list(known)}.{nearest(value, known)}")
    if not isinstance(frames, int | np.integer) or isinstance(frames, bool) or frames < LEAST_FRAMES:
        raise ParameterError(
            f"frames={frames!r}: expected a whole number of at least {LEAST_FRAMES}, for rest and apex."
        )
    if isinstance(fps, bool) or not isinstance(fps, int | float | np.number) or not 0 < fps < np.inf:
        raise ParameterError(f"fps={fps!r}: expected frames a second, a number above 0 such as 25.")
    if felt is not None and (genuine or felt == emotion):
        raise ParameterError(
            f"felt={felt!r} with emotion={emotion!r} and genuine={genuine}: felt is another emotion under an acted "
            "one; leave it out, or set genuine=False."
        )


def _as_array(units: dict) -> np.ndarray:
    return np.array([np.broadcast_to(units.get(unit, 0.0), 2) for unit in ACTION_UNITS], dtype=float)


def _as_units(intensities: np.ndarray) -> dict[int, tuple]:
    pairs = zip(ACTION_UNITS, intensities.tolist(), strict=True)
    return {unit: tuple(sides) for unit, sides in pairs if any(sides)}


def _key_frames(timing: Timing, frames: int, fps: float, ends: str, rng: np.random.Generator) -> tuple:
    """Returns the last frame at rest, the first and last at the apex, and the first at rest again."""
    room = frames - 1
    rise = max(1, int(min(timing.onset * fps, room)))
    if ends == "apex":
        spare = room - rise
        hold = min(spare, max(2, int(rng.uniform(0, 0.3) * spare)))  # recorders stop soon after the apex
        return spare - hold, room - hold, room, room
    fall = max(1, timing.offset * fps)
    faster = min(1.0, room / (rise + fall))
    rise = max(1, int(rise * faster))
    fall = min(room - rise, max(1, int(fall * faster)))
    hold = min(room - rise - fall, int(timing.hold * fps))
    start = int(rng.integers(0, room - rise - fall - hold + 1))
    return start, start + rise, start + rise + hold, start + rise + hold + fall


def _levels(timing: Timing, change: np.ndarray, keys: tuple, frame: np.ndarray, fps: float) -> np.ndarray:
    """Returns how far each unit and side has gone from rest (0) to apex (1), (frames, units, 2)."""
    start, apex, last, end = keys
    frame = frame[:, None, None]
    seen = (
        change >= 0.3 * change.max()
    )  # the first of the units that anybody sees starts at once, the last arrives last

    def within(delays, whole):  # no unit spends more than half of the movement waiting
        return np.clip((delays - delays[seen].min()) * fps, 0, 0.25 * whole)

    delays, early = within(timing.delays, apex - start), within(timing.early, apex - start)
    level = climb((frame - start - delays) / (apex - start - delays - early), timing.rise)
    if last > apex:
        loss = timing.flutter * min(1.0, (last - apex) / fps)  # nobody tires within a moment
        level = level * (1 - loss * np.sin(np.pi * np.clip((frame - apex) / (last - apex), 0, 1)) ** 2)
    if end > last:
        delays, early = within(timing.delays, end - last), within(timing.early, end - last)
        level = level * (1 - climb((frame - last - delays) / (end - last - delays - early), timing.fall))
    return level


def _trace(felt, rest, apex, intensities, fps, rng) -> np.ndarray:
    """Returns what the felt emotion adds, (frames, units, 2): it sets in quickly and goes as the acted one comes."""
    felt = np.maximum(0, felt - rest)
    strength = rng.uniform(0.15, 0.4) * min(1.0, (apex - rest).sum() / max(felt.sum(), 1e-9))
    shown = np.maximum.accumulate((intensities - rest).sum(axis=(1, 2)) / max((apex - rest).sum(), 1e-9))
    seconds = np.arange(len(intensities)) / fps
    here = climb(seconds / rng.uniform(0.15, 0.4), np.array([[1.0, 0.0, 1.0]])) * (1 - shown)
    return strength * felt * here[:, None, None]


def _blink(intensities: np.ndarray, apex: int, fps: float, rng: np.random.Generator) -> None:
    """Closes the eyes for a moment now and then, but not in the first, the apex and the last frame."""
    frame = np.arange(len(intensities))
    for _ in range(rng.poisson(BLINK_RATE * len(frame) / fps)):
        center, half = rng.uniform(0, len(frame) - 1), 0.5 * rng.uniform(*BLINK_SECONDS) * fps
        closed = 5 * np.sqrt(np.clip(1 - np.abs(frame - center) / half, 0, 1))
        if not closed[[0, apex, -1]].any():
            intensities[:, LIDS] = np.maximum(intensities[:, LIDS], closed[:, None])
