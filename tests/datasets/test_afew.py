import shutil

import cv2
import numpy as np
import pytest

from fer_utils.datasets import dataset_digest, load_dataset
from fer_utils.errors import DatasetLayoutError, ParameterError

CLASSES = ["Angry", "Disgust", "Fear", "Happy", "Neutral", "Sad", "Surprise"]
EMOTIONS = ["anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise"]


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def afew(film, tmp_path):
    """Writes one film a class and part; the ids of both parts are the same, but their classes are not."""

    def write(train="Train_AFEW", val="Val_AFEW", root=tmp_path / "AFEW"):
        for shift, top in enumerate((train, val)):
            for i in range(7):
                film(root / top / CLASSES[(i + shift) % 7] / f"{i:09d}.avi", 6, seed=10 * shift + i)
        return root

    return write


@pytest.fixture
def faces(afew):
    root = afew()
    for shift, top in enumerate(("AlignedFaces_LBPTOP_Points", "AlignedFaces_LBPTOP_Points_Val")):
        for i in range(7):
            folder = root / top / "Faces" / f"{i:09d}"
            folder.mkdir(parents=True)
            for frame in (0, 1, 2, 10):
                pixels = np.full((16, 16), 100 * shift + 10 * i + frame % 9, np.uint8)
                cv2.imwrite(str(folder / f"{frame}.jpg"), pixels, [cv2.IMWRITE_JPEG_QUALITY, 100])
    return root


@pytest.mark.parametrize(
    ("train", "val"), [("Train", "Val"), ("Train_AFEW/Train_AFEW", "Val_AFEW"), ("a/train_afew", "a/b c/val_afew")]
)
def test_the_folder_of_a_film_is_its_label_in_both_parts(afew, train, val):
    rows = load_dataset("afew", afew(train, val), frames=2).rows
    assert len(rows) == 28 and rows["subject"].isna().all()
    for part, shift in (("Train", 0), ("Val", 1)):
        found = rows[rows["split"] == part].drop_duplicates("sequence").set_index("sequence")["label"]
        assert found.to_dict() == {f"{part}/{i:09d}": EMOTIONS[(i + shift) % 7] for i in range(7)}


def test_frames_are_those_of_their_films(afew, film, tmp_path):
    table = load_dataset("afew", afew(), frames="all")
    assert table.images.shape == (84, 48, 64)
    again = load_dataset("afew", afew(root=tmp_path / "elsewhere"), frames="all")
    assert again.fingerprint == table.fingerprint
    assert len(set(table.image_digests())) == 84
    assert table.notes == ("partial copy: Train films 7 of 773, Val films 7 of 383",) and table.partial


def test_aligned_faces_have_the_label_of_the_film_in_their_part(faces):
    table = load_dataset("afew", faces, pictures="faces", frames="all")
    rows = table.rows
    assert len(rows) == 56 and rows["frame"].tolist() == 14 * [0, 1, 2, 10]
    pixels = table.images[:].mean(axis=(1, 2)).round()
    for part, shift in (("Train", 0), ("Val", 1)):
        for i in range(7):
            here = (rows["sequence"] == f"{part}/{i:09d}").to_numpy()
            assert set(rows["label"][here]) == {EMOTIONS[(i + shift) % 7]} and set(rows["split"][here]) == {part}
            assert list(pixels[here]) == [100 * shift + 10 * i + number for number in (0, 1, 2, 1)]
    assert load_dataset("afew", faces, pictures="faces", frames=1).rows["frame"].tolist() == [2] * 14


def test_faces_without_a_film_get_no_label(faces):
    (faces / "Train_AFEW" / "Angry" / "000000000.avi").unlink()
    for file in (faces / "AlignedFaces_LBPTOP_Points_Val" / "Faces" / "000000003").iterdir():
        file.unlink()
    damaged = faces / "AlignedFaces_LBPTOP_Points" / "Faces" / "000000001" / "2.jpg"
    damaged.write_bytes(b"")
    table = load_dataset("afew", faces, pictures="faces", frames="all")
    named = {problem.file: problem for problem in table.problems}
    assert set(named) == {
        "AlignedFaces_LBPTOP_Points/Faces/000000000",
        "AlignedFaces_LBPTOP_Points_Val/Faces/000000003",
        "Val/000000003",
        "AlignedFaces_LBPTOP_Points/Faces/000000001/2.jpg",
    }
    assert "no film 000000000.avi in Train" in named["AlignedFaces_LBPTOP_Points/Faces/000000000"].detail
    assert set(table.sequence) == {f"{part}/{i:09d}" for part in ("Train", "Val") for i in range(7)} - {
        "Train/000000000",
        "Val/000000003",
    }


