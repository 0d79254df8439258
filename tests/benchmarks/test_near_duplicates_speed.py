"""How fast near-duplicates are found, beside the plain product of all pictures with all others."""

import os
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from fer_utils.datasets import load_dataset
from fer_utils.protocol.near_duplicates import THRESHOLD, near_duplicates

REAL = Path(os.environ.get("SHARED") or "/nowhere") / "data" / "fer2013" / "fer2013.csv.gz"
ROWS = 2048  # pictures that are multiplied with all others at a time

resource = pytest.importorskip("resource", reason="peak memory is asked of Unix")
pytestmark = [pytest.mark.slow, pytest.mark.data]


@pytest.fixture
def real(tmp_path, monkeypatch):
    if not REAL.is_file():
        pytest.skip("the real FER2013 is not here")
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path))
    return np.array(load_dataset("fer2013", str(REAL)).images)


def peak():
    """Most memory that this process has had, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024) / 1e9


def plainly(pictures):
    """All pairs i < j by one product of all pixels, in blocks; mirrored ones not among them."""
    flat = pictures.reshape(len(pictures), -1).astype(np.float32)
    flat -= flat.mean(axis=1, keepdims=True)
    length = np.linalg.norm(flat, axis=1, keepdims=True)
    flat /= np.where(length > 0, length, 1)
    found = set()
    for start in range(0, len(flat), ROWS):
        i, j = np.nonzero(flat[start : start + ROWS] @ flat[start:].T >= THRESHOLD)
        found |= set(zip((i[i < j] + start).tolist(), (j[i < j] + start).tolist(), strict=True))
    return found


def test_the_real_faces_are_searched_in_under_a_minute_and_the_same_pairs_are_found(real, capsys):
    before = peak()
    started, worked = time.perf_counter(), time.process_time()
    pairs = near_duplicates(real)
    seconds, processor = time.perf_counter() - started, time.process_time() - worked
    more = peak() - before
    started, worked = time.perf_counter(), time.process_time()
    expected = plainly(real)
    plain_seconds, plain_processor = time.perf_counter() - started, time.process_time() - worked
    constant = real.reshape(len(real), -1).std(axis=1) == 0  # the plain product knows no correlation of these
    straight = pairs[~pairs["mirrored"] & ~constant[pairs["i"]]]
    with capsys.disabled():
        print(
            f"\nNear-duplicates of {len(real):,} faces, mirrored too: {seconds:.1f} s ({processor:.1f} s of "
            "processor), "
            f"{len(pairs):,} pairs, at most {more:.2f} GB more than before; the plain product without mirrored: "
            f"{plain_seconds:.1f} s ({plain_processor:.1f} s of processor)"
        )
    assert set(zip(straight["i"], straight["j"], strict=True)) == expected
    assert processor < 60 and processor < plain_processor / 3 and more < 1.5


def moved(picture, shift=(0, 0), scale=1.0):
    warp = cv2.getRotationMatrix2D((23.5, 23.5), 0, scale)
    warp[:, 2] += shift
    return cv2.warpAffine(picture, warp, (48, 48), borderMode=cv2.BORDER_REPLICATE)


def jpeg(picture, quality):
    return cv2.imdecode(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1], cv2.IMREAD_GRAYSCALE)


PLANTED = {
    "JPEG, quality 95": lambda picture: jpeg(picture, 95),
    "JPEG, quality 50": lambda picture: jpeg(picture, 50),
    "brighter by 30, clipped": lambda picture: np.clip(picture.astype(int) + 30, 0, 255).astype(np.uint8),
    "contrast of 60 %": lambda picture: (0.6 * picture + 40).astype(np.uint8),
    "mirrored": lambda picture: picture[:, ::-1],
    "moved by 1 pixel": lambda picture: moved(picture, (1, 0)),
    "scaled by 1.03": lambda picture: moved(picture, scale=1.03),
}


def test_how_many_altered_copies_are_near_duplicates(real, capsys):
    """What correlates by 0.98 is found without exception; what an alteration costs in correlation is a fact of it."""
    chosen = real[np.sort(np.random.default_rng(0).permutation(len(real))[:3000])]
    constant = chosen.reshape(len(chosen), -1).std(axis=1) == 0
    chosen = chosen[~constant]
    count, lines = len(chosen), []
    for name, alter in PLANTED.items():
        copies = np.stack([alter(picture) for picture in chosen])
        pairs = near_duplicates(np.concatenate([chosen, copies]))
        found = set(zip(pairs["i"], pairs["j"], strict=True))
        compared = copies[:, :, ::-1] if name == "mirrored" else copies
        exact = np.array([np.corrcoef(a.ravel(), b.ravel())[0, 1] for a, b in zip(chosen, compared, strict=True)])
        reach = np.flatnonzero(exact >= THRESHOLD + 1e-6)
        there = sum((i, i + count) in found for i in range(count))
        lines.append(f"  {name:<26}{100 * there / count:5.1f} % found; median ZNCC {np.median(exact):.3f}")
        assert all((i, i + count) in found for i in reach)
        assert name not in ("JPEG, quality 95", "contrast of 60 %", "mirrored") or there >= 0.99 * count
    with capsys.disabled():
        print("\n" + "\n".join(lines))
