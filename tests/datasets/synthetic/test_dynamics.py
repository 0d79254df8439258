import numpy as np
import pytest
from scipy.interpolate import CubicSpline
from scipy.stats import ks_2samp

from fer_utils.datasets.synthetic import ACTION_UNITS, PROTOTYPES, draw_person, random_stream
from fer_utils.datasets.synthetic.dynamics import Sequence, sample_sequence
from fer_utils.errors import ParameterError

FPS, FRAMES = 50, 300
EMOTIONS = ("anger", "happiness", "sadness", "surprise")
MANNERS = ((True, "neutral"), (False, "neutral"), (True, "apex"), (False, "apex"))


def intensities(sequence):
    """(frames, units, 2); without AU43, which blinks close now and then."""
    open_eyes = [unit for unit in ACTION_UNITS if unit != 43]
    return np.array([[frame.get(unit, (0, 0)) for unit in open_eyes] for frame in sequence.frames])


def draw(emotion, subject, genuine=True, frames=60, fps=25.0, ends="neutral", take=0, **options):
    style = draw_person(0, subject).style
    return sample_sequence(emotion, style, random_stream(1, subject, take), frames, fps, genuine, ends, **options)


@pytest.fixture(scope="module")
def recordings():
    """Genuine and acted expressions of the same people, drawn independently."""
    return {
        genuine: [
            draw(e, s, genuine, FRAMES, FPS, take=2 * i + genuine) for s in range(50) for i, e in enumerate(EMOTIONS)
        ]
        for genuine in (True, False)
    }


def over_all(recordings, measure):
    return [np.array([measure(sequence) for sequence in recordings[genuine]]) for genuine in (True, False)]


def progress(sequence):
    """How far the face has come from rest (0) to apex (1), (frames,), by the whole expression."""
    total = intensities(sequence).sum(axis=(1, 2))
    return (total - total[0]) / (total[sequence.apex] - total[0])


@pytest.mark.parametrize(("genuine", "ends"), MANNERS)
@pytest.mark.parametrize("emotion", PROTOTYPES)
def test_an_expression_rises_from_rest_to_its_apex(emotion, genuine, ends):
    for subject in range(4):
        sequence = draw(emotion, subject, genuine, ends=ends)
        strength = intensities(sequence)
        total = strength.sum(axis=(1, 2))
        assert 1 <= sequence.onset <= sequence.apex < sequence.offset <= len(sequence) == 60
        assert np.all(strength[: sequence.onset] == strength[0]) and (
            total[sequence.onset] > total[0] or emotion == "neutral"
        )
        assert total[sequence.apex] == pytest.approx(total.max())
        assert np.all(strength >= strength[0] - 1e-9), "what a person shows at rest stays"
        assert strength.max() <= 5
        if ends == "neutral":
            assert np.allclose(strength[-1], strength[0]) and total[sequence.offset] <= total[sequence.offset - 1]
        else:
            assert sequence.offset == len(sequence) and total[-1] > 0.7 * total.max()
            assert progress(sequence)[-3:] == pytest.approx(1, abs=0.05)  # CK+ names its last three frames


def test_a_recording_knows_what_it_shows():
    sequence = draw("happiness", 0, genuine=False, frames=90, fps=30)
    assert isinstance(sequence, Sequence) and (sequence.emotion, sequence.genuine) == ("happiness", False)
    assert len(sequence) == 90 and sequence.seconds == pytest.approx(3.0)


@pytest.mark.parametrize("frames", [3, 4, 5, 8])
@pytest.mark.parametrize(("genuine", "ends"), MANNERS)
def test_the_whole_onset_fits_into_a_short_recording(frames, genuine, ends):
    for subject in range(10):
        sequence = draw("surprise", subject, genuine, frames=frames, fps=100, ends=ends)
        assert progress(sequence)[0] == 0 and progress(sequence)[sequence.apex] == 1
        assert 1 <= sequence.onset <= sequence.apex < sequence.offset <= frames


def test_a_still_apex_does_not_tell_felt_from_acted_but_for_the_cheeks(recordings):
    felt, acted = ([s.frames[s.apex] for s in recordings[genuine]] for genuine in (True, False))
    for unit in ACTION_UNITS:
        for side in (0, 1):
            values = [[frame.get(unit, (0, 0))[side] for frame in frames] for frames in (felt, acted)]
            assert ks_2samp(*values).pvalue > 0.01 or unit == 6
    for emotion in PROTOTYPES:  # with the same chance, they are equal
        for subject in range(5):
            felt, acted = (draw(emotion, subject, genuine) for genuine in (True, False))
            felt, acted = (dict(s.frames[s.apex]) for s in (felt, acted))
            if emotion == "happiness":
                felt.pop(6, None), acted.pop(6, None)
            assert felt.keys() == acted.keys() and all(felt[unit] == pytest.approx(acted[unit]) for unit in felt)


def test_cheeks_are_raised_more_in_felt_smiles_but_many_acted_ones_have_them_too():
    smiles = {g: [draw("happiness", s, g, 12, take=g) for s in range(200)] for g in (True, False)}
    felt, acted = ([np.mean(s.frames[s.apex].get(6, 0)) for s in smiles[genuine]] for genuine in (True, False))
    assert np.mean(felt) > np.mean(acted) + 0.3 and np.median(felt) > np.median(acted)
    assert 0.2 < np.mean(np.array(acted) > np.median(felt)) < 0.45
    assert np.mean(np.array(felt) < np.median(acted)) > 0.05


