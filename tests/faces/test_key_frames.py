import numpy as np
import pytest

from fer_utils.datasets.synthetic import Identity, draw_face
from fer_utils.errors import ParameterError
from fer_utils.faces.key_frames import key_frames


def test_a_clip_of_three_expressions_has_one_key_frame_of_each():
    units = [{}] * 5 + [{12: 5, 25: 4}] * 6 + [{1: 5, 2: 5, 26: 5}] * 4
    noise = np.random.default_rng(0).normal(0, 2, (15, 48, 48))
    frames = np.stack([draw_face(Identity(), unit, 48) for unit in units]) + noise
    chosen = key_frames(frames, 3)
    assert np.digitize(chosen, [5, 11]).tolist() == [0, 1, 2]


def test_a_key_frame_is_the_nearest_to_the_center_of_its_cluster():
    line = np.array([[0.0], [1.0], [2.0], [100.0], [104.0], [110.0]])
    assert key_frames(line, 2).tolist() == [1, 4]


def test_short_clips_are_kept_whole():
    assert key_frames(np.arange(4.0)[:, None], 4).tolist() == [0, 1, 2, 3]
    assert key_frames(np.ones((1, 5)), 3).tolist() == [0]


def test_frames_that_are_all_the_same_have_one_key_frame():
    assert key_frames(np.ones((9, 5)), 3).tolist() == [0]
    assert key_frames(np.repeat([[1.0], [5.0]], 6, axis=0), 3).tolist() == [0, 6]


def test_the_same_seed_chooses_the_same_frames():
    frames = np.random.default_rng(1).normal(size=(40, 8))
    chosen = key_frames(frames, 5, seed=3)
    assert np.array_equal(chosen, key_frames(frames, 5, seed=3))
    assert len(chosen) == 5 and (np.diff(chosen) > 0).all()


def test_no_frames_and_no_count_are_refused():
    for frames, count in ((np.zeros((0, 5)), 3), (np.zeros((5, 5)), 0), (np.zeros(5), 2)):
        with pytest.raises(ParameterError, match="at least one of each"):
            key_frames(frames, count)
