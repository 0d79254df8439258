"""What can be wrong with sequences: an answer that is documented, or an error that says which clip and what to do."""

import tracemalloc

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from fer_utils.datasets.emotions import SEVEN
from fer_utils.datasets.face_table import FaceTable
from fer_utils.datasets.image_store import FileImages
from fer_utils.errors import DatasetLayoutError, ParameterError
from fer_utils.evaluation.aggregation import aggregate, majority_vote, mean_of_groups
from fer_utils.evaluation.clip_predictions import clip_predictions
from fer_utils.evaluation.scores import score
from fer_utils.faces.course import course
from fer_utils.faces.fixed_length import MODES, fixed_length
from fer_utils.faces.frame_groups import frame_groups
from fer_utils.protocol import Protocol
from fer_utils.protocol.clips import Clips
from fer_utils.runs.run import Run
from fer_utils.training.clip_inputs import whole_clips
from fer_utils.training.windows import Frames, Segments, Windows

LONG = 100_000


class Counted:
    """A store of many frames that holds none: it paints what is asked for, and counts it."""

    dtype = np.dtype(np.uint8)

    def __init__(self, count, size=48):
        self.shape, self.painted = (count, size, size), 0

    def __len__(self):
        return self.shape[0]

    def __getitem__(self, chosen):
        chosen = np.atleast_1d(chosen)
        self.painted += len(chosen)
        levels = (chosen % 251).astype(np.uint8)
        return np.broadcast_to(levels[:, None, None], (len(chosen), *self.shape[1:])).copy()

    def content_digest(self, chosen):
        return f"{len(chosen)} frames"


def table(lengths, images=None, **columns):
    """Clips of so many frames: {(person, emotion): frames}."""
    rows = [(person, emotion, i) for (person, emotion), count in lengths.items() for i in range(count)]
    frame = pd.DataFrame(rows, columns=["subject", "label", "frame"])
    frame["sequence"] = frame["subject"] + "/" + frame["label"]
    frame["sample_id"] = frame["sequence"] + "/" + frame["frame"].astype(str)
    frame = frame.assign(split=np.nan, image=np.arange(len(frame)), **columns)
    if images is None:
        images = np.random.default_rng(0).integers(0, 256, (len(frame), 6, 6), dtype=np.uint8)
    return FaceTable("toy", frame, images, FaceTable.content_fingerprint(frame, images))


def everybody(people=20, frames=2):
    return {(f"p{person:02d}", emotion): frames for person in range(people) for emotion in SEVEN}


def clips_of(*lengths):
    """`Clips` of these lengths, one behind the other."""
    ends = np.cumsum(lengths)
    frames = tuple(np.arange(end - length, end) for end, length in zip(ends, lengths, strict=True))
    names = np.array([f"clip{number}" for number in range(len(lengths))], dtype=object)
    return Clips(names, frames, np.zeros(len(lengths), int), names)


# ------------------------------------------------------------------------------------------------------ no frames


def test_a_clip_without_frames_is_named():
    with pytest.raises(ParameterError, match=r"'clip1' has no frames.*Leave it out"):
        clips_of(3, 0, 2)


def test_a_part_without_clips_gives_no_windows_and_nothing_to_sample():
    none = clips_of()
    assert none.padded(5).shape == (0, 5) and none.windows(5)[0].shape == (0, 5)
    with pytest.raises(ParameterError, match="no clips in this part"):
        none.sampled(lambda count: fixed_length(count, 40))


# ------------------------------------------------------------------------------------------------------ one frame


def test_a_clip_of_one_frame_is_that_frame_however_it_is_cut():
    clips = clips_of(1, 7)
    for mode in MODES:
        assert (clips.sampled(lambda count, mode=mode: fixed_length(count, 40, mode))[0] == 0).all()
    assert clips.padded()[0].tolist() == [0] + [-1] * 6
    places, clip = clips.windows(5, start=0.5, stop=0.8)
    assert places[clip == 0].tolist() == [[0] * 5]
    pixels = np.arange(8, dtype=np.uint8)[:, None, None, None] * np.ones((8, 4, 4, 1), np.uint8)
    assert (Segments(pixels, clips, 3)[:1] == 0).all()
    probabilities = np.random.default_rng(0).dirichlet(np.ones(3), 8)
    for how in (majority_vote, mean_of_groups):
        assert aggregate(probabilities, clips.frames, how)[0].argmax() == probabilities[0].argmax()
    assert (aggregate(probabilities, clips.frames, frame_groups)[0] == probabilities[0]).all()


def test_clips_of_one_frame_are_tested_and_scored_like_any_other(tmp_path):
    split = Protocol.for_table(table(everybody(frames=1)), unit="sequence", folds=1).split(table(everybody(frames=1)))
    clips = Clips.of(split, split.folds[0].test)
    run = Run("20_toy", split, {}, tmp_path)
    run.describe_model("m", "M", "toy")
    run.save_predictions("m", probabilities=np.eye(7)[clips.y], sequences=clips.sequence)
    assert score(clip_predictions(run.predictions()), SEVEN, resamples=20).accuracy.value == 1


