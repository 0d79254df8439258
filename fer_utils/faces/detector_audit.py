"""Whom a face detector finds and whom it misses: rate and landmark error by group, with intervals."""

import numpy as np
import pandas as pd
from scipy.stats import binomtest, bootstrap

from fer_utils.datasets.face_table import FaceTable
from fer_utils.errors import DatasetLayoutError
from fer_utils.faces.detection import Detection, make_detector, overlap
from fer_utils.faces.landmarks import find_landmarks

OUTER_CORNERS = 36, 45  # of the eyes, in an array of the 68 landmarks; iBUG numbers them 37 and 46
OVERLAP = 0.3  # least share that the found box and the true face have in common, as intersection over union
RESAMPLES = 999
NAMED = {  # condition: column, and what a value of it is called
    "skin group": ("skin_group", lambda group: f"{group + 1} of 6"),
    "glasses": ("glasses", lambda kind: kind or "none"),
    "covered by": ("occluded", lambda kind: kind or "nothing"),
}
EVER = np.inf
RANGES = {  # condition: (column, what is taken of it), and (name, from, below) of each group
    "yaw": (("yaw", np.abs), (("up to 15°", 0, 15), ("15° to 25°", 15, 25), ("25° and more", 25, EVER))),
    "pitch": (("pitch", np.array), (("chin down", -EVER, -8), ("level", -8, 8), ("chin up", 8, EVER))),
    "roll": (("roll", np.abs), (("up to 7.5°", 0, 7.5), ("7.5° and more", 7.5, EVER))),
    "light": (("light_x", np.abs), (("from the front", 0, 0.35), ("from the side", 0.35, EVER))),
}


def audit_detector(faces: FaceTable, predictor=None, upsample: int = 0) -> pd.DataFrame:
    """Lets dlib's detector of frontal faces look at every picture.

    A face counts as found where one of the boxes overlaps with the box around its true landmarks.

    Args:
        faces: `FaceTable` with one face a picture and the column `landmarks` (68, 2), such as drawn faces have.
        predictor: `dlib.shape_predictor` of 68 points as `load_predictor` returns it; None to leave landmarks out.
        upsample: int. How often pictures are doubled in size first; the detector needs faces of about 80 pixels.

    Returns:
        DataFrame. The rows of `faces`, with `found` (bool) and `error`: the mean distance between the predicted and
        the true landmarks, as a share of the distance between the outer corners of the eyes; NaN where the face was
        not found or there is no predictor. And `predicted`: the landmarks (68, 2), or None.

    Raises:
        DatasetLayoutError: the table has no landmarks.
    """
    if "landmarks" not in faces.rows:
        raise DatasetLayoutError(
            f"{faces.name}: the table has no column 'landmarks', so nobody knows where the faces are. "
            "Audit drawn faces, such as SyntheticFaces().load()."
        )
    detector = make_detector("hog", upsample)
    found, errors, predictions = [], [], []
    for image, truth in zip(faces.rows["image"], faces.rows["landmarks"], strict=True):
        pixels = np.ascontiguousarray(faces.images[image].squeeze())
        truth = np.asarray(truth, dtype=float)
        boxes = [box for box in detector(pixels) if overlap(box, box_around(truth)) >= OVERLAP]
        found.append(bool(boxes))
        predicted = None
        if boxes and predictor is not None:
            predicted = find_landmarks(pixels, boxes[:1], predictor)[0].astype(float)
        predictions.append(predicted)
        errors.append(np.nan if predicted is None else landmark_error(predicted, truth))
    return faces.rows.assign(found=found, error=errors, predicted=pd.Series(predictions, dtype=object).to_numpy())


def landmark_error(predicted: np.ndarray, truth: np.ndarray) -> float:
    """Returns the mean distance of 68 landmarks as a share of the distance between the outer corners of the eyes.

    Args:
        predicted: float array (68, 2). Pixels.
        truth: float array (68, 2). Pixels.

    Returns:
        float. The normalization of Sagonas et al. 2013, "300 Faces in-the-Wild Challenge".
    """
    first, second = OUTER_CORNERS
    distance = np.linalg.norm(truth[first] - truth[second])
    return float(np.linalg.norm(predicted - truth, axis=1).mean() / distance)


