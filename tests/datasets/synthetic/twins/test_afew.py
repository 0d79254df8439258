import re
from collections import Counter

import av
import cv2
import numpy as np
import pandas as pd
import pytest

from fer_utils.datasets import load_dataset
from fer_utils.datasets.face_table import FaceTable
from fer_utils.datasets.sources import SEEDS
from fer_utils.datasets.synthetic.twins import make_twin
from fer_utils.datasets.synthetic.twins.afew import Clip
from fer_utils.protocol.owners_splits import owners_split

NAME = "afew"
CLASSES = ["Angry", "Disgust", "Fear", "Happy", "Neutral", "Sad", "Surprise"]
EMOTIONS = dict(zip(CLASSES, ["anger", "disgust", "fear", "happiness", "neutral", "sadness", "surprise"], strict=True))


@pytest.fixture(scope="module")
def second(tmp_path_factory):
    """A second of somebody who is surprised."""
    folder = tmp_path_factory.mktemp("clip")
    return folder, make_twin(NAME, "quick").draw(Clip("Train_AFEW", "Surprise", "000123456", 3, 1, 25), folder)


def part(clip):
    return clip.part.removesuffix("_AFEW")


def test_the_full_twin_has_the_published_clips():
    clips = make_twin(NAME, "full").items()
    assert Counter(map(part, clips)) == {"Train": 773, "Val": 383}
    assert len({clip.file for clip in clips}) == len({(clip.part, clip.number) for clip in clips}) == 1156
    assert all(re.fullmatch(r"\d{9}", clip.number) for clip in clips)
    assert {clip.kind for clip in clips} == set(CLASSES)


@pytest.mark.parametrize("preset", ["tiny", "small", "quick", "full"])
def test_nobody_acts_in_both_parts_but_a_number_can_be_in_both(preset):
    clips = make_twin(NAME, preset).items()
    actors, numbers = (
        {name: {getattr(c, what) for c in clips if part(c) == name} for name in ("Train", "Val")}
        for what in ("actor", "number")
    )
    assert not actors["Train"] & actors["Val"] and numbers["Train"] & numbers["Val"]
    kinds = {(part(clip), clip.number): clip.kind for clip in clips}
    both = numbers["Train"] & numbers["Val"]
    assert any(kinds["Train", number] != kinds["Val", number] for number in both)


@pytest.mark.parametrize("preset", ["small", "quick", "full"])
def test_every_class_is_there_to_train_to_choose_and_to_test_on(preset):
    """The owners name two parts; a tenth of the first, which a hash of the names decides, is there to choose on."""
    clips = make_twin(NAME, preset, SEEDS[NAME]).items()
    clips = [clip for clip in clips for _ in range(2)]  # of two frames each
    names, classes = [f"{part(clip)}/{clip.number}" for clip in clips], [EMOTIONS[clip.kind] for clip in clips]
    rows = pd.DataFrame({"sample_id": np.arange(len(clips)).astype(str), "sequence": names, "label": classes})
    rows = rows.assign(subject=np.nan, frame=0, image=0, split=[part(clip) for clip in clips])
    (fold,) = owners_split(FaceTable(NAME, rows, np.zeros((1, 2, 2), np.uint8), ""))
    for places in (fold.train, fold.validation, fold.test):
        assert set(rows["label"].iloc[places]) == set(EMOTIONS.values())


def test_films_lie_in_folders_of_classes_and_faces_in_folders_of_numbers(tiny, truth):
    films = sorted(path.relative_to(tiny).as_posix() for path in tiny.rglob("*.avi"))
    assert films == sorted(truth["file"].unique()) and len(films) == 21
    for film in films:
        top, kind, name = film.split("/")
        assert top in ("Train_AFEW", "Val_AFEW") and kind in CLASSES and re.fullmatch(r"\d{9}\.avi", name)
    faces = sorted(path.relative_to(tiny).as_posix() for path in tiny.rglob("*.jpg"))
    assert faces == sorted(truth["face"].dropna()) and faces
    for face in faces:
        assert re.fullmatch(r"AlignedFaces_LBPTOP_Points(_Val)?/Faces/\d{9}/\d{3}\.jpg", face)
    assert (truth["face"].isna() == (truth["yaw"].abs() > 25)).all()


def test_two_libraries_read_all_frames_at_25_a_second(tiny, truth):
    for file, rows in list(truth.groupby("file"))[::6]:
        with av.open(tiny / file) as film:
            assert film.format.name == "avi" and film.streams.video[0].average_rate == 25
            assert sum(1 for _ in film.decode(video=0)) == len(rows)
        capture = cv2.VideoCapture(str(tiny / file))
        count = 0
        while capture.read()[0]:
            count += 1
        capture.release()
        assert count == len(rows)


def test_the_loader_reads_what_the_truth_says(tiny, truth):
    rows = load_dataset(NAME, tiny, frames="all").rows
    known = truth.drop_duplicates("file").set_index("file")["emotion"]
    expected = {(f.split("_")[0], f[-13:-4]): emotion for f, emotion in known.items()}
    found = rows.drop_duplicates("sequence")
    assert {tuple(s.split("/")): label for s, label in zip(found["sequence"], found["label"], strict=True)} == expected
    assert len(rows) == len(truth) and rows["subject"].isna().all()
    faces = load_dataset(NAME, tiny, pictures="faces", frames="all").rows
    assert len(faces) == truth["face"].notna().sum()
    assert {(s.split("/")[0], s.split("/")[1]) for s in faces["sequence"]} <= set(expected)


def test_a_clip_holds_the_apex_of_an_acted_expression(second):
    _, rows = second
    strength = [sum(row[f"au_{unit}_right"] for unit in (1, 2, 26)) for row in rows]
    assert len(rows) == 25 and 0 <= rows[0]["apex"] < 25 and not any(row["genuine"] for row in rows)
    assert strength[rows[0]["apex"]] > 0.9 * max(strength) > 2 * min(strength)


def test_eyes_of_cut_out_faces_lie_at_one_place(second):
    folder, rows = second
    pictures = [
        cv2.imread(str(folder / row["face"]), cv2.IMREAD_GRAYSCALE).astype(float) for row in rows if row["face"]
    ]
    assert pictures and {picture.shape for picture in pictures} == {(128, 128)}
    for picture in pictures:
        for across in (slice(30, 50), slice(78, 98)):
            assert picture[36:52, across].std() > 2 * picture[62:78, across].std()  # an eye above a cheek
