import random

import numpy as np
import pytest
from PIL import Image

from fer_utils.datasets import dataset_digest, load_dataset
from fer_utils.datasets.check import check_dataset
from fer_utils.errors import DatasetLayoutError, ParameterError
from fer_utils.faces.chain import Chain
from fer_utils.faces.prepare import prepare


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def root(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def paint(root):
    """Writes a picture of one gray value."""

    def write(name, gray=200, height=48, width=64):
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.full((height, width), gray, np.uint8)).save(root / name)

    return write


def told(table):
    return {found.file for found in table.problems}


def number_of(frame):
    """Reads which frame of a film of the fixture this is: a white bar moves down, two pixels a frame."""
    return int(frame.squeeze().astype(float).mean(axis=1).argmax()) // 2


@pytest.mark.parametrize(
    ("kind", "codec"), [("avi", "mpeg4"), ("MP4", "mpeg4"), ("mov", "mpeg4"), ("mkv", "mpeg4"), ("webm", "vp8")]
)
def test_films_of_any_usual_kind_are_read_from_folders_of_classes(film, root, kind, codec):
    film(root / "train" / "happy" / f"a b é.{kind}", 12, codec=codec)
    film(root / "test" / "Sad" / "c.avi", 4)
    table = load_dataset("folders", root, frames=3)
    rows = table.rows
    assert list(rows["sequence"].unique()) == ["test/Sad/c.avi", f"train/happy/a b é.{kind}"]
    assert list(rows["label"]) == ["sadness"] * 3 + ["happiness"] * 3
    assert list(rows["split"]) == ["test"] * 3 + ["train"] * 3
    assert list(rows["frame"][3:]) == [2, 6, 10] and list(rows["frames"][3:]) == [12] * 3
    assert rows["sample_id"].iloc[3] == f"train/happy/a b é.{kind}-00002"
    assert rows["seconds"].iloc[3] == pytest.approx(2 / 25, rel=0.01)
    assert [number_of(frame) for frame in table.pixels()[3:]] == [2, 6, 10]
    assert not table.partial and rows["subject"].isna().all()


def test_as_many_frames_of_each_film_are_rows_as_asked(film, root):
    film(root / "fear" / "a.avi", 6)
    assert [len(load_dataset("folders", root, frames=frames)) for frames in (1, 4, "all")] == [1, 4, 6]
    assert load_dataset("folders", root, size=16, color=True).images.shape == (6, 16, 16, 3)
    with pytest.raises(ParameterError, match="folders: frames=0"):
        load_dataset("folders", root, frames=0)


def test_pictures_and_films_stand_in_one_table(film, paint, root):
    paint("happy/a.png", 200)
    film(root / "happy" / "b.avi", 5)
    paint("happy/c.png", 90)
    table = load_dataset("folders", root, frames="all")
    assert list(table.sequence) == ["happy/a.png", *["happy/b.avi"] * 5, "happy/c.png"]
    assert list(table.rows["frames"]) == [1, *[5] * 5, 1]
    assert np.isnan(table.rows["seconds"].iloc[[0, 6]]).all() and table.rows["seconds"][1:6].notna().all()
    assert [number_of(frame) for frame in table.pixels()[1:6]] == list(range(5))
    assert (table.pixels([0]) == 200).all() and (table.pixels([6]) == 90).all()
    assert len(set(table.image_digests())) == 7
    prepared = prepare(table, Chain(detector="cropped", landmarks=False, size=64))
    bars = [number_of(face) for face in prepared.pixels()[2:6]]
    assert (prepared.pixels([6]) == 90).all() and list(np.diff(bars)) == [1] * 3


def test_pictures_and_films_of_several_sizes_need_one_that_is_chosen(film, paint, root):
    paint("happy/a.png", height=30, width=40)
    film(root / "happy" / "b.avi")
    with pytest.raises(DatasetLayoutError, match=r"a\.png has 30 x 40 .*b\.avi 48 x 64\. Choose one.*size=96"):
        load_dataset("folders", root)
    assert load_dataset("folders", root, size=24).pixels().shape == (7, 24, 24, 1)


def test_a_csv_names_films_or_single_frames_of_them(film, paint, root):
    film(root / "a.avi", 8)
    film(root / "b.mp4", 8)
    paint("c.png")
    text = "path,label,subject,frame\na.avi,happy,ann,\nb.mp4,neutral,bob,0\nb.mp4,fear,bob,7\nc.png,sad,ann,3\n"
    (root / "mine.csv").write_text(text)
    rows = load_dataset("folders", root / "mine.csv", frames=2).rows
    assert list(rows["sample_id"]) == ["a.avi-00002", "a.avi-00006", "b.mp4-00000", "b.mp4-00007", "c.png"]
    assert list(rows["label"]) == ["happiness", "happiness", "neutral", "fear", "sadness"]
    assert list(rows["frame"]) == [2, 6, 0, 7, 3] and list(rows["subject"]) == ["ann", "ann", "bob", "bob", "ann"]
    assert list(rows["sequence"]) == ["a.avi", "a.avi", "b.mp4", "b.mp4", "c.png"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a.avi,fear,,\na.avi,anger,,\n", "line 3: 'a.avi' stands also in line 2"),
        ("a.avi,fear,,1\na.avi,anger,,1\n", "line 3: 'a.avi' stands also in line 2"),
        ("a.avi,fear,,1\na.avi,anger,,\n", "line 3: 'a.avi' stands also in line 2"),
        ("a.avi,fear,,\na.avi,anger,,1\n", "line 3: 'a.avi' stands also in line 2"),
        ("a.avi,fear,s1,\nb.avi,fear,s1,\n", "line 3: sequence 's1' is that of 'a.avi' in line 2, too"),
        ("c.png,fear,s1,0\na.avi,fear,s1,\n", "line 3: sequence 's1' is that of 'c.png' in line 2, too"),
    ],
)
def test_a_film_that_stands_twice_is_refused(root, text, words):
    root.mkdir()
    (root / "mine.csv").write_text("path,label,sequence,frame\n" + text)
    with pytest.raises(DatasetLayoutError, match=f"mine.csv, {words}"):
        load_dataset("folders", root / "mine.csv")


