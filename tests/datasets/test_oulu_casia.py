import shutil

import numpy as np
import pytest
from PIL import Image

from fer_utils.datasets import dataset_digest, load_dataset
from fer_utils.errors import DatasetLayoutError, ParameterError

FOLDERS = ("Anger", "Disgust", "Fear", "Happiness", "Sadness", "Surprise")


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def copy(twins, tmp_path):
    return shutil.copytree(twins("oulu_casia"), tmp_path / "copy")


@pytest.fixture
def write(tmp_path):
    """Writes gray pictures whose brightness tells the frame."""

    def write(below, people=("P001",), frames=range(5), root=tmp_path / "Oulu", shade=0):
        for person in people:
            for folder in FOLDERS:
                place = root / below / person / folder
                place.mkdir(parents=True)
                for frame in frames:
                    Image.new("L", (320, 240), shade + 10 * frame).save(place / f"{frame:03d}.jpeg")
        return root

    return write


def test_every_frame_has_the_label_that_was_drawn(twins, truth_of):
    truth, table = truth_of("oulu_casia"), load_dataset("oulu_casia", twins("oulu_casia"), frames="all", neutral=False)
    assert len(table) == len(truth) == 2 * 6 * 4
    for row in table.rows.to_dict("records"):
        drawn = truth.loc[f"OriginalImg/VL/Strong/{row['sample_id']}.jpeg"]
        assert (row["label"], row["subject"], row["frame"]) == (drawn["emotion"], drawn["subject"], drawn["frame"])
        assert row["apex"] == (row["frame"] == 3)
    assert table.images.shape == (48, 240, 320)
    assert table.notes[:-1] == (
        "partial copy: subjects 2 of 80, anger 2 of 80, disgust 2 of 80, fear 2 of 80, happiness 2 of 80, "
        "sadness 2 of 80, surprise 2 of 80",
    )


def test_the_apex_is_the_last_three_frames_and_neutral_the_first(twins):
    table = load_dataset("oulu_casia", twins("oulu_casia"), color=True, size=48)
    for name, rows in table.rows.groupby("sequence"):
        assert rows["frame"].tolist() == [0, 1, 2, 3]
        assert rows["label"].tolist() == ["neutral", *[name.split("/")[1].lower()] * 3]
    assert table.pixels([0, 5]).shape == (2, 48, 48, 3)
    assert "neutral" not in load_dataset("oulu_casia", twins("oulu_casia"), neutral=False).label


@pytest.mark.parametrize(
    ("place", "named"),
    [
        ("OriginalImg", "."),
        ("B_OriginalImg/B_OriginalImg/OriginalImg", "."),
        ("a b/originalimg", "."),
        ("OriginalImg", "OriginalImg"),
    ],
)
def test_the_level_is_found_however_it_was_unpacked(write, place, named):
    root = write(f"{place}/VL/Strong")
    table = load_dataset("oulu_casia", root / named, frames="all")
    assert len(table) == 6 * 5 and set(table.subject) == {"P001"}


def test_cameras_and_lights_are_apart(write):
    root = write("A_OriginalImg_NI/OriginalImg/NI/Dark", shade=100)
    write("B_OriginalImg_VL/OriginalImg/VL/Strong")
    write("C/Preprocess Img/VL/Strong", shade=50)
    shades = {}
    for spectrum, light, pictures in (
        ("NI", "Dark", "OriginalImg"),
        ("VL", "Strong", "OriginalImg"),
        ("VL", "Strong", "Preprocess Img"),
    ):
        table = load_dataset("oulu_casia", root, spectrum=spectrum, light=light, pictures=pictures)
        shades[spectrum, pictures] = int(table.images[0][0, 0])
    assert shades == {("NI", "OriginalImg"): 100, ("VL", "OriginalImg"): 0, ("VL", "Preprocess Img"): 50}
    with pytest.raises(
        DatasetLayoutError, match=r"no 'OriginalImg/VL/Weak'.*found OriginalImg/NI/Dark, OriginalImg/VL"
    ):
        load_dataset("oulu_casia", root, light="Weak")
    write("D/OriginalImg/VL/Strong")
    with pytest.raises(DatasetLayoutError, match="is there 2 times"):
        load_dataset("oulu_casia", root)


