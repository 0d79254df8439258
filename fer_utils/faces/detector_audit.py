"""Whom a face detector finds and whom it misses: rate and landmark error by group, with intervals."""

import numpy as np
import pandas as pd
from scipy.stats import binomtest, bootstrap

from fer_utils.datasets.face_table import FaceTable
from fer_utils.errors import DatasetLayoutError

OUTER_CORNERS = 36, 45  # of the eyes, in an array of the 68 landmarks; iBUG numbers them 37 and 46
OVERLAP = 0.3  # least share that the found box and the true face have in common, as intersection over union
RESAMPLES = 999
UPPER = {  # condition: column, and (name, from, below) of each group, by absolute value
    "yaw": ("yaw", (("up to 15°", 0, 15), ("15° to 25°", 15, 25), ("25° and more", 25, np.inf))),
    "roll": ("roll", (("up to 7.5°", 0, 7.5), ("7.5° and more", 7.5, np.inf))),
    "light": ("light_x", (("from the front", 0, 0.35), ("from the side", 0.35, np.inf))),
}
PITCH = (("chin down", -np.inf, -8), ("level", -8, 8), ("chin up", 8, np.inf))


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
    import dlib

    if "landmarks" not in faces.rows:
        raise DatasetLayoutError(
            f"{faces.name}: the table has no column 'landmarks', so nobody knows where the faces are. "
            "Audit drawn faces, such as SyntheticFaces().load()."
        )
    detector = dlib.get_frontal_face_detector()
    found, errors, predictions = [], [], []
    for image, truth in zip(faces.rows["image"], faces.rows["landmarks"], strict=True):
        pixels = np.ascontiguousarray(faces.images[image].squeeze())
        truth = np.asarray(truth, dtype=float)
        boxes = [box for box in detector(pixels, upsample) if overlap(box, truth) >= OVERLAP]
        found.append(bool(boxes))
        predicted = None
        if boxes and predictor is not None:
            predicted = np.array([(point.x, point.y) for point in predictor(pixels, boxes[0]).parts()], dtype=float)
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


def overlap(box, landmarks: np.ndarray) -> float:
    """Returns intersection over union of dlib's box and the box around landmarks."""
    low, high = landmarks.min(axis=0), landmarks.max(axis=0)
    corners = np.array([[box.left(), box.top()], [box.right() + 1, box.bottom() + 1]], dtype=float)
    common = np.prod(np.clip(np.minimum(high, corners[1]) - np.maximum(low, corners[0]), 0, None))
    return float(common / (np.prod(high - low) + np.prod(corners[1] - corners[0]) - common))


def audit_table(audited: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Sums up an audit by who is shown and how.

    Args:
        audited: DataFrame as `audit_detector` returns it, with one picture a person: the intervals take pictures to be
            independent. Conditions whose column is missing are left out.
        seed: int. Seed of the resampling.

    Returns:
        DataFrame, one row a group, indexed by (condition, group): `faces`, `found` (share in 0-1) with its 95 %
        interval `found_low`, `found_high` (Wilson), and `error` (mean over the faces that were found) with
        `error_low`, `error_high` (percentile bootstrap); NaN where landmarks were not predicted.
    """
    rows = []
    for condition, group, chosen in _groups(audited):
        if not len(chosen):
            continue
        rate = binomtest(int(chosen["found"].sum()), len(chosen)).proportion_ci(method="wilson")
        row = {"condition": condition, "group": group, "faces": len(chosen), "found": chosen["found"].mean()}
        row |= {"found_low": rate.low, "found_high": rate.high}
        rows.append(row | _error(chosen["error"].dropna().to_numpy(), seed))
    return pd.DataFrame(rows).set_index(["condition", "group"])


def _error(errors: np.ndarray, seed: int) -> dict:
    low = high = np.nan
    if len(errors) > 1:
        options = {"n_resamples": RESAMPLES, "method": "percentile", "rng": np.random.default_rng(seed)}
        low, high = bootstrap((errors,), np.mean, **options).confidence_interval
    return {"error": errors.mean() if len(errors) else np.nan, "error_low": low, "error_high": high}


def _groups(audited: pd.DataFrame):
    """Yields (condition, group, rows); the last bound of a range belongs to the next one."""
    yield "all", "", audited
    if "skin_group" in audited:
        for group, rows in audited.groupby("skin_group"):
            yield "skin group", f"{group + 1} of 6", rows
    for condition, column, nothing in (("glasses", "glasses", "none"), ("occlusion", "occluded", "nothing")):
        if column in audited:
            for name, rows in audited.groupby(column):
                yield condition, name or nothing, rows
    for condition, (column, ranges) in UPPER.items():
        if column in audited:
            for name, low, high in ranges:
                yield condition, name, audited[(audited[column].abs() >= low) & (audited[column].abs() < high)]
    if "pitch" in audited:
        for name, low, high in PITCH:
            yield "pitch", name, audited[(audited["pitch"] >= low) & (audited["pitch"] < high)]
