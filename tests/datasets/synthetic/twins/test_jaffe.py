from collections import Counter

import numpy as np
from PIL import Image

from fer_utils.datasets.synthetic.twins import make_twin

NAME = "jaffe"


def test_the_full_twin_has_the_published_pictures():
    names = [item.file for item in make_twin(NAME, "full").items()]
    assert len(set(names)) == 213 and len({name[:2] for name in names}) == 10
    counts = Counter(name[3:5] for name in names)
    assert counts == {"AN": 30, "DI": 29, "FE": 32, "HA": 31, "NE": 30, "SA": 31, "SU": 30}
    assert "KA.AN1.39.tiff" in names
    assert len({name.split(".")[2] for name in names}) == 213  # the numbers run on from person to person
    assert {int(name[5]) for name in names} == {1, 2, 3, 4}


def test_the_folder_is_flat_and_holds_gray_tiffs(tiny):
    assert not [path for path in tiny.iterdir() if path.is_dir()]
    modes = set()
    for path in tiny.glob("*.tiff"):
        with Image.open(path) as picture:
            assert picture.format == "TIFF" and picture.size == (256, 256)
            modes.add(picture.mode)
            colors = np.asarray(picture.convert("RGB"))
            assert (colors == colors[..., :1]).all()
    assert modes == {"L", "P"}


def test_the_stored_numbers_of_a_palette_picture_are_no_gray_values(tiny):
    """Reading them as if they were gives noise; converted, neighbors are alike as in any picture."""
    for path in tiny.glob("*.tiff"):
        with Image.open(path) as picture:
            gray = np.asarray(picture.convert("L"), float)
            assert np.abs(np.diff(gray, axis=1)).mean() < 10
            if picture.mode == "P":
                assert np.abs(np.diff(np.asarray(picture, float), axis=1)).mean() > 40


def test_the_truth_names_every_picture_once(tiny, truth):
    assert sorted(truth["file"]) == sorted(path.name for path in tiny.glob("*.tiff"))
    letters = {"AN": "anger", "DI": "disgust", "FE": "fear", "HA": "happiness"}
    letters |= {"NE": "neutral", "SA": "sadness", "SU": "surprise"}
    assert (truth["file"].str[3:5].map(letters) == truth["emotion"]).all()
    smile = truth.groupby("emotion")["au_12_right"].mean()
    assert smile.idxmax() == "happiness"
