from dataclasses import replace

import numpy as np
import pytest

from fer_utils.datasets.synthetic import SyntheticFaces
from fer_utils.protocol import Protocol
from fer_utils.training.clip_windows import ClipWindows
from fer_utils.training.windows import Windows


@pytest.fixture(scope="module")
def table():
    return SyntheticFaces("tiny", subjects=12, images_per_emotion=1, size=48, frames=24, fps=12).load()


def divide(table):
    return Protocol.for_table(table, folds=1, unit="sequence").split(table)


def test_windows_show_the_part_of_each_clip_frame_by_frame(table):
    split = divide(table)
    rows = split.folds[0].validation
    windows = ClipWindows.of(split, rows)
    shown = split.table.rows.iloc[rows[windows.frames]]
    assert set(shown["frame"]) == set(range(12, 19))  # of 24 frames those from 50 to 80 %
    assert windows.places.shape == (3 * len(windows.clips), 5) and len(windows) == len(windows.places)
    pixels = split.table.pixels(rows)
    numbers = split.table.rows["frame"].to_numpy()[rows]
    for window, y, sequence in zip(windows.places, windows.y, windows.sequence, strict=True):
        of_window = windows.frames[window]
        assert (np.diff(numbers[of_window]) == 1).all()
        assert set(split.table.sequence[rows[of_window]]) == {sequence} and set(split.y[rows[of_window]]) == {y}
    once = pixels[windows.frames]
    np.testing.assert_array_equal(Windows(once, windows.places)[:4], pixels[windows.frames[windows.places[:4]]])


def test_each_frame_is_there_once_and_knows_its_clip(table):
    split = divide(table)
    rows = split.folds[0].train
    windows = ClipWindows.of(split, rows, start=0.0, stop=1.0)
    assert len(np.unique(windows.frames)) == len(windows.frames) == len(rows)
    names = windows.clips.sequence[windows.of_frames]
    assert (names == split.table.sequence[rows[windows.frames]]).all()
    assert windows.saving == pytest.approx(20 * 5 / 24) and windows.saving > 4


def test_training_leaves_out_windows_with_a_black_frame_and_the_test_part_keeps_its_clips(table):
    found = np.ones(len(table), bool)
    found[table.rows["frame"] == 13] = False
    split = divide(replace(table, rows=table.rows.assign(detected=found)))
    rows = split.folds[0].train
    every, some = ClipWindows.of(split, rows), ClipWindows.of(split, rows, only_found=True)
    assert len(some) == len(every) / 3
    seen = split.table.rows["detected"].to_numpy()[rows[some.frames]]
    assert seen.all() and set(every.sequence) == set(split.table.sequence[rows])