def test_what_cannot_be_read_is_named_and_the_rest_is(film, paint, root, tmp_path):
    film(root / "happy" / "a.avi", 6)
    film(root / "happy" / "cut.mp4", 12).write_bytes((root / "happy" / "a.avi").read_bytes()[:300])
    (root / "sad").mkdir()
    (root / "sad" / "empty.mkv").touch()
    (root / "sad" / "text.webm").write_text("hello")
    (root / "sad" / "gone.mov").symlink_to(root / "nowhere.mov")
    (root / "sad" / "again.avi").symlink_to(root / "happy" / "a.avi")
    (root / "sad" / "folder.avi").mkdir()
    paint("sad/b.png")
    table = load_dataset("folders", root)
    bad = {"happy/cut.mp4", *(f"sad/{name}" for name in ("empty.mkv", "text.webm", "gone.mov", "again.avi"))}
    assert told(table) == {*bad, "sad/folder.avi"} and table.partial
    assert set(table.sequence) == {"happy/a.avi", "sad/b.png"}
    film(tmp_path / "elsewhere.avi")
    csv = root / "mine.csv"
    csv.write_text(
        f"path,label,frame\nhappy/a.avi,happy,5\nhappy/a.avi,sad,6\n{tmp_path}/elsewhere.avi,fear,\nx.avi,fear,\n"
    )
    table = load_dataset("folders", csv, frames=1)
    assert list(table.label) == ["happiness", "fear"] and told(table) == {"happy/a.avi", "x.avi"}
    assert "frame 6, counted from 0; the film has 6" in str(table.problems[-1])
    csv.write_text("path,label\nhappy/cut.mp4,fear\n")
    with pytest.raises(DatasetLayoutError, match=r"folders: no usable .*happy/cut\.mp4 .*cannot be opened as a video"):
        load_dataset("folders", csv)


@pytest.mark.parametrize("with_csv", [False, True])
def test_checking_names_films_that_break_off(film, paint, root, with_csv):
    paint("happy/a.png")
    paths = [film(root / "happy" / f"{number}.avi", 24, 96, 128) for number in range(3)]
    if with_csv:
        (root / "mine.csv").write_text("path,label\nhappy/a.png,happy\nhappy/0.avi,happy\nhappy/1.avi,happy\n")
    place = root / "mine.csv" if with_csv else root
    paint("happy/a.png", height=96, width=128)
    assert check_dataset("folders", place).verdict == "readable"
    paths[1].write_bytes(paths[1].read_bytes()[: paths[1].stat().st_size * 2 // 3])
    (root / "happy" / "a.png").write_bytes((root / "happy" / "a.png").read_bytes()[:-40])
    result = check_dataset("folders", place)
    assert result.verdict == "problems" and {found.file for found in result.problems} == {"happy/a.png", "happy/1.avi"}


def test_random_damage_is_named_and_never_a_crash(film, paint, root):
    paint("happy/a.png")
    path = film(root / "happy" / "b.mp4", 12)
    content, rng, named = path.read_bytes(), random.Random(0), 0
    for _ in range(60):
        broken = bytearray(content)
        place = rng.randrange(len(broken))
        broken[place : place + rng.randrange(1, 2000)] = rng.choice([b"", rng.randbytes(40)])
        path.write_bytes(broken)
        table = load_dataset("folders", root, size=16)
        try:
            assert table.pixels().shape[1:] == (16, 16, 1)
        except DatasetLayoutError as error:
            assert "b.mp4" in str(error)
            named += 1
        else:
            named += told(table) == {"happy/b.mp4"}
    assert named > 15


def test_the_digest_follows_names_and_contents_of_films(film, paint, root):
    film(root / "happy" / "a.avi")
    paint("happy/b.png")
    first = dataset_digest("folders", root)
    assert first == dataset_digest("folders", root) and load_dataset("folders", root).fingerprint
    film(root / "happy" / "a.avi", seed=1)
    second = dataset_digest("folders", root)
    (root / "happy" / "a.avi").rename(root / "happy" / "c.avi")
    assert len({first, second, dataset_digest("folders", root)}) == 3
