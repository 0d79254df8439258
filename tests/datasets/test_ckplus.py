import shutil

import numpy as np
import pytest
from PIL import Image

from fer_utils.datasets import dataset_digest, load_dataset
from fer_utils.datasets.ckplus import COUNTS, LABELLED_SUBJECTS, SEQUENCES, SUBJECTS, CkPlus
from fer_utils.datasets.ckplus_files import read_facs, read_label, read_landmarks
from fer_utils.errors import DatasetLayoutError, ParameterError


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def copy(twins, tmp_path):
    return shutil.copytree(twins("ckplus"), tmp_path / "copy")


@pytest.fixture
def labels(copy):
    return sorted(copy.glob("Emotion/*/*/*.txt"))


def problem(table, kind):
    return [found for found in table.problems if kind in found.kind]


def test_the_published_counts_add_up():
    assert sum(COUNTS.values()) == 327 and len(COUNTS) == 7
    assert (SEQUENCES, SUBJECTS, LABELLED_SUBJECTS) == (593, 123, 118)


def test_every_frame_has_the_label_that_was_drawn(twins, truth_of):
    truth = truth_of("ckplus")
    table = CkPlus(twins("ckplus"), frames="all", neutral=False).load()
    labelled = truth[truth["emotion"].notna()]
    assert len(table) == len(labelled) > 20
    for row in table.rows.to_dict("records"):
        drawn = truth.loc[f"cohn-kanade-images/{row['sequence']}/{row['sample_id']}.png"]
        assert (row["label"], row["subject"]) == (drawn["emotion"], drawn["subject"])
        assert (row["sequence"], row["frame"]) == (f"{drawn['subject']}/{drawn['sequence']}", drawn["frame"])
        assert np.allclose(row["landmarks"], drawn.filter(regex="^[xy]_").to_numpy(float).reshape(68, 2), atol=0.01)


def test_the_apex_is_the_last_three_frames_and_neutral_the_first(twins):
    table = load_dataset("ckplus", twins("ckplus"))
    for _, sequence in table.rows.groupby("sequence"):
        assert list(sequence["frame"]) == [1, 2, 3, 4] and list(sequence["apex"]) == [False, False, False, True]
        assert sequence["label"].iloc[0] == "neutral" and sequence["label"].iloc[1:].nunique() == 1
    assert set(table.label) == {*COUNTS, "neutral"}
    assert "neutral" not in set(load_dataset("ckplus", twins("ckplus"), neutral=False).label)


def test_unlabelled_sequences_are_told_by_name(twins, truth_of):
    truth = truth_of("ckplus")
    names = (truth["subject"] + "/" + truth["sequence"])[truth["emotion"].isna()].unique()
    table = load_dataset("ckplus", twins("ckplus"))
    told = problem(table, "sequences without a label")
    assert sorted(found.file for found in told) == sorted(names) and all(found.expected for found in told)
    assert len(table.problems) == len(told) and table.partial
    assert table.notes[0].startswith("partial copy: sequences 10 of 593, ") and "S005/003" in table.notes[1]


def test_action_units_are_those_that_were_drawn(twins, truth_of):
    rows = load_dataset("ckplus", twins("ckplus")).rows
    last = rows[rows["apex"]]
    assert rows.loc[~rows["apex"], "action_units"].isna().all() and last["action_units"].notna().all()
    truth = truth_of("ckplus")
    for row in last.to_dict("records"):
        drawn = truth.loc[f"cohn-kanade-images/{row['sequence']}/{row['sample_id']}.png"]
        for unit in row["action_units"].split():
            strongest = max(drawn[f"au_{unit}_right"], drawn[f"au_{unit}_left"])
            assert row[f"au_{unit}"] == round(strongest) >= 1


def test_pictures_of_two_sizes_need_a_size(copy):
    picture = copy / "cohn-kanade-images/S005/001/S005_001_00000004.png"
    Image.open(picture).crop((0, 0, 640, 480)).save(picture)  # as those in color
    with pytest.raises(DatasetLayoutError, match=r"differ in size: .*S005_001_00000004\.png 480 x 640.*Choose a size"):
        load_dataset("ckplus", copy).pixels()
    assert load_dataset("ckplus", copy, size=32).pixels([0, 3]).shape == (2, 32, 32, 1)


def test_landmarks_follow_the_size_of_the_pictures(twins):
    own, small = load_dataset("ckplus", twins("ckplus")), load_dataset("ckplus", twins("ckplus"), size=(98, 64))
    assert small.images.shape[1:] == (98, 64)
    i = int(np.flatnonzero(own.rows["subject"] == "S005")[0])
    with Image.open(own.images.paths[i]) as picture:
        assert own.images[i].shape == picture.size[::-1] == (490, 640)
    expected = (own.rows["landmarks"][i] + 0.5) * [64 / 640, 98 / 490] - 0.5
    assert np.allclose(small.rows["landmarks"][i], expected, atol=1e-3)
    assert load_dataset("ckplus", twins("ckplus"), color=True).images[i].shape == (490, 640, 3)


