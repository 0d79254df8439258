"""One picture that shows what is drawn: people of all skin groups with every emotion, and one expression in time."""

import io
from collections.abc import Sequence as Listing
from dataclasses import replace
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from fer_utils.datasets.synthetic.drawing import draw_face
from fer_utils.datasets.synthetic.expression import PROTOTYPES, sample_action_units
from fer_utils.datasets.synthetic.identity import SKIN_GROUPS
from fer_utils.datasets.synthetic.imaging import Conditions, sample_imaging
from fer_utils.datasets.synthetic.people import draw_person, random_stream
from fer_utils.datasets.synthetic.sequence_strip import blinks, sample_course, sequence_strip
from fer_utils.errors import ParameterError, nearest
from fer_utils.figures import STYLE, Picture, picture
from fer_utils.paths import write_atomically

EXPRESSION, IMAGING = 10, 6  # what random streams of a person are for; the datasets use others
CANDIDATES = 96  # among so many people those on the sheet are looked for
SMILE = (6, 12, 25)  # units that are strong in a smile that everybody sees
LEGIBLE = Conditions(pose=0.4, light=0.5, quality=1.0, color=True)


def varied_people(seed: int = 0) -> list[int]:
    """Chooses one person of each skin group, with another kind of hair each where that is possible.

    Args:
        seed: int. Another seed gives other people.

    Returns:
        list of int. Numbers of the people, from the lightest skin to the darkest.
    """
    identities = [draw_person(seed, subject).identity for subject in range(CANDIDATES)]
    chosen, hair = [], set()
    for group in range(SKIN_GROUPS):
        members = [subject for subject, identity in enumerate(identities) if identity.skin_group == group]
        fresh = [subject for subject in members if identities[subject].hair_style not in hair]
        chosen.append((fresh or members)[0])
        hair.add(identities[chosen[-1]].hair_style)
    return chosen


def smiling_person(seed: int = 0) -> int:
    """Chooses the first person without glasses whose drawn smile is a clear one; the strip below the sheet shows it."""
    for subject in range(CANDIDATES):
        course = sample_course(subject, "happiness", seed)
        weakest = min(np.mean(course.frames[course.apex].get(unit, 0.0)) for unit in SMILE)
        if weakest > 2.5 and not blinks(course) and not draw_person(seed, subject).identity.glasses:
            return subject
    return 0


def contact_sheet(
    subjects: Listing[int] | None = None, emotions: Listing[str] = tuple(PROTOTYPES), size: int = 112, seed: int = 0
) -> np.ndarray:
    """Draws people with every emotion at its apex, drawn by chance as in a dataset: none is exaggerated or picked.

    Args:
        subjects: sequence of int. Numbers of the people, one a row; None for those of `varied_people`.
        emotions: sequence of str. Some of `PROTOTYPES`, one a column.
        size: int. Width and height of each face in pixels.
        seed: int. Another seed gives other people.

    Returns:
        uint8 array (rows * size, columns * size, 3), RGB. Pose and light differ from picture to picture.

    Raises:
        ParameterError: for an unknown emotion or an impossible size.
    """
    for emotion in emotions:
        if emotion not in PROTOTYPES:
            raise ParameterError(
                f"emotion={emotion!r} is not known; known are {list(PROTOTYPES)}.{nearest(emotion, PROTOTYPES)}"
            )
    rows = []
    for subject in varied_people(seed) if subjects is None else subjects:
        person, row = draw_person(seed, subject), []
        for emotion in emotions:
            number = list(PROTOTYPES).index(emotion)
            units = sample_action_units(emotion, person.style, random_stream(seed, subject, EXPRESSION, number))
            imaging = sample_imaging(random_stream(seed, subject, IMAGING, number), LEGIBLE)
            imaging = replace(imaging, background=0.72, clothes=0.4, exposure=1.0, seed=seed)  # before one wall
            row.append(draw_face(person.identity, units, size, imaging))
        rows.append(np.hstack(row))
    return np.vstack(rows)


def contact_sheet_figure(size: int = 112, seed: int = 0) -> tuple[Figure, str]:
    """Sets the contact sheet over a strip, with names at rows, columns and frames.

    Args:
        size: int. Width and height of each face in pixels.
        seed: int. Another seed gives other people.

    Returns:
        `matplotlib.figure.Figure`, and what it shows in words.
    """
    sheet, strip = (
        contact_sheet(size=size, seed=seed),
        sequence_strip(smiling_person(seed), seed=seed, frames=len(PROTOTYPES), size=size),
    )
    groups = [f"skin\ngroup {draw_person(seed, subject).identity.skin_group + 1}" for subject in varied_people(seed)]
    with matplotlib.rc_context(STYLE | {"axes.grid": False, "figure.dpi": 100}):
        width, height = sheet.shape[1], sheet.shape[0] + 1.9 * size
        figure = Figure(figsize=(0.01 * (width + size), 0.01 * height))
        left, across = 0.95 * size / (width + size), width / (width + size)
        people = figure.add_axes((left, 1.65 * size / height, across, sheet.shape[0] / height))
        people.xaxis.tick_top()
        _show(people, sheet, list(PROTOTYPES), groups)
        _show(
            figure.add_axes((left, 0.45 * size / height, across, size / height)), strip.image, strip.titles, ["in time"]
        )
    return figure, (
        f"Drawn faces of six people, with skin from light to dark, showing {', '.join(list(PROTOTYPES)[:-1])} and "
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


def _show(axes, image: np.ndarray, columns: list[str], rows: list[str]) -> None:
    """Shows a picture of many faces without scaling, and names its columns and rows."""
    axes.imshow(image, interpolation="none", aspect="auto")
    height, width = np.array(image.shape[:2]) / (len(rows), len(columns))
    axes.set_xticks(width * (np.arange(len(columns)) + 0.5) - 0.5, columns)
    axes.set_yticks(height * (np.arange(len(rows)) + 0.5) - 0.5, rows)
    axes.tick_params(length=0, labelsize=11)
    axes.spines[:].set_visible(False)
