import numpy as np
import pandas as pd
import pytest
from PIL import Image

from fer_utils.datasets import dataset_digest, load_dataset
from fer_utils.datasets.class_names import EMOTION, emotion_of
from fer_utils.datasets.emotions import EMOTIONS
from fer_utils.errors import DatasetLayoutError


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def paint(tmp_path):
    """Writes pictures of random pixels."""
    random = np.random.default_rng(0)

    def write(*names, root=tmp_path / "data"):
        for name in names:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(random.integers(0, 256, (12, 10), dtype=np.uint8)).save(root / name)
        return root

    return write


def by_id(table, column):
    return dict(zip(table.rows["sample_id"], table.rows[column], strict=True))


def told(table):
    return {found.file for found in table.problems}


def test_usual_names_are_known_and_others_are_not_guessed():
    assert set(EMOTION.values()) == set(EMOTIONS)
    assert [emotion_of(name) for name in ("Happy", " ANGRY", "fearful", "hapy", "")] == [
        *("happiness", "anger", "fear", None, None)
    ]


def test_folders_of_classes(paint):
    root = paint("Happy/a.png", "angry/b c.jpg", "angry/ü.png", "misc/d.png", "neutral/e.png")
    (root / "angry/clip.avi").touch()
    (root / "neutral/f.png").write_bytes(b"")
    (root / "README.txt").touch()
    table = load_dataset("folders", root)
    assert by_id(table, "label") == {
        **{"Happy/a.png": "happiness", "angry/b c.jpg": "anger"},
        **{"angry/ü.png": "anger", "neutral/e.png": "neutral"},
    }
    assert told(table) == {"misc", "angry/clip.avi", "neutral/f.png"} and table.partial
    assert table.rows["split"].isna().all() and table.rows["subject"].isna().all()
    assert table.pixels().shape == (4, 12, 10, 1)
    assert load_dataset("folders", root, size=6, color=True).images.shape == (4, 6, 6, 3)


def test_folders_of_splits_at_any_depth(paint):
    root = paint("zip/data/train/happy/a.png", "zip/data/train/sad/b.png", "zip/data/test/sad/a.png")
    (root / "zip/data/extra").mkdir()
    table = load_dataset("folders", root)
    assert set(by_id(table, "split").values()) == {"train", "test"}
    assert by_id(table, "split")["zip/data/test/sad/a.png"] == "test" and told(table) == {"zip/data/extra"}


def test_fer2013_as_folders_has_its_split_in_the_names(paint):
    root = paint("train/angry/Training_3908.jpg", "test/angry/PublicTest_1.jpg", "test/angry/PrivateTest_2.jpg")
    assert sorted(by_id(load_dataset("folders", root), "split").values()) == ["PrivateTest", "PublicTest", "Training"]


def test_a_link_gives_no_picture_a_second_label(paint):
    root = paint("happy/a.png", "sad/b.png")
    (root / "anger").symlink_to(root / "happy", target_is_directory=True)
    (root / "fear").symlink_to(root, target_is_directory=True)
    (root / "sad/c.png").symlink_to(root / "happy/a.png")
    (root / "sad/d.png").symlink_to(root / "sad/d.png")
    table = load_dataset("folders", root)
    assert by_id(table, "label") == {"happy/a.png": "happiness", "sad/b.png": "sadness"}
    assert told(table) == {"anger", "fear", "sad/c.png", "sad/d.png"}


def test_no_folder_named_like_an_emotion(paint):
    root = paint("hapy/a.png")
    with pytest.raises(DatasetLayoutError, match=r"found \['hapy'\].*Did you mean 'happy'"):
        load_dataset("folders", root)


def test_splits_of_two_datasets_are_no_guess(paint):
    root = paint("a/train/happy/1.png", "b/train/happy/1.png")
    with pytest.raises(DatasetLayoutError, match="'a/train', 'b/train', which are no splits of one dataset"):
        load_dataset("folders", root)


def test_a_csv_says_who_is_shown(paint):
    root = paint("x/1.png", "x/2.png", "3.png")
    csv = root / "mine.csv"
    csv.write_text(
        "\ufeffPath, label,subject,sequence,frame,split,camera\n"
        "x/1.png,Happy,ann,s1,0,train,A\nx/2.png,happy,ann,s1,1,train,A\n3.png,neutral,,,,,B\n"
    )
    table = load_dataset("folders", csv)
    assert list(table.label) == ["happiness", "happiness", "neutral"] and list(table.rows["frame"]) == [0, 1, 0]
    assert list(table.subject[:2]) == ["ann", "ann"] and pd.isna(table.subject[2]) and pd.isna(table.split[2])
    assert list(table.sequence) == ["s1", "s1", "3.png"]
    assert told(table) == {"camera"} and not table.partial


def test_a_file_that_the_csv_names_and_is_not_there_is_told(paint):
    root = paint("1.png")
    (root / "mine.csv").write_text("path,label\n1.png,fear\ngone.png,fear\n")
    table = load_dataset("folders", root / "mine.csv")
    assert len(table) == 1 and told(table) == {"gone.png"} and table.partial


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "cannot be read as csv"),
        ("path,label\n", "a header but no rows"),
        ("file,label\n1.png,fear\n", "no column 'path'"),
        ("path,label\n1.png,fera\n", "line 2: label 'fera'.*Did you mean 'fear'"),
        ("path,label\n1.png,3.0\n", r"line 2: label '3\.0'"),
        ("path,label\n1.png,\n", "line 2: label ''"),
        ("path,label\n,fear\n", "line 2: no path"),
        ("path,label,frame\n1.png,fear,1.5\n", r"line 2: frame '1\.5'"),
        ("path,label\n1.png,fear\n1.png,anger\n", "line 3: '1.png' stands also in line 2"),
        ("path,label,label\n1.png,fear,anger\n", "stands twice in the header"),
        ("path,label\n1.png,fear,x,y\n", "cannot be read as csv.*saw 4"),
        ("path,label\n\n1.png,fear\n\n2.png,x\n", "line 5: label 'x'"),
    ],
)
def test_a_wrong_cell_is_named(paint, text, words):
    root = paint("1.png")
    (root / "mine.csv").write_text(text)
    with pytest.raises(DatasetLayoutError, match=f"mine.csv.*({words})"):
        load_dataset("folders", root / "mine.csv")


def test_the_digest_follows_files_and_csv(paint):
    root = paint("happy/1.png", "sad/2.png")
    csv = root / "mine.csv"
    csv.write_text("path,label\nhappy/1.png,happy\n")
    digests = [dataset_digest("folders", root), dataset_digest("folders", csv)]
    assert digests == [dataset_digest("folders", root), dataset_digest("folders", csv)]
    paint("happy/1.png")
    (root / "happy/1.png").write_bytes((root / "happy/1.png").read_bytes() + b" ")
    assert dataset_digest("folders", root) != digests[0] and dataset_digest("folders", csv) != digests[1]
    changed = dataset_digest("folders", csv)
    csv.write_text("path,label\nhappy/1.png,sad\n")
    assert dataset_digest("folders", csv) != changed
