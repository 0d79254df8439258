"""How fast real faces open; not part of `make test`, because other work on the machine would decide it."""

import os
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from fer_utils.datasets import load_dataset

REAL = Path(os.environ.get("SHARED") or "/nowhere") / "data" / "fer2013" / "fer2013.csv.gz"


def plainly(path, rows):
    """What a reader would write: pandas and str.split."""
    table = pd.read_csv(path, nrows=rows)
    return np.stack([np.array(text.split(), dtype=np.uint8).reshape(48, 48) for text in table["pixels"]])


@pytest.mark.slow
@pytest.mark.data
def test_real_faces_are_parsed_fast_and_opened_at_once(tmp_path, monkeypatch, capsys):
    if not REAL.is_file():
        pytest.skip("the real FER2013 is not here")
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path))
    started = time.perf_counter()
    table = load_dataset("fer2013", str(REAL))
    first = len(table) / (time.perf_counter() - started)

    started = time.perf_counter()
    again = load_dataset("fer2013", str(REAL))
    reopened = time.perf_counter() - started

    started = time.perf_counter()
    expected = plainly(REAL, 4000)
    plain = 4000 / (time.perf_counter() - started)
    with capsys.disabled():
        print(
            f"\nFER2013: {first:,.0f} rows/s the first time, {first / plain:.1f} times pandas with str.split "
            f"({plain:,.0f} rows/s); {1000 * reopened:.0f} ms from the cache"
        )
    assert np.array_equal(again.images[:4000], expected)
    assert first >= 3500
    assert first >= plain
    assert reopened < 0.2