# -------------------------------------------------------------------------------------------- frames of several sizes


def test_frames_of_several_sizes_in_one_clip_are_named_and_resized_where_a_size_is_chosen(tmp_path):
    for i in range(3):
        Image.fromarray(np.full((48, 64 if i == 1 else 48), 40 * i, np.uint8)).save(tmp_path / f"{i}.png")
    files = [tmp_path / f"{i}.png" for i in range(3)]
    clip = clips_of(3)

    def windows(size):
        unequal = table({("p00", "anger"): 3}, FileImages(files, size))
        return Windows(Frames(unequal, np.arange(3)), clip.padded())

    with pytest.raises(DatasetLayoutError, match=r"differ in size.*1\.png 48 x 64\. Choose a size"):
        windows(None)[:1]
    assert windows(32)[:1].shape == (1, 3, 32, 32, 1)


# ---------------------------------------------------------------------------------------------------- 100,000 frames


@pytest.fixture(scope="module")
def long():
    """A clip of 100,000 frames, an hour of film, among short ones: 230 MB of pixels if they were there."""
    lengths = everybody(people=20) | {("p01", "anger"): LONG}
    return table(lengths, Counted(sum(lengths.values())))


def test_of_100000_frames_only_those_of_a_batch_are_read(long):
    clips = clips_of(LONG, 2)
    frames = Frames(long, np.arange(LONG + 2))
    tracemalloc.start()
    long.images.painted = 0
    places, clip = clips.windows(5)
    windows, forty = Windows(frames, places), Windows(frames, clips.sampled(lambda count: fixed_length(count, 40)))
    assert len(windows) == LONG - 4 + 1 and windows.shape == (LONG - 3, 5, 48, 48, 1) and (clip[:-1] == 0).all()
    assert windows[np.arange(32)].shape == (32, 5, 48, 48, 1) and forty[:].shape == (2, 40, 48, 48, 1)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert long.images.painted == 32 * 5 + 2 * 40
    assert most < 40e6  # the places of 99,996 windows, not their 1.2 GB of pixels


def test_100000_frames_are_put_together_to_one_answer():
    probabilities = np.random.default_rng(0).dirichlet(np.ones(7), LONG)
    places = [np.arange(LONG)]
    for how in (majority_vote, mean_of_groups):
        assert aggregate(probabilities, places, how).sum() == pytest.approx(1)
    for mode in MODES:
        chosen = fixed_length(LONG, 40, mode)
        assert len(chosen) == 40 and chosen[-1] >= LONG - 2500


# ------------------------------------------------------------------------------------- a person with a single sequence


def test_a_person_with_one_sequence_is_tested_once_in_ten_folds(tmp_path):
    lengths = everybody(people=19) | {("p19", "fear"): 3}
    faces = table(lengths)
    split = Protocol.for_table(faces, unit="sequence").split(faces)
    tested = [number for number, fold in enumerate(split.folds) if "p19" in set(faces.subject[fold.test])]
    trained = [number for number, fold in enumerate(split.folds) if "p19" in set(faces.subject[fold.train])]
    assert tested == [9] and len(trained) == 8 and 9 not in trained
    run = Run("20_toy", split, {}, tmp_path)
    run.describe_model("m", "M", "toy")
    for number, fold in enumerate(split.folds):
        clips = Clips.of(split, fold.test)
        run.save_predictions("m", number, probabilities=np.eye(7)[clips.y], sequences=clips.sequence)
    found = score(clip_predictions(run.predictions()), SEVEN, resamples=50)
    assert (found.n, found.subjects, found.accuracy.value) == (19 * 7 + 1, 20, 1)


def test_a_fold_that_tests_one_sequence_only_is_refused_with_what_to_do():
    lengths = everybody(people=9) | {("p09", "fear"): 3}  # ten people, ten folds: one of them is a single clip
    faces = table(lengths)
    with pytest.raises(ParameterError, match=r"fold 8 has no 'anger' image in its validation part.*fewer folds"):
        Protocol.for_table(faces, unit="sequence").split(faces)


def test_the_course_of_very_many_frames_needs_no_table_of_their_pairs():
    seconds = np.arange(LONG) / 25
    way = course(np.outer(np.sin(np.pi * np.arange(LONG) / LONG), np.ones(6)), seconds)[:, 0]
    assert way.shape == (LONG,) and way.argmax() == pytest.approx(LONG / 2, abs=LONG / 100)


def test_a_clip_that_would_fill_every_batch_is_named():
    clips = table({("p00", "anger"): 3, ("p01", "fear"): 2001})
    frames = tuple(np.flatnonzero(clips.sequence == name) for name in ("p00/anger", "p01/fear"))
    clips = Clips(np.array(["p00/anger", "p01/fear"], object), frames, np.arange(2), np.array(["p00", "p01"], object))
    with pytest.raises(ParameterError, match=r"'p01/fear' has 2,001 frames.*Clips\.every"):
        whole_clips(np.zeros((2004, 6, 6, 1), np.uint8), clips)
