"""Pictures that are altered copies of others: shifted, turned, scaled, mirrored, brighter."""

import cv2
import numpy as np
import pandas as pd
from scipy.fft import dctn

from fer_utils.protocol.thumbnails import SIDE

LOW = 6  # lowest frequencies in each direction: small shifts and rotations hardly change them
TRIED = 5  # most alike pictures that each one is registered with, and as many for its mirrored picture
THRESHOLD = 0.95  # ZNCC after registration; interpolating twice costs a little
LARGEST = 0.5  # change of area that is still believed
STOP = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 50, 1e-4)
BLOCK = 4096  # pictures at a time, so that memory stays bounded
BLUR = 5  # pixels, while registering


def augmented_copies(small: np.ndarray, asked: np.ndarray, among: np.ndarray) -> pd.DataFrame:
    """Finds for each of some pictures one that it may be an altered copy of.

    Each is registered with the few that are most alike in their lowest frequencies, by an affine map (enhanced
    correlation coefficient, Evangelidis and Psarakis 2008), and ZNCC is taken where the two overlap. A copy that is
    shifted by more than a few pixels of 48 may be overlooked.

    Args:
        small: uint8 array (n, 48, 48), such as from `thumbnails`.
        asked: int array. Pictures that may be copies; each costs about 10 ms.
        among: int array. Pictures that they may be copies of.

    Returns:
        DataFrame `i, j, zncc, mirrored`: i of `asked`, j of `among`, one row for each i that has a copy.
    """
    asked, among = np.asarray(asked, dtype=int), np.asarray(among, dtype=int)
    if not len(asked) or not len(among):
        return pd.DataFrame({"i": asked[:0], "j": among[:0], "zncc": np.zeros(0), "mirrored": np.zeros(0, bool)})
    blocks = [_features(small[among[start : start + BLOCK]]) for start in range(0, len(among), BLOCK)]
    known, found = np.concatenate(blocks), []
    for i in asked:
        best = (THRESHOLD, -1, False)
        for mirrored, picture in ((False, small[i]), (True, np.ascontiguousarray(small[i][:, ::-1]))):
            likeness = known @ _features(picture[None])[0]
            for place in np.argpartition(-likeness, min(TRIED, len(among)) - 1)[:TRIED]:
                if among[place] != i:
                    zncc = registered_zncc(small[among[place]], picture)
                    best = max(best, (zncc, int(among[place]), mirrored))
        if best[1] >= 0:
            found.append((int(i), best[1], best[0], best[2]))
    return pd.DataFrame(found, columns=["i", "j", "zncc", "mirrored"])


def registered_zncc(first: np.ndarray, second: np.ndarray) -> float:
    """Correlates two pictures after an affine map has brought the second into the place of the first.

    Args:
        first: uint8 array (48, 48).
        second: uint8 array (48, 48).

    Returns:
        float. ZNCC where they overlap; 0 where they cannot be registered, overlap by less than half, or are constant.
    """
    try:
        _, warp = cv2.findTransformECC(
            first, second, np.eye(2, 3, dtype=np.float32), cv2.MOTION_AFFINE, STOP, None, BLUR
        )
    except cv2.error:  # no convergence: they show different things
        return 0.0
    back = {"dsize": first.shape[::-1], "flags": cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP}
    inside = cv2.warpAffine(np.full_like(second, 255), warp, **back) == 255
    if 2 * inside.sum() < inside.size or abs(np.linalg.det(warp[:, :2]) - 1) > LARGEST:
        return 0.0
    a, b = (picture[inside].astype(float) for picture in (first, cv2.warpAffine(second, warp, **back)))
    a, b = a - a.mean(), b - b.mean()
    length = np.sqrt((a @ a) * (b @ b))
    return float(a @ b / length) if length else 0.0


def _features(small: np.ndarray) -> np.ndarray:
    """Low frequencies of the middle of each picture, of length 1; the mean is left out, and so is brightness."""
    window = np.hanning(SIDE + 2)[1:-1].astype(np.float32)
    centered = small - small.mean(axis=(1, 2), keepdims=True, dtype=np.float32)
    waves = dctn(centered * np.outer(window, window), axes=(1, 2), norm="ortho")[:, :LOW, :LOW].reshape(len(small), -1)
    waves[:, 0] = 0
    length = np.linalg.norm(waves, axis=1, keepdims=True)
    return waves / np.where(length > 0, length, 1)
