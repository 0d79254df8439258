from collections import Counter

import cv2
import numpy as np
from PIL import Image

from fer_utils.datasets.synthetic.twins import make_twin

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
        first, second, third = (cv2.imread(str(path), 0).ravel() for path in sorted(folder.iterdir()))
        assert np.corrcoef(second, third)[0, 1] > 0.8 and np.corrcoef(first, third)[0, 1] > 0.6


def test_the_face_fills_the_picture(truth):
    eyes = truth["x_45"] - truth["x_36"]
    assert eyes.between(20, 36).all()
    assert truth.filter(regex=r"^[xy]_(1[7-9]|[2-6]\d)$").stack().between(0, 48).all()


def test_it_is_cut_out_of_the_pictures_of_the_twin_of_ckplus(tiny, truth, tmp_path):
    take = make_twin(NAME, "tiny").items()[0]
    frame = make_twin("ckplus", "tiny").draw(take, tmp_path)[-1]
    mine = truth[(truth["subject"] == take.subject) & (truth["sequence"] == int(take.number))].iloc[-1]
    units = [name for name in frame if name.startswith("au_")]
    assert [frame[unit] for unit in units] == list(mine[units])

    def eyes(row):
        return np.array([[row["x_36"], row["y_36"]], [row["x_45"], row["y_45"]]]) + 0.5

    factor = np.linalg.norm(np.diff(eyes(frame), axis=0)) / np.linalg.norm(np.diff(eyes(mine), axis=0))
    left, top = eyes(frame)[0] - factor * eyes(mine)[0]
    with Image.open(tmp_path / frame["file"]) as whole, Image.open(tiny / mine["file"]) as cut:
        square = (left, top, left + 48 * factor, top + 48 * factor)
        same = whole.convert("L").resize((48, 48), Image.Resampling.BOX, square)
        assert np.abs(np.asarray(same, float) - np.asarray(cut, float)).mean() < 4