def test_what_is_wrong_with_a_copy_is_named_and_the_rest_is_read(afew, film):
    root = afew()
    (root / "Train_AFEW" / "Fear" / "000000002.avi").write_bytes(b"RIFF")
    film(root / "Val_AFEW" / "Angry" / "000000000.avi")  # also in Disgust
    film(root / "Val_AFEW" / "Angryy" / "000000099.avi")
    film(root / "Test_AFEW" / "000000111.avi")
    film(root / "loose.avi")
    (root / "Train_AFEW" / "Sad" / "000000005.avi").rename(root / "Train_AFEW" / "Sad" / "000000005.txt")
    (root / "Val_AFEW" / "loop").symlink_to(root)
    table = load_dataset("afew", root, frames=1)
    assert {(problem.kind, problem.file.split("/", 1)[-1], problem.expected) for problem in table.problems} == {
        ("videos that cannot be opened", "Fear/000000002.avi", False),
        ("films that stand there twice (left out)", "Disgust/000000000.avi", False),
        ("films without a label (left out)", "Angryy/000000099.avi", False),
        ("films without a label (left out)", "000000111.avi", True),
        ("films without a label (left out)", "loose.avi", False),
        ("files that are no film by their name (left out)", "Sad/000000005.txt", False),
    }
    assert len(table) == 11 and "Val/000000000" not in table.sequence


def test_a_class_that_is_also_linked_to_keeps_its_label(afew):
    root = afew()
    before = load_dataset("afew", root).rows
    (root / "Train_AFEW" / "Angry" / "Happy").symlink_to(root / "Train_AFEW" / "Sad", target_is_directory=True)
    shutil.rmtree(root / "Val_AFEW" / "Neutral")
    (root / "Val_AFEW" / "Neutral").symlink_to(root / "Val_AFEW" / "Sad", target_is_directory=True)
    after = load_dataset("afew", root).rows
    assert set(zip(after["sequence"], after["label"], strict=True)) < set(
        zip(before["sequence"], before["label"], strict=True)
    )


def test_a_film_whose_name_is_no_unicode_is_read(afew, film):
    root = afew()
    film(root / "Train_AFEW" / "Sad" / "0000\udcff.avi")
    table = load_dataset("afew", root, frames=1)
    assert r"Train/0000\udcff" in set(table.sequence)
    assert "\n".join(table.rows["sample_id"]).encode()


def test_two_copies_of_a_part_are_refused(afew):
    root = afew()
    afew("copy/Train_AFEW", "copy/Val_AFEW")
    with pytest.raises(DatasetLayoutError, match=r"the part Train lies in .* and in .*copy"):
        load_dataset("afew", root)


def test_complete_copies_of_both_releases_are_complete(afew, film):
    root = afew()
    one = next(root.glob("Train_AFEW/*/*.avi"))
    for top, number in (("Train_AFEW", 723), ("Val_AFEW", 383)):
        for i in range(7, number):
            (root / top / "Sad" / f"{i:09d}.avi").hardlink_to(one)
    assert not load_dataset("afew", root).partial
    for i in range(723, 773):
        (root / "Train_AFEW" / "Happy" / f"{i:09d}.avi").hardlink_to(one)
    assert not load_dataset("afew", root).partial
    (root / "Train_AFEW" / "Happy" / "000000772.avi").unlink()
    assert load_dataset("afew", root).notes == ("partial copy: Train films 772 of 773",)


def test_another_film_is_another_dataset(afew, faces, film):
    before = [dataset_digest("afew", faces), dataset_digest("afew", faces, pictures="faces")]
    film(faces / "Val_AFEW" / "Sad" / "000000004.avi", 7)
    after = [dataset_digest("afew", faces), dataset_digest("afew", faces, pictures="faces")]
    assert len({*before, *after}) == 4


def test_mistakes_are_told(afew, tmp_path):
    with pytest.raises(ParameterError, match=r"pictures='film'.*Did you mean 'films'?"):
        load_dataset("afew", afew(), pictures="film")
    with pytest.raises(DatasetLayoutError, match=r"no folder AlignedFaces_LBPTOP_Points/Faces"):
        load_dataset("afew", afew(), pictures="faces")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DatasetLayoutError, match=r"no labeled film.*Train_AFEW/Angry/000123456.avi"):
        load_dataset("afew", tmp_path / "empty")
