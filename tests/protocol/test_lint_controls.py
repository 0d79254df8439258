"""Splits that were published or are often made, rebuilt from their description: each is flagged by the right rule."""

import gzip
import os
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import pytest

from fer_utils.datasets import load_dataset
from fer_utils.datasets.face_table import FaceTable
from fer_utils.protocol.linter import lint
from fer_utils.protocol.owners_splits import fer2013_official, fer2013_public_as_test
from fer_utils.protocol.subject_splits import subject_kfold

REAL = Path(os.environ.get("SHARED") or "/nowhere") / "data" / "fer2013" / "fer2013.csv.gz"


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def frames(twins):
    """CK+ as films: all frames of all sequences of three people."""
    return load_dataset("ckplus", twins("ckplus"), frames="all")


@pytest.fixture
def wild(twins):
    return load_dataset("fer2013", twins("fer2013"))


def rules(report, level="error"):
    return {finding.rule: finding.count for finding in report.findings if finding.level == level}


def slices(labels, shares=(0.8, 0.9)):
    """Cuts the rows of each class, in their order, at these shares."""
    parts = [[], [], []]
    for label in sorted(set(labels)):
        rows = np.flatnonzero(labels == label)
        for part, some in zip(parts, np.split(rows, [int(share * len(rows)) for share in shares]), strict=True):
            part += some.tolist()
    return parts


def test_the_honest_split_of_the_films_has_no_error(frames):
    report = lint(frames, subject_kfold(frames, 3), near=True)
    assert report.verdict == "clean" and "no near-duplicates" in str(report) and "no altered copies" in str(report)


def test_slices_of_each_class_in_the_order_of_the_files_share_sequences(frames, fold):
    """File order keeps the frames of a film together, but the cuts go through films, and people show other classes."""
    found = rules(lint(frames, [fold(*slices(frames.label))]))
    assert found["shared sequences"] >= 7 and set(found) == {"shared subjects", "shared sequences"}


def test_people_divided_anew_for_each_emotion_are_in_training_for_one_and_in_test_for_another(faces, fold):
    table, draw = faces(subjects=20), np.random.default_rng(0)
    parts = [[], [], []]
    for emotion in sorted(set(table.label)):
        people = draw.permutation(sorted(set(table.subject)))
        for part, some in zip(parts, np.split(people, [14, 16]), strict=True):
            part += np.flatnonzero((table.label == emotion) & np.isin(table.subject, some)).tolist()
    report = lint(table, [fold(*parts)])
    assert set(rules(report)) == {"shared subjects"} and "divide people" in str(report)
    assert lint(table, subject_kfold(table), near=True).verdict == "clean"


def test_selecting_on_public_and_private_test_is_selecting_on_the_test_part(wild, fold):
    (official,) = fer2013_official(wild)
    validation = np.concatenate([official.validation, official.test])
    found = rules(lint(wild, [fold(official.train, validation, official.test, official.train)]))
    assert found == {"validation == test": len(official.test), "shared sequences": len(official.test)}
    assert not rules(lint(wild, [official], near=True))


def test_the_test_part_as_validation_is_an_error_by_rows(faces, fold):
    table = faces(subjects=10)
    found = rules(lint(table, [fold(range(49), range(49, 70), range(49, 70), range(49))]))
    assert found["validation == test"] == 21 and found["shared subjects"] == 21
    assert "validation == test" not in rules(lint(table, [fold(range(49), range(49, 56), range(56, 70))]))


@pytest.mark.parametrize(("same", "word"), [("image", "images"), ("sequence", "sequences"), ("subject", "people")])
def test_the_test_part_as_validation_is_an_error_even_under_other_names(faces, fold, same, word):
    table = faces(subjects=10)
    table.rows["subject"], table.rows["sequence"] = np.nan, np.nan
    twice = np.concatenate([np.arange(70), np.arange(49, 70)])
    rows = table.rows.iloc[twice].assign(sample_id=[f"row{i}" for i in range(91)], image=np.arange(91))
    images = np.random.default_rng(9).integers(0, 256, (91, 6, 6), dtype=np.uint8)
    if same == "image":
        images = table.images[twice]
    else:
        rows[same] = [f"{same}{i}" for i in twice]
    copied = FaceTable("toy", rows.reset_index(drop=True), images, "0" * 16)
    report = lint(copied, [fold(range(49), range(49, 70), range(70, 91), range(49))])
    assert rules(report)["validation == test"] == 21 and f"show the same {word}" in str(report)


