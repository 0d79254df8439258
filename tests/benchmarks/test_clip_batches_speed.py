"""Whether batches of clips from a memory-mapped file come faster than the nested LSTM takes them."""

import os
import time

import numpy as np
import pandas as pd
import pytest

from fer_utils.datasets.face_table import FaceTable
from fer_utils.faces.clip_sampling import sliding_windows
from fer_utils.models.nested_lstm import NARROW, stc_nlstm
from fer_utils.training.batches import FaceBatches
from fer_utils.training.windows import Frames, Windows

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]
FRAMES, SHAPE = 2000, (112, 112, 3)
LENGTH, BATCH, BATCHES, ROUNDS = 16, 8, 4, 3


@pytest.fixture(scope="module")
def batches(tmp_path_factory):
    """Shuffled windows of 16 frames, cut out of 20 clips that lie in a file of 75 MB."""
    path = tmp_path_factory.mktemp("clips") / "frames.npy"
    images = np.lib.format.open_memmap(path, "w+", np.uint8, (FRAMES, *SHAPE))
    random = np.random.default_rng(0)
    for image in images:
        image[:] = random.integers(0, 256, SHAPE, dtype=np.uint8)
    images.flush()
    clips = np.arange(FRAMES) // 100
    rows = pd.DataFrame({"sample_id": [f"f{i}" for i in range(FRAMES)], "subject": "a", "sequence": clips.astype(str)})
    rows = rows.assign(frame=np.arange(FRAMES) % 100, label="fear", split=None, image=range(FRAMES))
    table = FaceTable("mapped", rows, np.load(path, mmap_mode="r"), "x")
    windows = Windows(Frames(table, np.arange(FRAMES)), sliding_windows(clips, LENGTH))
    targets = np.eye(6, dtype=np.float32)[np.arange(len(windows)) % 6]
    return FaceBatches(windows, targets, BATCH)


def seconds(work, batches):
    """Wall and processor seconds for some batches."""
    started = time.perf_counter(), time.process_time()
    for batch in batches:
        work(batch)
    return np.array([time.perf_counter() - started[0], time.process_time() - started[1]])


@pytest.mark.parametrize("trains", [True, False], ids=["training", "prediction"])
def test_clips_of_16_frames_come_faster_than_the_network_takes_them(batches, trains, capsys):
    network = stc_nlstm(6, (LENGTH, *SHAPE), NARROW, 64)
    network.compile("adam", "categorical_crossentropy")
    take = (lambda b: network.train_on_batch(*b)) if trains else (lambda b: network.predict_on_batch(b[0]))
    take(batches[0])  # compiles
    fed, taken = [], []
    for number in range(ROUNDS):  # in turns, because the machine may be busy with something else
        chosen = range(number * BATCHES, (number + 1) * BATCHES)
        fed.append(seconds(lambda place: batches[place], chosen))
        ready = [batches[place] for place in chosen]
        taken.append(seconds(take, ready))
    fed, taken = np.min(fed, axis=0), np.min(taken, axis=0)
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
    clips = BATCHES * BATCH
    with capsys.disabled():
        print(f"\n16 x 112 x 112 clips a second, {'training' if trains else 'prediction'}, load {load:.1f}:")
        print(f"  fed {clips / fed[0]:.0f} (processor {clips / fed[1]:.0f})")
        print(f"  taken {clips / taken[0]:.1f} (processor {clips / taken[1]:.1f})")
        print(f"  ratio {taken[0] / fed[0]:.1f} (processor {taken[1] / fed[1]:.1f})")
    assert taken[0] > 2 * fed[0]
