"""One picture that shows what is drawn: people of all skin groups with every emotion, and one expression in time."""

import io
from collections.abc import Sequence as Listing
from dataclasses import dataclass, replace
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from fer_utils.datasets.synthetic.drawing import draw_face
from fer_utils.datasets.synthetic.dynamics import Sequence, sample_sequence
from fer_utils.datasets.synthetic.expression import PROTOTYPES, sample_action_units
from fer_utils.datasets.synthetic.identity import SKIN_GROUPS
from fer_utils.datasets.synthetic.imaging import Conditions, sample_imaging
from fer_utils.datasets.synthetic.people import draw_person, random_stream
from fer_utils.figures import STYLE, Picture, picture
from fer_utils.paths import write_atomically

EXPRESSION, IMAGING, COURSE = 5, 6, 7  # what random streams of a person are for; the datasets use others
PEOPLE = (54, 43, 14, 3, 34, 65)  # one of each skin group; together they have most kinds of hair, a beard and glasses
STRIP = 39  # the person who smiles below them
BLINK, SEEN = 43, 0.1  # an action unit that comes and goes by itself; a difference in intensity that can be seen
LEGIBLE = Conditions(pose=0.4, light=0.5, quality=1.0, color=True)


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


def contact_sheet(
    subjects: Listing[int] = PEOPLE, emotions: Listing[str] = tuple(PROTOTYPES), size: int = 112, seed: int = 0
) -> np.ndarray:
    """Draws people with every emotion at its apex, drawn by chance as in a dataset: none is exaggerated or picked.

    Args:
        subjects: sequence of int. Numbers of the people, one a row; six in a row have the six skin groups.
        emotions: sequence of str. Some of `PROTOTYPES`, one a column.
        size: int. Width and height of each face in pixels.
        seed: int. Another seed gives other people.

    Returns:
        uint8 array (rows * size, columns * size, 3), RGB. Pose and light differ from picture to picture.
    """
    rows = []
    for subject in subjects:
        person, row = draw_person(seed, subject), []
        for emotion in emotions:
            number = list(PROTOTYPES).index(emotion)
            units = sample_action_units(emotion, person.style, random_stream(seed, subject, EXPRESSION, number))
            imaging = sample_imaging(random_stream(seed, subject, IMAGING, number), LEGIBLE)
            row.append(draw_face(person.identity, units, size, imaging))
        rows.append(np.hstack(row))
    return np.vstack(rows)


def sequence_strip(
    subject: int = STRIP,
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
    """
    person = draw_person(seed, subject)
    rng = random_stream(seed, subject, COURSE, list(PROTOTYPES).index(emotion))
    course = sample_sequence(emotion, person.style, rng, frames=100, genuine=genuine)
    imaging = sample_imaging(random_stream(seed, subject, IMAGING), replace(LEGIBLE, pose=0.1))
    chosen = _chosen_frames(course, frames)
    shown = [
        draw_face(person.identity, course.frames[frame], size, replace(imaging, frame=int(frame))) for frame in chosen
    ]
    return Strip(np.stack(shown), chosen / course.fps, tuple(phase_of(course, frame) for frame in chosen), course)


def phase_of(course: Sequence, frame: int) -> str:
    """Says what happens in a frame: "neutral", "onset", "apex" or "offset"."""
    if frame < course.onset:
        return "neutral"
    if frame < course.apex:
        return "onset"
    if frame < course.offset:
        return "apex"
    return "offset" if _distance(course.frames[frame], course.frames[-1]) > SEEN else "neutral"


def contact_sheet_figure(size: int = 112, seed: int = 0) -> tuple[Figure, str]:
    """Sets the contact sheet over a strip, with names at rows, columns and frames.

    Args:
        size: int. Width and height of each face in pixels.
        seed: int. Another seed gives other people.

    Returns:
        `matplotlib.figure.Figure`, and what it shows in words.
    """
    sheet, strip = contact_sheet(size=size, seed=seed), sequence_strip(seed=seed, frames=len(PROTOTYPES), size=size)
    with matplotlib.rc_context(STYLE | {"axes.grid": False, "figure.dpi": 100}):
        width, height = sheet.shape[1], sheet.shape[0] + 1.9 * size
        figure = Figure(figsize=(0.01 * (width + size), 0.01 * height))
        left, across = 0.95 * size / (width + size), width / (width + size)
        people = figure.add_axes((left, 1.65 * size / height, across, sheet.shape[0] / height))
        people.xaxis.tick_top()
        _show(people, sheet, list(PROTOTYPES), [f"skin\ngroup {group + 1}" for group in range(SKIN_GROUPS)])
        _show(
            figure.add_axes((left, 0.45 * size / height, across, size / height)), strip.image, strip.titles, ["in time"]
        )
    return figure, (
        f"Drawn faces of six people, one of each skin group, showing {', '.join(list(PROTOTYPES)[:-1])} and "
        f"{list(PROTOTYPES)[-1]}; below them one smile, frame by frame from rest over its apex to rest, within "
        f"{strip.seconds[-1]:.1f} seconds."
    )


def contact_sheet_picture(size: int = 112, seed: int = 0) -> Picture:
    """Returns `contact_sheet_figure` as a picture for a notebook."""
    return picture(*contact_sheet_figure(size, seed))


def write_contact_sheet(target: Path, size: int = 112, seed: int = 0) -> Path:
    """Writes `contact_sheet_figure` as a PNG with 256 colors, the same bytes every time.

    Args:
        target: Path of the file.
        size: int. Width and height of each face in pixels.
        seed: int. Another seed gives other people.

    Returns:
        Path of the file.
    """
    figure, _ = contact_sheet_figure(size, seed)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    pixels = Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3])
    Path(target).parent.mkdir(parents=True, exist_ok=True)
    file = io.BytesIO()
    pixels.quantize(256, dither=Image.Dither.FLOYDSTEINBERG).save(file, "PNG", optimize=True)
    write_atomically(target, file.getvalue())
    return Path(target)


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


def _show(axes, image: np.ndarray, columns: list[str], rows: list[str]) -> None:
    """Shows a picture of many faces without scaling, and names its columns and rows."""
    axes.imshow(image, interpolation="none", aspect="auto")
    height, width = np.array(image.shape[:2]) / (len(rows), len(columns))
    axes.set_xticks(width * (np.arange(len(columns)) + 0.5) - 0.5, columns)
    axes.set_yticks(height * (np.arange(len(rows)) + 0.5) - 0.5, rows)
    axes.tick_params(length=0, labelsize=11)
    axes.spines[:].set_visible(False)
