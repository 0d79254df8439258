import numpy as np
import pandas as pd
import pytest

from fer_utils.errors import ParameterError
from fer_utils.evaluation.clip_predictions import clip_predictions, counted_items, counted_predictions
from fer_utils.evaluation.scores import score

CLASSES = ("sad", "happy")
CLIPS, FRAMES = {"unit": "sequence"}, {"unit": "image"}


def frames(clips, model="m", seed=0, fold=0):
    """Predictions of clips: (name, subject, true class, probability of "happy" in each frame)."""
    rows = []
    for name, subject, true, shares in clips:
        for number, share in enumerate(shares):
            row = {"model": model, "sample_id": f"{name}-{number}", "subject": subject, "sequence": name, "fold": fold}
            guess = None if np.isnan(share) else CLASSES[int(share > 0.5)]
            row |= {"seed": seed, "y_true": true, "y_pred": guess, "p_sad": 1 - share, "p_happy": share}
            rows.append(row | {"detected": not np.isnan(share)})
    return pd.DataFrame(rows)


@pytest.fixture
def table():
    return frames(
        [
            ("b", "p1", "happy", [0.9, 0.4, 0.4]),  # two of three frames say sad, the mean says happy
            ("a", "p1", "sad", [0.2]),
            ("c", "p2", "happy", [np.nan, 0.3]),  # what was not found does not count
            ("d", "p2", "sad", [np.nan, np.nan]),
        ]
    )


def test_a_clip_is_what_its_frames_say_on_average(table):
    clips = clip_predictions(table)
    assert clips["sample_id"].tolist() == clips["sequence"].tolist() == ["b", "a", "c", "d"]
    np.testing.assert_allclose(clips["p_happy"], [1.7 / 3, 0.2, 0.3, np.nan])
    assert clips["y_pred"].tolist()[:3] == ["happy", "sad", "sad"] and clips["y_pred"].isna().iloc[3]
    assert clips["detected"].tolist() == [True, True, True, False]
    assert list(clips) == list(table) and clips["y_true"].tolist() == ["happy", "sad", "happy", "sad"]


def test_clips_are_counted_and_people_resampled(table):
    found = score(clip_predictions(table), CLASSES, resamples=50)
    assert (found.n, found.subjects, found.undetected) == (4, 2, 1)
    assert found.accuracy.value == pytest.approx(2 / 4)
    assert score(table, CLASSES, resamples=50).n == 8


def test_where_nobody_knows_the_people_clips_are_resampled_and_not_their_frames(table):
    clips = clip_predictions(table.assign(subject=np.nan))
    found = score(clips, CLASSES, resamples=50)
    assert found.subjects is None and found.n == 4


def test_models_folds_and_seeds_stay_apart(table):
    other = frames([("a", "p1", "sad", [0.8])], model="n")
    again = frames([("a", "p1", "sad", [0.6, 0.7])], seed=1)
    clips = clip_predictions(pd.concat([table, other, again]))
    mine = clips[clips["sequence"] == "a"]
    assert mine[["model", "seed"]].to_numpy().tolist() == [["m", 0], ["n", 0], ["m", 1]]
    np.testing.assert_allclose(mine["p_happy"], [0.2, 0.8, 0.65])


def test_still_images_stay_what_they_are(table):
    stills = table.assign(sequence=table["sample_id"])
    clips = clip_predictions(stills)
    pd.testing.assert_frame_equal(clips, stills.astype({"y_pred": object}), check_dtype=False)


def test_only_a_protocol_that_counts_clips_changes_anything(table):
    assert counted_predictions(table, FRAMES) is table and len(counted_predictions(table, CLIPS)) == 4
    assert counted_predictions(table, {}) is table
    empty = pd.DataFrame()
    assert counted_predictions(empty, CLIPS) is empty and counted_items(empty, table, CLIPS) is empty


def test_what_is_known_of_frames_becomes_what_is_known_of_clips(table):
    items = table[["sample_id", "fold"]].assign(in_training=False, in_validation=False, yaw=np.arange(8.0))
    items = items.assign(glasses=["round"] * 3 + [""] * 5, skin_group=pd.array([1, 1, 1, 1, 5, 5, 5, 5], dtype="Int64"))
    items.loc[1, "in_training"] = True
    clips = counted_items(items, table, CLIPS)
    assert list(clips) == list(items) and clips["sample_id"].tolist() == ["b", "a", "c", "d"]
    assert clips["in_training"].tolist() == [True, False, False, False] and not clips["in_validation"].any()
    assert clips["yaw"].tolist() == [1.0, 3.0, 4.5, 6.5] and clips["glasses"].tolist() == ["round", "", "", ""]
    assert clips["skin_group"].tolist() == [1, 1, 5, 5]
    assert counted_items(items, table, FRAMES) is items


def test_clips_without_probabilities_or_with_two_labels_are_refused(table):
    with pytest.raises(ParameterError, match=r"needs probabilities.*unit = 'image'"):
        clip_predictions(table.drop(columns=["p_sad", "p_happy"]))
    table.loc[0, "y_true"] = "sad"
    with pytest.raises(ParameterError, match="1 clips have frames with different labels or subjects: 'b'"):
        clip_predictions(table)
