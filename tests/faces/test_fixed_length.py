import math

import numpy as np
import pytest

from fer_utils.errors import ParameterError
from fer_utils.faces.fixed_length import MODES, fixed_length


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("count", [1, 4, 18, 39, 40, 41, 77, 81])
def test_every_sequence_gets_40_frames_in_order_of_time(mode, count):
    frames = fixed_length(count, 40, mode)
    assert len(frames) == 40 and frames[0] >= 0 and frames[-1] < count
    assert (np.diff(frames) >= 0).all()


def test_forty_frames_stay_as_they_are():
    for mode in MODES:
        assert fixed_length(40, 40, mode).tolist() == list(range(40))


def test_repeated_frames_are_dropped_from_the_front_so_that_the_apex_stays():
    """39 frames, each twice, are 78: the last 40 are frames 19 to 38; cut at the end, frames 0 to 19 would remain."""
    assert fixed_length(39).tolist() == np.arange(19, 39).repeat(2).tolist()
    assert fixed_length(39, mode="paper_head").tolist() == np.arange(20).repeat(2).tolist()
    assert fixed_length(18)[-1] == 17 and fixed_length(18, mode="paper_head")[-1] == 13


@pytest.mark.parametrize(("count", "kept"), [(41, 21), (50, 25), (60, 30), (77, 39)])
def test_skipping_leaves_too_few_frames_and_the_last_one_fills_up(count, kept):
    frames = fixed_length(count)
    assert len(np.unique(frames)) == kept
    assert (frames[kept:] == frames[-1]).all() and np.array_equal(frames[:kept], np.arange(0, count, 2))


def test_of_4_to_77_frames_six_lengths_alone_need_no_repair():
    """As Algorithm 1 stands, before frames are filled in or dropped."""
    repeated = [n for n in range(4, 41) if np.array_equal(fixed_length(n), fixed_length(n, mode="paper_head"))]
    assert repeated == [4, 5, 8, 10, 20, 40]
    assert all(len(np.unique(fixed_length(n))) < 40 for n in range(41, 78))


def test_counted_from_the_end_the_apex_of_50_frames_is_kept():
    assert fixed_length(50)[-1] == 48
    assert fixed_length(50, from_end=True)[-1] == 49
    assert len(np.unique(fixed_length(50, from_end=True))) == 25


def test_uniform_frames_are_spread_evenly():
    assert fixed_length(80, 40, "uniform").tolist() == list(range(0, 80, 2))
    assert fixed_length(20, 40, "uniform").tolist() == np.arange(20).repeat(2).tolist()
    assert set(np.diff(fixed_length(77, 40, "uniform")).tolist()) == {1, 2}


def test_an_empty_sequence_and_an_unknown_mode_are_refused():
    with pytest.raises(ParameterError, match="0 frames"):
        fixed_length(0)
    with pytest.raises(ParameterError, match="Did you mean 'uniform'"):
        fixed_length(5, mode="uniforme")


# Of sequences of 4, 18, 41, 50 and 77 frames: what Algorithm 1 itself gives, and the first and the last of 40 frames.
ALGORITHM_1 = {
    4: (40, {"paper": (0, 3), "paper_head": (0, 3), "uniform": (0, 3)}),
    18: (54, {"paper": (4, 17), "paper_head": (0, 13), "uniform": (0, 17)}),
    41: (21, {"paper": (0, 40), "paper_head": (0, 40), "uniform": (0, 39)}),
    50: (25, {"paper": (0, 48), "paper_head": (0, 48), "uniform": (0, 48)}),
    77: (39, {"paper": (0, 76), "paper_head": (0, 76), "uniform": (0, 75)}),
}


@pytest.mark.parametrize("count", ALGORITHM_1)
def test_sequences_come_out_of_algorithm_1_as_its_words_say(count):
    """Written out by counting, as the algorithm does, instead of by slices."""
    literal, ends = ALGORITHM_1[count]
    shown = []
    if count > 40:
        sample = 0
        while sample < count:
            shown.append(sample)
            sample += math.ceil(count / 40)
    else:
        for sample in range(count):
            for _ in range(math.ceil(40 / count)):
                shown.append(sample)
    assert len(shown) == literal
    expected = {
        "paper": ([*shown, *[shown[-1]] * 40])[: max(40, literal)][-40:],
        "paper_head": [*shown, *[shown[-1]] * 40][:40],
    }
    for mode in ("paper", "paper_head"):
        assert fixed_length(count, 40, mode).tolist() == expected[mode]
    assert fixed_length(count, 40, "uniform").tolist() == [i * count // 40 for i in range(40)]
    for mode, (first, last) in ends.items():
        frames = fixed_length(count, 40, mode)
        assert (frames[0], frames[-1]) == (first, last)


@pytest.mark.parametrize(("count", "literal"), [(9, 45), (12, 48), (18, 54), (25, 50), (30, 60), (39, 78)])
def test_repeating_gives_too_many_frames_and_both_readings_show_some_of_them_alike(count, literal):
    repeats = literal // count
    for mode in ("paper", "paper_head"):
        frames, often = np.unique(fixed_length(count, 40, mode), return_counts=True)
        assert often.max() == repeats and (np.sort(often)[1:] == repeats).all()  # one may be cut in the middle
        assert (np.diff(frames) == 1).all()
