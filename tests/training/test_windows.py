import tracemalloc

import keras
import numpy as np
import pandas as pd
import pytest

from fer_utils.datasets.face_table import FaceTable
from fer_utils.datasets.synthetic import SyntheticFaces
from fer_utils.faces.clip_sampling import sliding_windows
from fer_utils.protocol import Protocol
from fer_utils.protocol.clips import Clips
from fer_utils.training.augmentation import Augmentation
from fer_utils.training.batches import FaceBatches
from fer_utils.training.fit import fit, predict
from fer_utils.training.schedules import Schedule
from fer_utils.training.windows import Frames, Masks, Segments, Together, Windows

PIXELS = np.arange(6, dtype=np.uint8)[:, None, None, None] * np.full((6, 4, 4, 1), 40, np.uint8)
PLACES = np.array([[0, 1, 2], [3, 4, -1], [5, 5, 5], [2, 3, 4]])


@pytest.fixture(scope="module")
def split():
    table = SyntheticFaces("tiny", subjects=12, images_per_emotion=1, size=48, frames=6).load()
    return Protocol.for_table(table, folds=1, unit="sequence").split(table)


def test_windows_are_what_copying_would_give_and_padding_is_black():
    windows = Windows(PIXELS, PLACES)
    assert windows.shape == (4, 3, 4, 4, 1) and windows.dtype == np.uint8 and len(windows) == 4
    some = windows[np.array([1, 3])]
    assert some[:, :, 0, 0, 0].tolist() == [[120, 160, 0], [80, 120, 160]]
    some[:] = 255
    assert PIXELS.max() == 200  # a copy
    assert Masks(PLACES)[:2].tolist() == [[1, 1, 1], [1, 1, 0]]


def test_frames_of_a_table_are_read_when_they_are_asked_for(split):
    rows = split.folds[0].train
    frames, pixels = Frames(split.table, rows), split.table.pixels(rows)
    places, _ = Clips.of(split, rows).windows(3)
    np.testing.assert_array_equal(Windows(frames, places)[5:9], pixels[places[5:9]])
    assert frames.shape == pixels.shape and len(frames) == len(rows)


def peak_bytes(work):
    """Runs some work; returns what it gave, and the most memory that it held at a time."""
    tracemalloc.start()
    try:
        return work(), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.fixture
def mapped(tmp_path):
    """A table of 600 faces whose pixels lie in a file."""
    path, shape = tmp_path / "faces.npy", (600, 64, 64, 3)
    images = np.lib.format.open_memmap(path, "w+", np.uint8, shape)
    images[:] = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    images.flush()
    rows = pd.DataFrame({"sample_id": [f"f{i}" for i in range(600)], "subject": "a", "sequence": "s", "label": "fear"})
    rows = rows.assign(frame=range(600), split=None, image=range(600))
    return FaceTable("mapped", rows, np.load(path, mmap_mode="r"), "x")


def test_clips_are_cut_into_windows_without_copying(mapped):
    places = sliding_windows(np.zeros(600), 16)
    copied = len(places) * 16 * 64 * 64 * 3
    for frames in (Frames(mapped, np.arange(600)), mapped.images):
        windows, most = peak_bytes(lambda frames=frames: Windows(frames, places))
        assert windows.shape == (585, 16, 64, 64, 3) and most < copied / 1000
    assert np.shares_memory(windows.frames, mapped.images)
    everything, most = peak_bytes(lambda: Windows(mapped.pixels(), places)[:])
    assert most > everything.nbytes == copied  # what copying would take is seen by this measure


def test_a_batch_of_windows_holds_itself_and_nothing_else(mapped):
    places = sliding_windows(np.zeros(600), 16)
    chosen = np.random.default_rng(0).permutation(len(places))[:24]
    for frames in (Frames(mapped, np.arange(600)), mapped.images):
        batch, most = peak_bytes(lambda frames=frames: Windows(frames, places)[chosen])
        np.testing.assert_array_equal(batch, np.asarray(mapped.images)[places[chosen]])
        assert most < 1.1 * batch.nbytes
        batch[:] = 0  # and may be changed


def test_each_epoch_draws_other_frames_of_each_segment_and_the_same_seed_the_same(split):
    clips = Clips.of(split, split.folds[0].train)
    pixels = split.table.pixels(split.folds[0].train)
    one, two = (Segments(pixels, clips, 3, seed=4) for _ in range(2))
    first = one.places
    batches = FaceBatches(one, np.eye(7)[clips.y], 8)
    batches.start_epoch(1)
    assert not np.array_equal(first, one.places)
    two.start_epoch(1)
    np.testing.assert_array_equal(one.places, two.places)
    within = one.places - np.array([places[0] for places in clips.frames])[:, None]
    assert (within // 2 == [0, 1, 2]).all()  # six frames: two a segment


def test_a_sequence_is_augmented_as_one_and_so_are_several_inputs():
    faces = np.random.default_rng(0).integers(0, 256, (5, 1, 24, 24, 1), dtype=np.uint8)
    still = np.repeat(faces, 3, axis=1)
    warped = Augmentation()(still, np.random.default_rng(1))
    assert (warped == warped[:, :1]).all() and not np.array_equal(warped, still)
    np.testing.assert_array_equal(warped[:, 0], Augmentation()(faces[:, 0], np.random.default_rng(1)))
    batches = FaceBatches(Together(still, still[:, 0], np.ones((5, 2), np.float32)), np.eye(5), 5, Augmentation())
    (clips, images, features), _ = batches[0]
    np.testing.assert_array_equal(clips[:, 1], images)
    assert features.tolist() == [[1, 1]] * 5


def brightness_network():
    """Tells clips apart by the mean of the frames that the mask shows."""
    keras.utils.set_random_seed(0)
    frames, mask = keras.Input((None, 4, 4, 1)), keras.Input((None,))
    level = keras.ops.mean(frames, axis=(2, 3))
    there = keras.ops.expand_dims(mask, -1)
    mean = keras.ops.sum(level * there, axis=1) / keras.ops.sum(there, axis=1)
    return keras.Model([frames, mask], keras.layers.Dense(2, activation="softmax")(mean))


def test_a_network_trains_on_masked_sequences_and_padding_changes_no_prediction(tmp_path):
    random = np.random.default_rng(3)
    y = np.arange(40) % 2
    pixels = np.clip(60 + 120 * y[:, None, None, None, None] + random.normal(0, 20, (40, 6, 4, 4, 1)), 0, 255)
    pixels = pixels.reshape(-1, 4, 4, 1).astype(np.uint8)
    places = np.arange(240).reshape(40, 6)
    places[::3, 4:] = -1
    seen, checked = (Together(Windows(pixels, some), Masks(some)) for some in (places[:30], places[30:]))
    model = brightness_network()
    fit(model, (seen, y[:30]), (checked, y[30:]), tmp_path, Schedule("constant", 0.2), 6, batch_size=8)
    answers = predict(model, checked)
    assert (answers.argmax(axis=1) == y[30:]).all()
    longer = np.pad(places[30:], ((0, 0), (0, 5)), constant_values=-1)
    np.testing.assert_allclose(predict(model, Together(Windows(pixels, longer), Masks(longer))), answers, atol=1e-5)
    np.testing.assert_allclose(predict(model, checked, batch_size=3), answers, atol=1e-5)
