from collections import Counter

import numpy as np
import pandas as pd
from PIL import Image

from fer_utils.datasets.synthetic.twins import make_twin, write_twin

NAME = "ckplus48"
FOLDERS = ["anger", "contempt", "disgust", "fear", "happy", "sadness", "surprise"]


def test_the_full_twin_has_981_pictures():
    counts = make_twin(NAME, "full").counts()
    assert counts["pictures"] == 981
    published = dict(zip(FOLDERS, (135, 54, 177, 75, 207, 84, 249), strict=True))
    assert {folder: counts[f"of these {folder}"] for folder in FOLDERS} == published


def test_three_pictures_of_each_sequence_lie_in_the_folder_of_its_class(tiny):
    assert sorted(path.name for path in (tiny / "CK+48").iterdir()) == FOLDERS
    files = sorted((tiny / "CK+48").glob("*/*.png"))
    assert set(Counter((path.parent.name, path.name[:8]) for path in files).values()) == {3}
    for path in files:
        with Image.open(path) as picture:
            assert picture.size == (48, 48) and picture.mode == "L"


def test_neighboring_frames_are_nearly_equal(tiny):
    for folder in (tiny / "CK+48").iterdir():
        first, second, third = (np.asarray(Image.open(path), float).ravel() for path in sorted(folder.iterdir()))
        assert np.corrcoef(second, third)[0, 1] > 0.8 and np.corrcoef(first, third)[0, 1] > 0.6


def test_the_face_fills_the_picture(truth):
    eyes = truth["x_45"] - truth["x_36"]
    assert eyes.between(20, 36).all()
    assert truth.filter(regex=r"^[xy]_(1[7-9]|[2-6]\d)$").stack().between(0, 48).all()


def test_it_shows_the_recordings_of_the_twin_of_ckplus(truth, tmp_path):
    take = make_twin(NAME, "tiny").items()[0]
    rows = pd.DataFrame(make_twin("ckplus", "tiny").draw(take, tmp_path))
    units = rows.filter(regex="^au_").to_numpy(float)[-3:]
    mine = truth[(truth["subject"] == take.subject) & (truth["sequence"] == int(take.number))]
    assert np.array_equal(mine.filter(regex="^au_").to_numpy(float), units)
    frame = np.asarray(Image.open(tmp_path / rows["file"].iloc[-1]).convert("L"), float)
    left, right = rows[["x_36", "y_36"]].iloc[-1].to_numpy(float), rows[["x_45", "y_45"]].iloc[-1].to_numpy(float)
    between = frame[int((left[1] + right[1]) / 2), int((left[0] + right[0]) / 2)]
    cut = np.asarray(Image.open(write_twin_of(tmp_path / "cut") / mine["file"].iloc[-1]), float)
    at = mine[["x_36", "y_36", "x_45", "y_45"]].iloc[-1].to_numpy(float)
    assert abs(cut[round((at[1] + at[3]) / 2), round((at[0] + at[2]) / 2)] - between) < 20


def write_twin_of(folder):
    return write_twin(make_twin(NAME, "tiny"), folder)
