import numpy as np
import pytest

from fer_utils.models.frame_attention import frame_attention
from fer_utils.protocol.clips import Clips
from fer_utils.training.clip_inputs import drawn_frames, whole_clips
from fer_utils.training.fit import fit, predict
from fer_utils.training.schedules import Schedule

PIXELS = np.random.default_rng(0).integers(0, 256, (20, 32, 32, 1), dtype=np.uint8)
NAMES = np.array(["a", "b", "c", "d"], dtype=object)
FRAMES = (np.arange(6), np.arange(6, 7), np.arange(7, 15), np.arange(15, 20))
CLIPS = Clips(NAMES, FRAMES, np.array([0, 1, 1, 0]), np.array(["p", "p", "q", "q"], dtype=object))


def test_whole_clips_come_with_masks_of_their_frames():
    whole = whole_clips(PIXELS, CLIPS)
    clips, masks = whole[np.array([1, 3])]
    assert len(whole) == 4 and clips.shape == (2, 8, 32, 32, 1)
    assert masks.sum(axis=1).tolist() == [1, 5]
    np.testing.assert_array_equal(clips[1, :5], PIXELS[15:])
    assert (clips[0, 1:] == 0).all()
    some = whole_clips(PIXELS, CLIPS, np.array([2]), length=11)
    assert len(some) == 1 and some[:][1].tolist() == [[1] * 8 + [0] * 3]


def test_drawn_frames_are_others_in_every_epoch_and_none_is_empty():
    drawn = drawn_frames(PIXELS, CLIPS, 5, 3, seed=1)
    first = drawn[:]
    assert first[0].shape == (4, 3, 32, 32, 1) and (first[1] == 1).all()
    drawn.start_epoch(1)
    assert not np.array_equal(first[0], drawn[:][0])
    places = drawn.parts[0].places
    assert (places[0] <= 3).all()  # the first three of five parts of six frames
    assert (places[1] == 6).all()


def test_attention_trains_on_drawn_frames_and_is_validated_on_whole_clips(tmp_path):
    model = frame_attention(2, width=1 / 32, input_shape=(32, 32, 1), l2=5e-5)
    seen, checked = drawn_frames(PIXELS, CLIPS), whole_clips(PIXELS, CLIPS)
    schedule = Schedule("emotion_fan_ck", 0.01)
    history = fit(model, (seen, CLIPS.y), (checked, CLIPS.y), tmp_path, schedule, 3, batch_size=3)
    assert history["learning_rate"].tolist() == pytest.approx([0.01, 0.01, 0.002])  # it falls within the second epoch
    assert np.isfinite(history["val_loss"]).all()
    answers = predict(model, checked)
    np.testing.assert_allclose(predict(model, whole_clips(PIXELS, CLIPS, length=12), batch_size=3), answers, atol=1e-5)
