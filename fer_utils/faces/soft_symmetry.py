"""What a turned head hides, and how the other side of the face stands in for it (Hassner et al. 2015, section 3.3)."""

import cv2
import numpy as np

from fer_utils.faces.reference_head import ACROSS, ReferenceHead

STEP = 2  # every second pixel of the frontal picture is counted
BIN = 2 * STEP  # pixels of the frontal picture along one side of a bin, where the head is seen from the front
BLUR = 0.03  # standard deviation, as a fraction of the frontal picture, with which counts are smoothed
SEEN, HIDDEN = 0.8, 2.2  # how many more reads than its mirror image a place has where blending begins, and is complete
MOST = 4.0  # reads of one place that are counted at most
MIDDLE = 0.12  # distance from the middle line of the face, in units, within which blending fades in
LARGEST = 1023  # number of the last bin along a side, so that no pose asks for much memory
MIRRORED = np.r_[  # the iBUG landmarks in the order that they have in a mirror
    16:-1:-1, 26:16:-1, 27:31, 35:30:-1, 45:41:-1, 47, 46, 39:35:-1, 41, 40, 54:47:-1, 59:54:-1, 64:59:-1, 67:64:-1
]  # fmt: skip


def hidden_weights(maps: np.ndarray, reference: ReferenceHead, yaw: float, unit: float) -> np.ndarray:
    """Estimates how far each pixel of a frontal picture shows what was hidden.

    Where a surface is seen at a flat angle, or another part is before it, many pixels of the frontal picture read the
    same few of the original one. They are counted, and compared with the count at the mirrored place.

    Args:
        maps: float32 array (2, size, size). Where in the original picture, x and y, each frontal pixel is read.
        reference: `ReferenceHead` of that size.
        yaw: float. Degrees, as in `HeadPose`; the side to which the face is turned is the hidden one.
        unit: float. Pixels of the original picture to a unit of the head.

    Returns:
        float32 array (size, size) in 0-1: the share that the mirrored face is to have. Exactly 0 on the visible half,
        on the middle line and about the eyes, whose gaze a mirror would turn.
    """
    size = reference.size
    bins = maps[:, ::STEP, ::STEP] * np.float32(reference.unit / (BIN * unit))
    bins -= bins.min(axis=(1, 2), keepdims=True)
    column, row = np.minimum(bins, LARGEST).astype(np.int64)
    place = (row * (column.max() + 1) + column).ravel()
    counts = np.bincount(place)[place].reshape(row.shape).astype(np.float32) / (BIN / STEP) ** 2
    counts = cv2.GaussianBlur(np.minimum(counts, MOST), (0, 0), BLUR * size / STEP, borderType=cv2.BORDER_REPLICATE)
    more = np.clip((counts - counts[:, ::-1] - SEEN) / (HIDDEN - SEEN), 0, 1)
    weights = cv2.resize(more, (size, size), interpolation=cv2.INTER_LINEAR)
    aside = np.sign(yaw) * (np.arange(size) - (size - 1) / 2) * ACROSS / size
    return weights * (1 - reference.eyes) * np.clip(aside / MIDDLE, 0, 1).astype(np.float32)


def blend_mirrored(image: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Blends a frontal picture with its mirror image.

    Args:
        image: uint8 array (size, size) or (size, size, 3).
        weights: float32 array (size, size) in 0-1. Share of the mirror image.

    Returns:
        uint8 array of the same shape, with the same bytes where the weights are 0.
    """
    columns = np.flatnonzero(weights.any(axis=0))
    if not len(columns):
        return image
    part = slice(columns[0], columns[-1] + 1)
    shares = np.ascontiguousarray(weights[:, part])
    blended = image.copy()
    mirrored = np.ascontiguousarray(cv2.flip(image, 1)[:, part])
    blended[:, part] = cv2.blendLinear(np.ascontiguousarray(image[:, part]), mirrored, 1 - shares, shares)
    return blended


def blend_landmarks(landmarks: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Moves landmarks as `blend_mirrored` moves what is seen: where the mirror image is shown, its landmarks count.

    Args:
        landmarks: float array (68, 2). Pixels of the frontal picture.
        weights: float32 array (size, size) in 0-1.

    Returns:
        float array (68, 2).
    """
    last = len(weights) - 1
    column, row = np.clip(np.round(landmarks), 0, last).astype(int).T
    mirrored = landmarks[MIRRORED] * (-1, 1) + (last, 0)
    share = weights[row, column][:, None]
    return (1 - share) * landmarks + share * mirrored
