import gzip

import av
import cv2
import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def truth_of(twins):
    """Reads the ground truth of a twin, indexed by file."""

    def table(name):
        with gzip.open(twins(name) / "ground_truth.csv.gz") as file:
            return pd.read_csv(file, keep_default_na=False, na_values=[""], dtype={"sequence": str}).set_index("file")

    return table


@pytest.fixture
def film():
    """Writes short films whose frames tell their number: a white bar moves down, two pixels a frame."""

    def write(path, frames=6, height=48, width=64, codec="mpeg4", rate=25, seed=0):
        path.parent.mkdir(parents=True, exist_ok=True)
        texture = np.random.default_rng(seed).integers(0, 100, (height // 8, width // 8), dtype=np.uint8)
        still = cv2.resize(texture, (width, height))
        with av.open(str(path), "w") as container:
            stream = container.add_stream(codec, rate=rate)
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            stream.bit_rate = 4_000_000
            for number in range(frames):
                picture = still.copy()
                picture[2 * number : 2 * number + 2] = 255
                container.mux(stream.encode(av.VideoFrame.from_ndarray(np.stack([picture] * 3, 2), format="rgb24")))
            container.mux(stream.encode())
        return path

    return write
