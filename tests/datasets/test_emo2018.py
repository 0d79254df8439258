import resource
import time

import numpy as np
import pandas as pd
import pytest

from fer_utils.datasets import dataset_digest, load_dataset
from fer_utils.datasets.emo2018_annotation import Annotation, read_annotation
from fer_utils.errors import DatasetLayoutError

LINE = "3\t16\t9\t0\t0\t0\t0\t0\n"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def annotated(film, tmp_path):
    """Writes a clip of 20 frames with its line beside it."""

    def write(name, line=LINE, root=tmp_path / "EMO2018", seed=0):
        path = film(root / name, 20, seed=seed)
        if line is not None:
            path.with_suffix(".txt").write_text(line)
        return root

    return write


def bar(picture):
    return int(picture.mean(axis=1).reshape(-1, 2).mean(axis=1).argmax())


def test_frames_lie_between_start_and_end_and_the_peak_is_told(annotated):
    root = annotated("anger/clip 1.mp4")
    annotated("happiness/clip 1.mp4", "0\t19\t19\t0\t1\t1\t0\t0", seed=1)
    table = load_dataset("emo2018", root, frames="all")
    rows = table.rows
    first = rows[rows["sequence"] == "anger/clip 1.mp4"]
    assert first["frame"].tolist() == list(range(3, 17)) and set(first["label"]) == {"anger"}
    assert set(first["peak"]) == {9} and set(first["frames"]) == {20}
    assert rows["subject"].isna().all() and rows["split"].isna().all()
    second = rows[rows["sequence"] == "happiness/clip 1.mp4"]
    assert len(second) == 20 and set(second["abnormal_limb"]) == set(second["low_occlusion"]) == {1}
    assert [bar(picture) for picture in table.images[:]] == rows["frame"].tolist()
    few = load_dataset("emo2018", root, frames=2)
    assert few.rows["frame"].tolist() == [6, 13, 5, 15]


def test_folders_tell_person_and_part_in_any_order(annotated):
    root = annotated("train/P007/Sad/a.mp4")
    annotated("Surprise/test/12/b.mp4")
    annotated("all clips/neutral/c.mp4")
    rows = load_dataset("emo2018", root, frames=1).rows.set_index("label")
    assert rows.loc["sadness", "subject"] == "P007" and rows.loc["sadness", "split"] == "Train"
    assert rows.loc["surprise", "subject"] == "12" and rows.loc["surprise", "split"] == "Test"
    assert rows.loc["neutral", ["subject", "split"]].isna().all()


def test_what_the_annotator_doubted_is_left_out_by_name_unless_asked_for(annotated):
    root = annotated("anger/good.mp4")
    for name, flags in (("wrong", "1\t0\t0\t0\t0"), ("covered", "0\t0\t0\t1\t0"), ("odd", "0\t0\t0\t0\t1")):
        annotated(f"anger/{name}.mp4", f"3\t16\t9\t{flags}")
    table = load_dataset("emo2018", root, frames=1)
    assert table.rows["sequence"].tolist() == ["anger/good.mp4"]
    assert {problem.file for problem in table.problems} == {f"anger/{name}.mp4" for name in ("wrong", "covered", "odd")}
    assert all(problem.expected for problem in table.problems)
    assert any("non_correlating" in note and "wrong" in note for note in table.notes)
    assert len(load_dataset("emo2018", root, frames=1, flagged=True)) == 4


def test_what_is_wrong_with_a_copy_is_named_and_the_rest_is_read(annotated, tmp_path):
    root = annotated("anger/good.mp4")
    annotated("anger/alone.mp4", None)
    annotated("clips/nothing.mp4")
    annotated("anger/label.mp4", "3.0\t16\t9\t0\t0\t0\t0\t0")
    annotated("anger/cut.mp4")
    (root / "anger" / "cut.mp4").write_bytes((root / "anger" / "cut.mp4").read_bytes()[:500])
    annotated("anger/renamed.mp4")
    (root / "anger" / "renamed.mp4").rename(root / "anger" / "renamed.part")
    (root / "anger" / "loop").symlink_to(root)
    table = load_dataset("emo2018", root)
    assert table.rows["sequence"].unique().tolist() == ["anger/good.mp4"] and table.partial
    assert {(problem.kind, problem.file) for problem in table.problems} == {
        ("clips without an annotation (left out)", "anger/alone.mp4"),
        ("clips without a label (left out)", "clips/nothing.mp4"),
        ("annotations that cannot be read (clips left out)", "anger/label.txt"),
        ("videos that cannot be opened", "anger/cut.mp4"),
        ("files that are no film by their name (left out)", "anger/renamed.part"),
        ("annotations without a clip", "anger/renamed.txt"),
    }
    assert table.notes[0] == "partial copy: clips 5 of 24,192"


