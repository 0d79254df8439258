import numpy as np
import pandas as pd
import pytest

from fer_utils.errors import ParameterError
from fer_utils.evaluation.aggregation import aggregate, majority_vote, mean_of_groups, mean_probability, some_frames
from fer_utils.evaluation.frame_agreement import frame_agreement
from fer_utils.faces.frame_groups import frame_groups


def random_frames(count, classes=4, seed=0):
    return np.random.default_rng(seed).dirichlet(np.full(classes, 0.5), count)


def test_two_lukewarm_frames_outvote_a_sure_one_and_the_mean_does_not():
    frames = np.array([[0.9, 0.1], [0.4, 0.6], [0.4, 0.6]])
    assert majority_vote(frames).argmax() == 1 and mean_probability(frames).argmax() == 0


def test_a_tie_goes_to_the_larger_mean_probability():
    frames = np.array([[0.9, 0.1, 0.0], [0.0, 0.6, 0.4]])
    assert majority_vote(frames) == pytest.approx([(1 + 0.45) / 3, (1 + 0.35) / 3, 0.2 / 3])
    assert majority_vote(frames[:, [1, 0, 2]]).argmax() == 1  # whichever stands first
    third = np.array([[0.5, 0.1, 0.4], [0.1, 0.5, 0.4]])  # without a vote of its own the largest mean wins nothing
    assert third.mean(axis=0).argmax() == 2 and majority_vote(third).argmax() in (0, 1)


@pytest.mark.parametrize("seed", range(20))
def test_a_vote_is_never_overruled_by_the_mean(seed):
    frames = random_frames(1 + seed, seed=seed)
    votes = np.bincount(frames.argmax(axis=1), minlength=4)
    shares = majority_vote(frames)
    assert votes[shares.argmax()] == votes.max() and shares.sum() == pytest.approx(1) and (shares >= 0).all()


def test_one_frame_is_its_own_answer_however_frames_are_put_together():
    frame = random_frames(1)
    for how in (mean_probability, majority_vote, mean_of_groups):
        assert how(frame).argmax() == frame[0].argmax()
    assert mean_of_groups(frame) == pytest.approx(frame[0])


def test_twenty_frames_in_ten_groups_have_the_mean_of_all_and_twelve_nearly():
    twenty, twelve = random_frames(20), random_frames(12)
    assert mean_of_groups(twenty) == pytest.approx(mean_probability(twenty))
    assert np.abs(mean_of_groups(twelve) - mean_probability(twelve)).max() > 1e-4


def test_clips_are_put_together_one_by_one_in_their_order_of_time():
    frames = random_frames(7)
    clips = [np.array([4, 0, 2]), np.array([1]), np.array([3, 5, 6])]
    together = aggregate(frames, clips)
    assert together == pytest.approx(np.stack([frames[places].mean(axis=0) for places in clips]))
    groups = aggregate(frames, clips, frame_groups)
    assert groups.shape == (3, 10, 4) and np.array_equal(groups[0, 0], frames[4])


def test_frames_without_a_face_have_no_say_and_without_any_face_there_is_no_answer():
    frames = np.array([[1.0, 0.0], [0.0, 1.0], [0.0, 1.0], [1.0, 0.0]])
    found = np.array([True, False, False, False])
    answers = aggregate(frames, [np.array([0, 1, 2]), np.array([2, 3])], majority_vote, found)
    assert answers.argmax(axis=1)[0] == 0 and np.isfinite(answers[0]).all() and np.isnan(answers[1]).all()


def test_an_empty_clip_and_no_clips_are_refused():
    with pytest.raises(ParameterError, match="Clip 1 has no frames"):
        aggregate(random_frames(3), [np.array([0]), np.array([], int)])
    with pytest.raises(ParameterError, match="no clips"):
        aggregate(random_frames(3), [])


def predictions(clips, model="m"):
    """Frames of clips: one string a clip, "r" for a frame that is right and "w" for a wrong one."""
    rows = [(f"c{c}", f"c{c}-{i}", what) for c, clip in enumerate(clips) for i, what in enumerate(clip)]
    table = pd.DataFrame(rows, columns=["sequence", "sample_id", "y_pred"])
    return table.assign(model=model, fold=0, seed=0, y_true="r")


def test_some_frames_of_each_clip_are_kept_each_once():
    kept = some_frames(predictions(["rrrrr", "rr", "r"]), lambda count: np.arange(3) * count // 3)
    assert kept["sample_id"].tolist() == ["c0-0", "c0-1", "c0-3", "c1-0", "c1-1", "c2-0"]


def test_frames_that_stand_and_fall_together_tell_as_much_as_one():
    agreement = frame_agreement(predictions(["rrrr", "wwww", "rrrr", "wwww"]))
    assert (agreement.frames, agreement.correlation) == (4, pytest.approx(1)) and agreement.effective == pytest.approx(
        1
    )


def test_frames_that_err_independently_tell_as_much_as_they_are():
    right = np.random.default_rng(0).random((400, 10)) < 0.7
    agreement = frame_agreement(predictions(["".join(np.where(clip, "r", "w")) for clip in right]))
    assert abs(agreement.correlation) < 0.03 and agreement.effective > 8


def test_half_shared_errors_are_estimated_from_clips_of_several_lengths():
    """Each frame copies its clip's answer with probability sqrt(1/2): the correlation of two frames is 1/2."""
    random = np.random.default_rng(1)
    clips = []
    for _ in range(600):
        own = random.random(random.integers(3, 12)) < 0.5
        shared = random.random() < 0.5
        clips.append("".join(np.where(np.where(random.random(len(own)) < 0.5**0.5, shared, own), "r", "w")))
    assert frame_agreement(predictions(clips)).correlation == pytest.approx(0.5, abs=0.06)


def test_where_everything_is_right_nothing_is_known_of_errors_and_single_frames_are_refused():
    found = frame_agreement(predictions(["rrr", "rr"]))
    assert np.isnan(found.correlation) and np.isnan(found.effective) and found.frames == 2.5
    with pytest.raises(ParameterError, match="one of several frames"):
        frame_agreement(predictions(["r", "w"]))
