import numpy as np
import pytest

from fer_utils.errors import ParameterError
from fer_utils.faces.clip_sampling import every_period, part_of_clip, sample_segments, sliding_windows


def test_half_to_four_fifths_of_ten_frames_are_three():
    assert part_of_clip(10).tolist() == [5, 6, 7]
    assert part_of_clip(100).tolist() == list(range(50, 80))
    assert part_of_clip(100, 0.6, 0.9).tolist() == list(range(60, 90))


@pytest.mark.parametrize("count", range(1, 8))
def test_the_shortest_clips_keep_a_frame(count):
    for start, stop in ((0.5, 0.8), (0.0, 0.01), (0.99, 1.0)):
        chosen = part_of_clip(count, start, stop)
        assert len(chosen) >= 1 and 0 <= chosen.min() <= chosen.max() < count


def test_parts_that_follow_each_other_share_no_frame_and_leave_none_out():
    parts = [part_of_clip(77, *part) for part in ((0, 0.3), (0.3, 0.65), (0.65, 1))]
    assert np.concatenate(parts).tolist() == list(range(77))


def test_windows_never_reach_from_one_sequence_into_the_next():
    sequences = np.array(["a"] * 7 + ["b"] * 4 + ["c"] * 5)
    windows = sliding_windows(sequences)
    assert windows.tolist() == [[0, 1, 2, 3, 4], [1, 2, 3, 4, 5], [2, 3, 4, 5, 6], [11, 12, 13, 14, 15]]
    assert (sequences[windows] == sequences[windows[:, :1]]).all()


def test_windows_may_stand_side_by_side():
    assert sliding_windows(np.zeros(11), length=3, step=3).tolist() == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
    assert sliding_windows(np.zeros(2), length=3).shape == sliding_windows(np.zeros(0), length=3).shape == (0, 3)


def test_frames_that_are_not_sorted_are_refused():
    with pytest.raises(ParameterError, match=r"Sequence .*'a'.* several pieces"):
        sliding_windows(np.array(["a", "a", "b", "a"]), length=2)


def test_each_segment_gives_one_frame_and_all_of_its_frames_have_a_chance():
    rng = np.random.default_rng(0)
    drawn = np.array([sample_segments(10, rng) for _ in range(400)])
    assert [sorted(set(column.tolist())) for column in drawn.T] == [[0, 1, 2], [3, 4, 5], [6, 7, 8, 9]]


def test_the_first_three_of_five_segments_never_show_the_end():
    drawn = [sample_segments(20, np.random.default_rng(seed), segments=5, used=3) for seed in range(50)]
    assert np.shape(drawn) == (50, 3) and np.max(drawn) == 11


def test_a_clip_of_one_frame_shows_it_three_times():
    assert sample_segments(1, np.random.default_rng(0)).tolist() == [0, 0, 0]
    assert sample_segments(2, np.random.default_rng(0), segments=4).tolist() == [0, 0, 1, 1]


def test_the_same_seed_draws_the_same_frames():
    one, other = (sample_segments(90, np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(one, other)


def test_nothing_can_be_chosen_from_nothing():
    with pytest.raises(ParameterError, match="without frames"):
        part_of_clip(0)
    with pytest.raises(ParameterError, match="without frames"):
        sample_segments(0, np.random.default_rng(0))


def test_impossible_parts_windows_and_segments_are_refused():
    with pytest.raises(ParameterError, match="start < stop"):
        part_of_clip(10, 0.8, 0.5)
    with pytest.raises(ParameterError, match="at least 1"):
        sliding_windows(np.zeros(9), length=0)
    with pytest.raises(ParameterError, match="no more used"):
        sample_segments(9, np.random.default_rng(0), segments=3, used=4)


@pytest.mark.parametrize(
    ("rate", "count", "expected"),
    [
        (25, 30, [0, 8, 15, 23]),  # 0, 0.3, 0.6, 0.9 seconds: the next frame that comes
        (10, 10, [0, 3, 6, 9]),
        (100, 61, [0, 30, 60]),
        (2, 4, [0, 1, 2, 3]),  # fewer frames than looks: each once
        (25, 7, [0]),  # a clip that ends within a period
        (25, 1, [0]),
    ],
)
def test_a_camera_that_looks_every_third_of_a_second_sees_these_frames(rate, count, expected):
    assert every_period(np.arange(count) / rate).tolist() == expected
    assert every_period(7 + np.arange(count) / rate).tolist() == expected  # whenever the clip begins


def test_a_film_with_an_uneven_rate_is_looked_at_by_its_own_times():
    assert every_period([0, 0.1, 0.5, 0.55, 0.95], 0.3).tolist() == [0, 2, 4]


@pytest.mark.parametrize(
    ("seconds", "period", "words"),
    [
        ([], 0.3, "without frames"),
        ([0, 1], 0, "period=0: expected seconds"),
        ([0, np.nan], 0.3, "expected known times"),
        ([0, 2, 1], 0.3, "each later than the one before"),
    ],
)
def test_times_that_are_none_are_refused(seconds, period, words):
    with pytest.raises(ParameterError, match=words):
        every_period(seconds, period)
