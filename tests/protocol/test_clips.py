import numpy as np
import pytest

from fer_utils.datasets.synthetic import SyntheticFaces
from fer_utils.errors import ParameterError
from fer_utils.faces.fixed_length import fixed_length
from fer_utils.protocol import Protocol
from fer_utils.protocol.clips import PADDING, Clips


@pytest.fixture(scope="module")
def split():
    table = SyntheticFaces("tiny", subjects=12, images_per_emotion=1, size=48, frames=6).load()
    shuffled = table.select(np.random.default_rng(0).permutation(len(table)))  # no order may be taken for granted
    return Protocol.for_table(shuffled, folds=1, unit="sequence").split(shuffled)


def test_frames_stand_in_order_of_time_and_belong_to_one_clip(split):
    rows = split.folds[0].train
    clips, known = Clips.of(split, rows), split.table.rows.iloc[rows]
    assert len(clips) == known["sequence"].nunique() and (clips.lengths == 6).all()
    for number, places in enumerate(clips.frames):
        mine = known.iloc[places]
        assert mine["frame"].is_monotonic_increasing and set(mine["sequence"]) == {clips.sequence[number]}
        assert set(mine["subject"]) == {clips.subject[number]} and set(split.y[rows[places]]) == {clips.y[number]}
    assert sorted(np.concatenate(clips.frames)) == list(range(len(rows)))


def test_clips_are_cut_to_one_length_padded_and_windowed(split):
    clips = Clips.of(split, split.folds[0].test)
    assert clips.sampled(lambda count: fixed_length(count, 10)).shape == (len(clips), 10)
    padded = clips.padded(8)
    assert (padded[:, 6:] == PADDING).all() and np.array_equal(padded[0, :6], clips.frames[0])
    places, clip = clips.windows(4)
    assert np.array_equal(np.bincount(clip), np.full(len(clips), 3))
    assert np.array_equal(places[1], clips.frames[0][1:5])
    places, clip = clips.windows(5, start=0.5, stop=0.8)  # the part is shorter than a window: its end is repeated
    assert np.array_equal(clip, np.arange(len(clips)))
    assert np.array_equal(places[0], clips.frames[0][[3, 4, 4, 4, 4]])


def test_clips_that_would_be_cut_and_protocols_that_count_images_are_refused(split):
    clips = Clips.of(split, split.folds[0].test)
    with pytest.raises(ParameterError, match="has 6 frames; nothing may be cut off"):
        clips.padded(5)
    images = Protocol.for_table(split.table, folds=1).split(split.table)
    with pytest.raises(ParameterError, match="counts images"):
        Clips.of(images, images.folds[0].test)


def test_frames_without_a_face_are_left_out_and_no_clip_is_lost(split):
    clips = Clips.of(split, split.folds[0].test)
    found = np.ones(len(split.folds[0].test), dtype=bool)
    found[clips.frames[0][:2]] = False
    found[clips.frames[1]] = False  # in none of its frames
    kept = clips.where(found)
    assert np.array_equal(kept.frames[0], clips.frames[0][2:])
    assert all(np.array_equal(ours, theirs) for ours, theirs in zip(kept.frames[1:], clips.frames[1:], strict=True))
    assert np.array_equal(kept.y, clips.y)
