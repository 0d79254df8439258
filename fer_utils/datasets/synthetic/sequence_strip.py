"""One drawn expression in time, as a strip of frames."""

from dataclasses import dataclass, replace

import numpy as np

from fer_utils.datasets.synthetic.drawing import draw_face
from fer_utils.datasets.synthetic.dynamics import Sequence, sample_sequence
from fer_utils.datasets.synthetic.expression import PROTOTYPES
from fer_utils.datasets.synthetic.imaging import Conditions, sample_imaging
from fer_utils.datasets.synthetic.people import draw_person, random_stream
from fer_utils.errors import ParameterError, nearest

IMAGING, COURSE = 6, 7  # what random streams of a person are for; the datasets use others
LEAST_FRAMES = 4
BLINK, SEEN = 43, 0.1  # an action unit that comes and goes by itself; a difference in intensity that can be seen
CLOSING = 2.0  # intensity at which closing eyes are seen
LEGIBLE = Conditions(pose=0.1, light=0.5, quality=1.0, color=True)


@dataclass(frozen=True)
class Strip:
    """Some frames of one expression, side by side.

    Attributes:
        frames: uint8 array (n, size, size, 3), RGB.
        seconds: float array (n,). When each of them was taken, from the start of the recording.
        phases: tuple of str. What happens in each: "neutral", "onset", "apex" or "offset".
        course: `Sequence`. The whole expression.
    """

    frames: np.ndarray
    seconds: np.ndarray
    phases: tuple[str, ...]
    course: Sequence

    @property
    def image(self) -> np.ndarray:
        """The frames side by side, (size, size * n, 3)."""
        return np.hstack(self.frames)

    @property
    def titles(self) -> list[str]:
        """Phase and time of each frame."""
        return [f"{phase}\n{time:.1f} s" for phase, time in zip(self.phases, self.seconds, strict=True)]


def sequence_strip(
    subject: int,
    emotion: str = "happiness",
    frames: int = 8,
    size: int = 112,
    seed: int = 0,
    genuine: bool = True,
) -> Strip:
    """Draws one expression in time: rest, onset, apex, offset and rest again.

    Args:
        subject: int. Number of the person.
        emotion: str. One of `PROTOTYPES`.
        frames: int. How many of the frames are shown, at least 4.
        size: int. Width and height of each frame in pixels.
        seed: int. Another seed gives other people.
        genuine: bool. Felt, or acted.

    Returns:
        `Strip`. The same person in the same light; only the face moves. Felt and acted strips of one person have the
        same apex, but for AU6 in some smiles.

    Raises:
        ParameterError: for an unknown emotion, or too few frames.
    """
    if isinstance(frames, bool) or not isinstance(frames, int) or frames < LEAST_FRAMES:
        raise ParameterError(f"frames={frames!r}: expected a whole number of at least {LEAST_FRAMES}, one a phase.")
    person, course = draw_person(seed, subject), sample_course(subject, emotion, seed, genuine)
    imaging = sample_imaging(random_stream(seed, subject, IMAGING), LEGIBLE)
    chosen = _chosen_frames(course, frames)
    shown = [
        draw_face(person.identity, course.frames[frame], size, replace(imaging, frame=int(frame))) for frame in chosen
    ]
    return Strip(np.stack(shown), chosen / course.fps, tuple(phase_of(course, frame) for frame in chosen), course)


def sample_course(subject: int, emotion: str, seed: int = 0, genuine: bool = True) -> Sequence:
    """Draws the action units of four seconds, 25 a second, without drawing the face; arguments as `sequence_strip`."""
    if emotion not in PROTOTYPES:
        raise ParameterError(
            f"emotion={emotion!r} is not known; known are {list(PROTOTYPES)}.{nearest(emotion, PROTOTYPES)}"
        )
    rng = random_stream(seed, subject, COURSE, list(PROTOTYPES).index(emotion))
    return sample_sequence(emotion, draw_person(seed, subject).style, rng, frames=100, genuine=genuine)


def blinks(course: Sequence) -> bool:
    """Says whether the eyes close meanwhile."""
    return any(np.mean(frame.get(BLINK, 0.0)) > CLOSING for frame in course.frames)


def phase_of(course: Sequence, frame: int) -> str:
    """Says what happens in a frame: "neutral", "onset", "apex" or "offset"."""
    if frame < course.onset:
        return "neutral"
    if frame < course.apex:
        return "onset"
    if frame < course.offset:
        return "apex"
    return "offset" if _distance(course.frames[frame], course.frames[-1]) > SEEN else "neutral"


def _distance(units: dict, others: dict) -> float:
    """Returns the largest difference of an action unit, blinks aside."""
    moved = [unit for unit in {*units, *others} if unit != BLINK]
    return max((float(np.max(np.abs(np.subtract(_sides(units, u), _sides(others, u))))) for u in moved), default=0.0)


def _sides(units: dict, unit: int) -> tuple:
    return units.get(unit, (0.0, 0.0))


def _chosen_frames(course: Sequence, count: int) -> np.ndarray:
    """Chooses frames from just before the onset to the end of the offset, the first at the apex among them."""
    moving = [frame for frame in range(len(course)) if phase_of(course, frame) == "offset"]
    last = min(len(course) - 1, (moving[-1] if moving else course.apex) + 1)
    rising = max(1, round((count - 2) * 0.45))
    up = np.linspace(course.onset - 1, course.apex, rising + 2)[:-1]
    down = np.linspace(course.apex, last, count - len(up))
    return np.round(np.concatenate([up, down])).astype(int)