def box_around(landmarks: np.ndarray) -> Detection:
    """Returns the box around landmarks (n, 2)."""
    return Detection(*landmarks.min(axis=0).tolist(), *landmarks.max(axis=0).tolist(), 1.0)


def audit_table(audited: pd.DataFrame, seed: int = 0, by: tuple[str, str] | None = None) -> pd.DataFrame:
    """Sums up an audit by who is shown and how.

    Args:
        audited: DataFrame as `audit_detector` returns it, with one picture a person in each group: the intervals take
            pictures to be independent. Conditions of which there is one group alone are left out.
        seed: int. Seed of the resampling.
        by: pair of str. Columns whose values name condition and group, in the order in which they occur; None for
            the conditions that this project knows, after all faces together.

    Returns:
        DataFrame, one row a group, indexed by (condition, group): `faces`, `found` (share in 0-1) with its 95 %
        interval `found_low`, `found_high` (Wilson), and `error` (mean over the faces that were found) with
        `error_low`, `error_high` (percentile bootstrap); NaN where landmarks were not predicted.
    """
    rows = []
    conditions = _named_by(audited, *by) if by else {"all": {"": audited}, **_conditions(audited)}
    for condition, groups in conditions.items():
        groups = {group: chosen for group, chosen in groups.items() if len(chosen)}
        if len(groups) == 1 and condition != "all" and not by:
            continue
        for group, chosen in groups.items():
            rate = binomtest(int(chosen["found"].sum()), len(chosen)).proportion_ci(method="wilson")
            row = {"condition": condition, "group": group, "faces": len(chosen), "found": chosen["found"].mean()}
            row |= {"found_low": rate.low, "found_high": rate.high}
            rows.append(row | _error(chosen["error"].dropna().to_numpy(), seed))
    return pd.DataFrame(rows).set_index(["condition", "group"])


def audit_words(table: pd.DataFrame) -> pd.DataFrame:
    """Writes an audit for readers: percent with intervals, as "94.2 [92.9, 95.3]".

    Args:
        table: DataFrame as `audit_table` returns it.

    Returns:
        DataFrame of str with the same rows.
    """
    words = {"faces": table["faces"].astype(str)}
    for column, title in (("found", "found % [95 %]"), ("error", "landmark error % [95 %]")):
        parts = 100 * table[[column, f"{column}_low", f"{column}_high"]]
        words[title] = ["" if np.isnan(value) else _in_percent(value, *ends) for value, *ends in parts.to_numpy()]
    return pd.DataFrame(words, index=table.index).rename_axis([None, None])


def _in_percent(value: float, low: float, high: float) -> str:
    return f"{value:.1f}" + ("" if np.isnan(low) else f" [{low:.1f}, {high:.1f}]")


def _error(errors: np.ndarray, seed: int) -> dict:
    low = high = np.nan
    if len(errors) > 1:
        options = {"n_resamples": RESAMPLES, "method": "percentile", "rng": np.random.default_rng(seed)}
        low, high = bootstrap((errors,), np.mean, **options).confidence_interval
    return {"error": errors.mean() if len(errors) else np.nan, "error_low": low, "error_high": high}


def _named_by(audited: pd.DataFrame, condition: str, group: str) -> dict[str, dict[str, pd.DataFrame]]:
    """Returns condition -> group -> rows, as two columns name them."""
    return {name: dict(iter(rows.groupby(group, sort=False))) for name, rows in audited.groupby(condition, sort=False)}


def _conditions(audited: pd.DataFrame) -> dict[str, dict[str, pd.DataFrame]]:
    """Returns condition -> group -> rows; the upper end of a range belongs to the next one."""
    found = {}
    for condition, (column, word) in NAMED.items():
        if column in audited:
            found[condition] = {word(value): rows for value, rows in audited.groupby(column)}
    for condition, (measure, ranges) in RANGES.items():
        if measure[0] in audited:
            values = measure[1](audited[measure[0]])
            found[condition] = {name: audited[(values >= low) & (values < high)] for name, low, high in ranges}
    return found