def test_felt_expressions_set_in_slower_and_last_for_a_more_consistent_time(recordings):
    felt, acted = over_all(recordings, lambda s: (s.apex - s.onset + 1) / s.fps)
    assert np.median(felt) > 1.25 * np.median(acted)
    assert np.mean(felt[:, None] < acted) > 0.05  # people overlap
    felt, acted = over_all(recordings, lambda s: np.ptp(np.flatnonzero(progress(s) > 0.001)) / s.fps)
    assert np.std(np.log(felt)) < 0.8 * np.std(np.log(acted))
    assert felt.min() > 0.4 and felt.max() <= 4.0
    felt, acted = over_all(recordings, lambda s: (s.offset - s.apex) / s.fps)
    assert np.median(acted) > 1.2 * np.median(felt)  # the apex is held


def test_strong_felt_expressions_take_longer_to_set_in(recordings):
    def coupling(genuine):
        pairs = [(np.ptp(intensities(s), axis=0).max(), s.apex - s.onset + 1) for s in recordings[genuine]]
        return np.corrcoef(np.log(pairs).T)[0, 1]

    assert coupling(True) > 0.1 and coupling(True) > coupling(False) + 0.05


def test_felt_onsets_are_smoother(recordings):
    def jerk(sequence):
        """Squared jerk, free of speed and amplitude (Hogan and Sternad 2009)."""
        rise = progress(sequence)[sequence.onset - 1 : sequence.apex + 1]
        return np.mean(CubicSpline(np.linspace(0, 1, len(rise)), rise)(np.linspace(0, 1, 100), 3) ** 2)

    felt, acted = over_all(recordings, jerk)
    assert np.median(acted) > 1.5 * np.median(felt)
    assert np.mean(felt[:, None] > acted) > 0.1

    felt, acted = over_all(recordings, lambda s: np.diff(progress(s)).max() * s.fps)
    assert np.median(acted) > 1.4 * np.median(felt)  # speed


def test_the_sides_of_felt_expressions_move_together(recordings):
    def lag(sequence):
        sides = np.moveaxis(intensities(sequence)[: sequence.apex + 1].sum(axis=1), 1, 0)
        halves = [np.interp(0.5, (side - side[0]) / np.ptp(side), np.arange(len(side))) for side in sides]
        return abs(halves[0] - halves[1]) / sequence.fps

    felt, acted = over_all(recordings, lag)
    assert np.mean(acted) > 1.5 * np.mean(felt)
    assert np.mean(acted) < 0.1  # seconds; nobody would call it a palsy


def test_a_trace_of_the_felt_emotion_shows_before_the_acted_one():
    smile_units = []
    for subject in range(40):
        acted, masked = (draw("sadness", subject, False, 100, felt=felt) for felt in (None, "happiness"))
        assert masked.felt == "happiness" and acted.felt == "" and acted.apex == masked.apex
        plain, traced = intensities(acted), intensities(masked)
        assert np.allclose(traced[masked.apex :], plain[acted.apex :]) and np.allclose(traced[0], plain[0])
        early = (traced - plain)[1 : masked.apex]
        assert early.min() > -1e-9
        smile_units.append(early[:, list(ACTION_UNITS).index(12)].max())
    assert 0.2 < np.mean(smile_units) < 1.5  # weak, but there


def test_people_blink_but_not_in_the_frames_that_name_an_expression():
    closed = []
    for subject in range(40):
        sequence = draw("anger", subject, frames=250)
        lids = np.array([np.mean(frame.get(43, 0)) for frame in sequence.frames])
        assert lids[0] < 3 and lids[sequence.apex] < 3 and lids[-1] < 3
        closed.append(lids > 3)
    share = np.mean(closed)
    assert 0.005 < share < 0.08
    assert any(lids.any() for lids in closed) and not all(lids.any() for lids in closed)


def test_the_same_numbers_draw_the_same_recording():
    assert draw("fear", 3, False, felt="sadness") == draw("fear", 3, False, felt="sadness")
    assert draw("fear", 3) != draw("fear", 4)
    assert draw("fear", 3, take=0) != draw("fear", 3, take=1)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"emotion": "hapiness"}, "emotion='hapiness'.*Did you mean 'happiness'"),
        ({"frames": 2}, "frames=2.*at least 3"),
        ({"frames": 10.0}, "frames=10.0.*whole number"),
        ({"fps": 0}, "fps=0.*above 0"),
        ({"fps": float("nan")}, "fps=nan"),
        ({"fps": "25"}, "fps='25'"),
        ({"ends": "neutrl"}, "ends='neutrl'.*Did you mean 'neutral'"),
        ({"felt": "sad", "genuine": False}, "felt='sad'.*Did you mean 'sadness'"),
        ({"felt": "sadness"}, "genuine=True.*genuine=False"),
        ({"felt": "happiness", "genuine": False}, "another emotion"),
    ],
)
def test_impossible_recordings_are_refused(options, message):
    with pytest.raises(ParameterError, match=message):
        draw(**{"emotion": "happiness", "subject": 0, **options})
