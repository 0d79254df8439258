from collections import Counter

import cv2
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from fer_utils.datasets.synthetic.people import draw_person
from fer_utils.datasets.synthetic.twins import make_twin
from fer_utils.datasets.synthetic.twins.oulu_casia import Scene

NAME = "oulu_casia"
PERSON = next(person for person in range(80) if draw_person(0, person).identity.skin_group == 4)
SUBJECT = f"P{PERSON + 1:03d}"
FOLDERS = ["Anger", "Disgust", "Fear", "Happiness", "Sadness", "Surprise"]


@pytest.fixture(scope="module")
def views(tmp_path_factory):
    """One expression of one person under all lights, as the full twin shows it."""
    folder = tmp_path_factory.mktemp("views")
    rows = []
    for light in ("Strong", "Weak", "Dark"):
        rows += make_twin(NAME, "full").draw(Scene(PERSON, "Happiness", light, 3), folder)
    return folder, pd.DataFrame(rows)


def test_the_full_twin_has_the_published_sequences():
    counts = Counter(scene.light for scene in make_twin(NAME, "full").items())
    assert counts == {"Strong": 480, "Weak": 480, "Dark": 480}
    facts = make_twin(NAME, "full").counts()
    assert facts["people"] == 80 and facts["sequences"] == 2 * 2 * 3 * 480


def test_sequences_lie_below_spectrum_light_and_person(tiny, truth):
    people = sorted((tiny / "OriginalImg" / "VL" / "Strong").iterdir())
    assert len(people) == 2
    for person in people:
        assert sorted(path.name for path in person.iterdir()) == FOLDERS
    files = sorted(path.relative_to(tiny).as_posix() for path in tiny.glob("*/*/*/*/*/*.jpeg"))
    assert files == sorted(truth["file"])
    for file in files[::10]:
        with Image.open(tiny / file) as picture:
            assert picture.format == "JPEG" and picture.size == (320, 240)


def test_sequences_go_from_neutral_to_the_apex(truth):
    for _, rows in truth.groupby(["subject", "emotion"]):
        moved = rows.filter(regex="^au_").sum(axis=1).tolist()
        assert moved[-1] > moved[0] + 2


def mean(folder, *parts):
    files = sorted(folder.joinpath(*parts, SUBJECT, "Happiness").glob("*.jpeg"))
    assert len(files) == 3
    return np.mean([cv2.imread(str(file), cv2.IMREAD_GRAYSCALE).mean() for file in files])


def test_visible_light_fades_from_strong_to_dark_and_infrared_does_not(views):
    folder, _ = views
    visible = {light: mean(folder, "OriginalImg", "VL", light) for light in ("Strong", "Weak", "Dark")}
    assert visible["Strong"] > 1.8 * visible["Weak"] and visible["Weak"] > 1.8 * visible["Dark"]
    infrared = [mean(folder, "OriginalImg", "NI", light) for light in ("Strong", "Weak", "Dark")]
    assert min(infrared) > 0.75 * max(infrared) and min(infrared) > 2 * visible["Dark"]


def test_infrared_is_gray_and_makes_dark_skin_pale(views):
    folder, rows = views
    row = rows[(rows["camera"] == "NI") & (rows["lighting"] == "Strong")].iloc[0]
    seen = {}
    for camera in ("VL", "NI"):
        with Image.open(folder / "OriginalImg" / camera / "Strong" / SUBJECT / "Happiness" / "000.jpeg") as picture:
            assert picture.mode == {"VL": "RGB", "NI": "L"}[camera]
            x, y = int((row["x_2"] + row["x_31"]) / 2), int((row["y_2"] + row["y_31"]) / 2)  # a cheek
            seen[camera] = np.asarray(picture.convert("L"), float)[y - 3 : y + 4, x - 3 : x + 4].mean()
    assert row["skin_group"] == 4 and seen["NI"] > 1.15 * seen["VL"]


def test_preprocessed_faces_have_their_eyes_at_one_place(views):
    folder, rows = views
    files = sorted((folder / "Preprocess Img").glob("*/*/*/*/*.jpeg"))
    assert len(files) == 2 * 3 * 3
    for file in files:
        with Image.open(file) as picture:
            assert picture.size == (320, 240)
    aligned = rows[rows["file"].str.startswith("Preprocess Img/")]
    for corners in (range(36, 42), range(42, 48)):
        for axis in "xy":
            middle = aligned[[f"{axis}_{point}" for point in corners]].mean(axis=1)
            assert middle.max() - middle.min() < 6  # eyelids move, so that the middle of an eye is not quite the pupil