def test_random_frames_of_films_share_sequences(frames, fold):
    rows = np.random.default_rng(0).permutation(len(frames))
    found = rules(lint(frames, [fold(rows[:20], rows[20:23], rows[23:])]))
    assert set(found) == {"shared subjects", "shared sequences"}


def test_all_planted_duplicates_of_fer2013_are_found(wild, twins):
    with gzip.open(twins("fer2013") / "ground_truth.csv.gz") as file:
        picture = pd.read_csv(file)["picture"].to_numpy()
    (official,) = fer2013_official(wild)
    planted = np.isin(picture[official.test], picture[np.union1d(official.train, official.validation)]).sum()
    assert planted and rules(lint(wild, [official]), "warning")["identical images"] == planted


def multiplied(table, alter, name):
    """Adds an altered copy of every picture, under another name and of a person who is not known."""
    copies = np.stack([alter(picture) for picture in table.images])
    first = table.rows.assign(subject=np.nan)
    second = first.assign(sample_id=[name(i) for i in first["sample_id"]], image=first["image"] + len(table))
    second["sequence"] = second["sample_id"]
    return replace(
        table, rows=pd.concat([first, second], ignore_index=True), images=np.concatenate([table.images, copies])
    )


def turned(picture):
    turn = cv2.getRotationMatrix2D((23.5, 23.5), 6, 1.05)
    turn[:, 2] += (1.5, -1)
    return cv2.warpAffine(picture, turn, (48, 48), borderMode=cv2.BORDER_REPLICATE)


ALTERED = {
    "mirrored": lambda picture: picture[:, ::-1],
    "a pixel further": lambda picture: np.roll(picture, 1, axis=1),
    "turned, scaled and moved": turned,
    "darker": lambda picture: (0.7 * picture + 10).astype(np.uint8),
}


@pytest.mark.parametrize("how", ALTERED)
def test_augmenting_before_splitting_is_an_error_by_the_pixels_alone(wild, fold, how):
    table = multiplied(wild, ALTERED[how], lambda name: f"more-{name}")
    rows = np.random.default_rng(0).permutation(len(table))
    leaking = lint(table, [fold(rows[:280], rows[280:310], rows[310:])], near=True)
    assert "augmentation before splitting" in rules(leaking)
    source = np.arange(len(table)) % len(wild)
    honest = [
        np.flatnonzero(np.isin(source, part))
        for part in np.split(np.random.default_rng(0).permutation(178), [140, 155])
    ]
    assert not rules(lint(table, [fold(*honest)], near=True))


@pytest.mark.parametrize("name", ["{}_flip", "{}_aug1", "aug-{}", "{}-rot10_bright0.8"])
def test_augmenting_before_splitting_is_an_error_by_names_alone(wild, fold, name):
    table = multiplied(wild, lambda picture: 255 - picture, name.format)
    rows = np.arange(len(table))
    report = lint(table, [fold(rows[:178], [], rows[178:])])
    assert rules(report) == {"augmentation before splitting": 178} and "Divide first" in str(report)
    assert not rules(lint(table, [fold(rows[rows % 178 < 150], [], rows[rows % 178 >= 150])]))


@pytest.mark.data
def test_the_duplicates_of_the_real_fer2013_are_found():
    if not REAL.is_file():
        pytest.skip("the real FER2013 is not here")
    table = load_dataset("fer2013", str(REAL))
    report = lint(table, fer2013_public_as_test(table))
    assert rules(report, "warning")["identical images"] == 280 and not rules(report)
