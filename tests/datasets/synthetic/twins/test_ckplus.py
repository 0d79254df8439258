import re
from collections import Counter

import numpy as np
import pytest
from PIL import Image

from fer_utils.datasets.synthetic.twins import make_twin

NAME = "ckplus"
FLOAT = r" {3}\d\.\d{7}e[+-]\d\d"


def sequences(tiny):
    return sorted(path for path in (tiny / "cohn-kanade-images").glob("*/*"))


def test_the_full_twin_has_the_published_sequences():
    takes = make_twin(NAME, "full").items()
    labelled = [take for take in takes if not take.below]
    assert len(takes) == 593 and len({take.subject for take in takes}) == 123
    assert len(labelled) == 327 and len({take.subject for take in labelled}) == 118
    assert Counter(take.emotion for take in labelled) == {
        **{"anger": 45, "contempt": 18, "disgust": 59, "fear": 25, "happiness": 69, "sadness": 28, "surprise": 83}
    }
    assert max(Counter((take.subject, take.emotion) for take in labelled).values()) == 1
    assert {"S005", "S010", "S999"} < {take.subject for take in takes}
    assert min(take.frames for take in takes) >= 10 and max(take.frames for take in takes) <= 60


def test_frames_are_numbered_from_neutral_to_apex(tiny, truth):
    assert len(sequences(tiny)) == 10
    for folder in sequences(tiny):
        subject, number = folder.parent.name, folder.name
        frames = sorted(path.name for path in folder.iterdir())
        assert frames == [f"{subject}_{number}_{frame:08d}.png" for frame in range(1, len(frames) + 1)]
        rows = truth[(truth["subject"] == subject) & (truth["sequence"] == int(number))]
        moved = rows.filter(regex="^au_").sum(axis=1).tolist()
        assert moved[-1] > moved[0] + 2 and int(np.argmax(moved)) >= len(moved) - 3


def test_some_pictures_have_color_and_another_height(tiny):
    seen = set()
    for folder in sequences(tiny):
        with Image.open(next(folder.iterdir())) as picture:
            seen.add((picture.mode, picture.size))
    assert seen == {("L", (640, 490)), ("RGB", (640, 480))}


def test_only_some_sequences_are_labelled_and_the_others_have_an_empty_folder(tiny):
    codes = []
    for folder in sequences(tiny):
        labels = list((tiny / "Emotion" / folder.parent.name / folder.name).iterdir())
        if labels:
            (label,) = labels
            assert label.name == f"{max(path.stem for path in folder.iterdir())}_emotion.txt"
            assert re.fullmatch(FLOAT + r"\n", label.read_text())
            codes.append(float(label.read_text()))
    assert sorted(codes) == [1, 2, 3, 4, 5, 6, 7] and len(codes) < len(sequences(tiny))


def test_labels_are_what_is_shown(tiny, truth):
    names = ["neutral", "anger", "contempt", "disgust", "fear", "happiness", "sadness", "surprise"]
    for label in (tiny / "Emotion").glob("*/*/*.txt"):
        file = label.name.replace("_emotion.txt", ".png")
        (emotion,) = truth["emotion"][truth["file"].str.endswith(file)]
        assert emotion == names[int(float(label.read_text()))]


def test_every_frame_has_68_landmarks_inside_its_picture(tiny, truth):
    files = sorted((tiny / "Landmarks").glob("*/*/*_landmarks.txt"))
    assert len(files) == len(truth)
    for path in files[::7]:
        assert all(re.fullmatch(FLOAT + FLOAT, line) for line in path.read_text().splitlines())
        points = np.loadtxt(path)
        assert points.shape == (68, 2) and points.min() > 0 and points[:, 0].max() < 640 and points[:, 1].max() < 480
        row = truth[truth["file"].str.endswith(path.name.replace("_landmarks.txt", ".png"))].iloc[0]
        assert points[33] == pytest.approx([row["x_33"], row["y_33"]], abs=0.01)


def test_facs_codes_of_the_last_frame_are_its_action_units(tiny, truth):
    files = sorted((tiny / "FACS").glob("*/*/*_facs.txt"))
    assert len(files) == len(sequences(tiny))
    for path in files:
        lines = path.read_text().splitlines()
        assert lines and all(re.fullmatch(FLOAT + FLOAT, line) for line in lines)
        row = truth[truth["file"].str.endswith(path.name.replace("_facs.txt", ".png"))].iloc[0]
        for unit, intensity in (map(float, line.split()) for line in lines):
            strongest = max(row[f"au_{unit:.0f}_right"], row[f"au_{unit:.0f}_left"])
            assert intensity == pytest.approx(strongest, abs=0.51) and intensity in (1, 2, 3, 4, 5)