def test_eighty_people_with_six_sequences_are_complete(write):
    root = write("OriginalImg/VL/Strong")
    for number in range(2, 81):
        for folder in FOLDERS:
            place = root / f"OriginalImg/VL/Strong/P{number:03d}" / folder
            place.mkdir(parents=True)
            for path in (root / "OriginalImg/VL/Strong/P001" / folder).iterdir():
                (place / path.name).hardlink_to(path)
    table = load_dataset("oulu_casia", root)
    assert not table.partial and table.notes == () and table.rows["sequence"].nunique() == 480


def test_what_is_wrong_with_a_copy_is_named_and_the_rest_is_read(copy):
    level = copy / "OriginalImg" / "VL" / "Strong"
    first, second = sorted(path.name for path in level.iterdir())
    (level / first / "Anger" / "003.jpeg").write_bytes(b"")
    (level / first / "Fear" / "002.jpeg").unlink()
    (level / first / "Sadness" / "000.jpeg").unlink()
    (level / first / "Disgust" / "face.jpeg").write_bytes((level / first / "Disgust" / "001.jpeg").read_bytes())
    (level / second / "Surprise").rename(level / second / "Surprised")
    Image.new("L", (64, 64)).save(level / second / "Anger" / "001.jpeg")
    shutil.copytree(level / second, level / f"{second} - Kopie")
    (level / second / "Anger" / "loop").symlink_to(level)
    table = load_dataset("oulu_casia", copy)
    place = "OriginalImg/VL/Strong/"
    assert {(problem.kind, problem.file.removeprefix(place)) for problem in table.problems} == {
        ("pictures that cannot be read (left out)", f"{first}/Anger/003.jpeg"),
        ("sequences with missing frames", f"{first}/Fear"),
        ("sequences without a neutral first frame", f"{first}/Sadness"),
        ("entries that do not belong to the dataset (left out)", f"{first}/Disgust/face.jpeg"),
        ("entries that do not belong to the dataset (left out)", f"{second}/Surprised"),
        ("sequences that are missing or empty", f"{second}/Surprise"),
        ("pictures of another size", f"{second}/Anger/001.jpeg"),
        ("entries that do not belong to the dataset (left out)", f"{second}/Anger/loop"),
        ("entries that do not belong to the dataset (left out)", f"{second} - Kopie"),
    }
    assert f"{second}/Surprise" not in table.sequence and table.partial
    assert set(table.rows.loc[table.sequence == f"{first}/Sadness", "label"]) == {"sadness"}


def test_a_picture_that_is_cut_off_is_named_when_it_is_read(copy):
    path = next(copy.glob("OriginalImg/VL/Strong/*/Happiness/003.jpeg"))
    path.write_bytes(path.read_bytes()[:-2000])
    table = load_dataset("oulu_casia", copy)
    row = int(np.flatnonzero((table.sequence == f"{path.parts[-3]}/Happiness") & table.rows["apex"])[0])
    with pytest.raises(DatasetLayoutError, match=r"Happiness/003.jpeg: truncated"):
        table.pixels([row])


def test_another_picture_is_another_dataset(copy):
    before = dataset_digest("oulu_casia", copy)
    assert dataset_digest("oulu_casia", copy) == before
    Image.new("L", (320, 240)).save(next(copy.glob("OriginalImg/VL/Strong/*/Fear/001.jpeg")))
    assert dataset_digest("oulu_casia", copy) != before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"light": "strong"}, "expected Strong or Weak or Dark. Did you mean 'Strong'?"),
        ({"spectrum": "VIS"}, "expected VL or NI"),
        ({"pictures": "Preprocessed"}, "Did you mean 'Preprocess Img'?"),
        ({"frames": 3}, "expected apex or all"),
        ({"neutral": "no"}, "expected True or False"),
    ],
)
def test_impossible_options_are_refused(twins, options, message):
    with pytest.raises(ParameterError, match=message):
        load_dataset("oulu_casia", twins("oulu_casia"), **options)
