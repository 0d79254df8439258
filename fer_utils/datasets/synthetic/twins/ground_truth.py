"""What is known of a drawn picture and the original layout cannot hold: one row of `ground_truth.csv.gz`."""

import csv
import io

import numpy as np

from fer_utils.datasets.synthetic.expression import ACTION_UNITS
from fer_utils.datasets.synthetic.imaging import Imaging
from fer_utils.datasets.synthetic.people import Person

POINTS = 68


def truth_row(
    known: dict,
    person: Person | None = None,
    units: dict | None = None,
    imaging: Imaging | None = None,
    landmarks: np.ndarray | None = None,
) -> dict:
    """Gathers what is known of one picture.

    Args:
        known: dict. Columns of this twin, such as file, subject and emotion; they come first.
        person: `Person`; None where there is no face, as for the next three.
        units: dict. Action unit -> (right, left) intensities 0-5.
        imaging: `Imaging`.
        landmarks: float array (68, 2). x and y in pixels, in iBUG order.

    Returns:
        dict. Column -> number or text; "" where nothing is known. Always the same columns after those of `known`.
    """
    row = dict(known)
    row["skin_group"] = "" if person is None else person.identity.skin_group
    for name in ("yaw", "pitch", "roll", "contrast", "exposure"):
        row[name] = "" if imaging is None else round(float(getattr(imaging, name)), 3)
    row["light_x"], row["light_y"] = ("", "") if imaging is None else (round(float(part), 3) for part in imaging.light)
    row["occlusion"] = "" if imaging is None else imaging.occlusion
    for unit in ACTION_UNITS:
        sides = ("", "") if units is None else np.round(np.broadcast_to(units.get(unit, 0.0), 2), 2).tolist()
        row[f"au_{unit}_right"], row[f"au_{unit}_left"] = sides
    points = [["", ""]] * POINTS if landmarks is None else np.round(landmarks, 2).tolist()
    for number, (x, y) in enumerate(points):
        row[f"x_{number}"], row[f"y_{number}"] = x, y
    return row


def as_csv(rows: list[dict]) -> tuple[str, str]:
    """Writes rows as text.

    Args:
        rows: list of dict from `truth_row`, not empty, all with the same keys.

    Returns:
        str, str. The header and the lines, each with its line end.
    """
    header, lines = io.StringIO(), io.StringIO()
    csv.writer(header, lineterminator="\n").writerow(rows[0])
    writer = csv.DictWriter(lines, rows[0].keys(), lineterminator="\n")
    writer.writerows(rows)
    return header.getvalue(), lines.getvalue()