def test_other_unzippings_are_the_same_dataset(copy):
    original, digest = load_dataset("ckplus", copy), dataset_digest("ckplus", copy)
    assert dataset_digest("ckplus", copy) == digest
    for old, new in {
        "cohn-kanade-images": "a/extended-cohn-kanade-images/Cohn-Kanade-Images",
        "Emotion": "b/Emotion_labels/emotion",
        "Landmarks": "c/Landmarks/Landmarks",
    }.items():
        (copy / new).parent.mkdir(parents=True)
        (copy / old).rename(copy / new)
    shutil.rmtree(copy / "FACS")
    moved = load_dataset("ckplus", copy)
    assert moved.fingerprint == original.fingerprint and list(moved.label) == list(original.label)
    assert moved.rows["landmarks"].notna().all() and "action_units" not in moved.rows


@pytest.mark.parametrize(
    ("text", "words"),
    [("", "an empty file"), ("9", "'9'"), ("2.5", "'2.5'"), ("-1", "'-1'"), ("3 4", "'3 4'"), ("happy", "cannot be")],
)
def test_a_label_file_that_holds_no_label_is_named_and_its_sequence_left_out(copy, labels, text, words):
    labels[0].write_text(text)
    table = load_dataset("ckplus", copy)
    (found,) = problem(table, "label files that hold no label")
    assert found.file == labels[0].relative_to(copy).as_posix() and words in found.detail and not found.expected
    assert "/".join(labels[0].parts[-3:-1]) not in set(table.sequence) and found.file in " ".join(table.notes)


def test_a_label_may_be_written_in_several_ways(tmp_path):
    for text in ("   3.0000000e+00\n", "3.0", "3"):
        (tmp_path / "label.txt").write_text(text)
        assert read_label(tmp_path / "label.txt") == "disgust"


def test_a_lost_apex_is_not_replaced_by_earlier_frames(copy):
    (copy / "cohn-kanade-images/S005/001/S005_001_00000004.png").unlink()
    rows = load_dataset("ckplus", copy).rows
    left = rows[rows["sequence"] == "S005/001"]
    assert list(left["frame"]) == [1, 2, 3] and not left["apex"].any()
    (found,) = problem(load_dataset("ckplus", copy), "missing frames")
    assert found.file == "S005/001" and "frames 4 up to" in found.detail


def test_a_frame_in_the_middle_is_not_taken_for_neutral(copy):
    (copy / "cohn-kanade-images/S005/001/S005_001_00000001.png").rename(copy / "gone.png")
    table = load_dataset("ckplus", copy)
    assert "neutral" not in set(table.label[table.sequence == "S005/001"])
    assert [found.file for found in problem(table, "without a neutral first frame")] == ["S005/001"]


def test_copies_and_strangers_are_named(copy):
    images = copy / "cohn-kanade-images"
    shutil.copytree(images / "S005", images / "S005 copy")
    shutil.copytree(images / "S005", images / "S006")
    shutil.copy(images / "S005/001/S005_001_00000001.png", images / "S005/001/S005_001_00000001 (1).png")
    (copy / "Emotion/S077/001").mkdir(parents=True)
    (copy / "Emotion/S077/001/S077_001_00000009_emotion.txt").write_text("5")
    table = load_dataset("ckplus", copy)
    assert set(table.subject) == set(load_dataset("ckplus", copy).subject) and "S006" not in set(table.subject)
    named = [found.file for found in table.problems]
    assert {"cohn-kanade-images/S005 copy", "Emotion/S077/001/S077_001_00000009_emotion.txt"} < set(named)
    assert any("S006/001/S005_001" in name for name in named) and any("(1).png" in name for name in named)


def test_two_copies_of_all_pictures_are_no_guess(copy):
    shutil.copytree(copy / "cohn-kanade-images", copy / "again/cohn-kanade-images")
    with pytest.raises(DatasetLayoutError, match=r"2 folders .* hold images: .*again/cohn-kanade-images"):
        load_dataset("ckplus", copy)


def test_missing_parts_say_what_is_expected(copy):
    (copy / "Emotion").rename(copy / "Emo")
    with pytest.raises(DatasetLayoutError, match=r"no folder 'emotion' with S005 in it.*\*_emotion\.txt"):
        load_dataset("ckplus", copy)


def test_impossible_options_are_mistakes():
    for options, words in ({"frames": "apx"}, "mean 'apex'"), ({"neutral": 1}, "neutral=1"), ({"size": 0}, "size=0"):
        with pytest.raises(ParameterError, match=words):
            load_dataset("ckplus", "x", **options)


def test_text_files_are_checked(tmp_path):
    path = tmp_path / "x.txt"
    for read, text, words in (
        (read_landmarks, "1 2\n" * 67, "134 numbers"),
        (read_landmarks, "1 nan\n" * 68, "no numbers"),
        (read_facs, "1 2 3", "3 numbers"),
        (read_facs, "1 7", "intensities 0 to 5"),
        (read_label, "é", "cannot be read"),
        (read_label, " " * 2_000_000, "2,000,000 bytes"),
    ):
        path.write_text(text)
        with pytest.raises(DatasetLayoutError, match=rf"x\.txt: .*{words}"):
            read(path)
    path.write_text("   4.0000000e+00   2.0000000e+00\n   1.7000000e+01   0.0000000e+00\n")
    codes = read_facs(path)
    assert codes[4] == 2 and np.isnan(codes[17])  # coded without an intensity