def test_another_line_is_another_dataset(annotated):
    root = annotated("anger/a.mp4")
    before = dataset_digest("emo2018", root)
    assert dataset_digest("emo2018", root) == before
    annotated("anger/a.mp4", LINE.replace("9", "10"))
    assert dataset_digest("emo2018", root) != before


def test_the_published_example_is_read(tmp_path):
    path = tmp_path / "clip.txt"
    for text in ("3\t89\t43\t1\t0\t0\t0\t0\n", "\ufeff3 89 43 1 0 0 0 0", "\n 3\t89  43 1 0 0 0 0\r\n\n"):
        path.write_text(text, encoding="utf-8")
        assert read_annotation(path, 90) == Annotation(3, 89, 43, 1, 0, 0, 0, 0)


def test_the_twin_is_read_as_its_truth_says(twins):
    root = twins("emo2018")
    truth = pd.read_csv(root / "ground_truth.csv.gz", keep_default_na=False).set_index(["file", "frame"])
    table = load_dataset("emo2018", root, frames="all", flagged=True)
    clips = table.rows.groupby("sequence")
    assert table.synthetic and len(clips) == truth.index.get_level_values("file").nunique() == 42
    for file, rows in clips:
        known = truth.loc[file]
        assert rows["frame"].tolist() == list(range(known["start"].iloc[0], known["end"].iloc[0] + 1))
        assert set(rows["label"]) == set(known["expected"]) and set(rows["subject"]) == set(known["subject"])
        assert set(rows["peak"]) == set(known["peak"]) and set(rows["split"]) == {file.split("/")[0]}
        for column, mark in (("non_correlating", "wrong emotion"), ("abnormal_limb", "limb"), ("other", "other")):
            assert rows[column].iloc[0] == (known["mark"].iloc[0] == mark)
    left = set(load_dataset("emo2018", root, frames=1).rows["sequence"])
    doubted = truth["mark"].isin(["wrong emotion", "heavy occlusion", "other"])
    assert left == set(truth[~doubted].index.get_level_values("file"))
    assert not [problem for problem in table.problems if not problem.expected]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no lines; expected eight numbers"),
        ("3 89 43 1 0 0 0 0\n3 89 43 1 0 0 0 0", "2 lines"),
        ("3 89 43 1 0 0 0", "7 numbers"),
        ("3 89 43 1 0 0 0 9", "other is 9. Expected 0 or 1"),
        ("3.0 89 43 1 0 0 0 0", "'3.0' is no whole number"),
        ("-3 89 43 1 0 0 0 0", "'-3' is no whole number"),
        ("٣ 89 43 1 0 0 0 0", "is no whole number"),
        ("3 43 89 1 0 0 0 0", "Expected start <= peak <= end <= 89"),
        ("3 90 43 1 0 0 0 0", "Expected start <= peak <= end <= 89"),
    ],
)
def test_an_impossible_line_is_refused(tmp_path, text, message):
    path = tmp_path / "clip.txt"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DatasetLayoutError, match=message) as error:
        read_annotation(path, 90)
    assert str(path) in str(error.value)
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(DatasetLayoutError, match="cannot be read as text"):
        read_annotation(path, 90)


@pytest.mark.slow
def test_24192_clips_open_in_seconds_and_under_a_gigabyte(annotated, film, tmp_path, capsys):
    one = film(tmp_path / "one.mp4", 20)
    for person in range(108):
        for emotion in ("anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise"):
            folder = tmp_path / "EMO2018" / f"{person:03d}" / emotion
            folder.mkdir(parents=True)
            for number in range(32):
                (folder / f"{number}.mp4").hardlink_to(one)
                (folder / f"{number}.txt").write_text(LINE)
    seconds = []
    for _ in range(2):
        start = time.perf_counter()
        table = load_dataset("emo2018", tmp_path / "EMO2018")
        seconds.append(time.perf_counter() - start)
    assert len(table) == 241_920 and table.rows["sequence"].nunique() == 24_192 and not table.partial
    start = time.perf_counter()
    dataset_digest("emo2018", tmp_path / "EMO2018")
    seconds.append(time.perf_counter() - start)
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with capsys.disabled():
        print("24,192 clips, opened, again, digest:", [round(some, 1) for some in seconds], f"s; {most:.0f} MB")
    assert seconds[0] < 60 and seconds[1] < 30 and seconds[2] < 30 and most < 1000
    assert np.array_equal(table.pixels([0]), table.pixels([241_910]))
