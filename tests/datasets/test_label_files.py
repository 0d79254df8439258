"""Label files as they are found on disks: right ones say what they said, others are refused by name."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from fer_utils.datasets.ckplus_files import read_label
from fer_utils.datasets.emo2018_annotation import Annotation, read_annotation
from fer_utils.datasets.fer2013_csv import LABELS, PARTS, parse_csv
from fer_utils.datasets.ferplus import VOTES, add_votes
from fer_utils.datasets.folders_csv import read_samples
from fer_utils.datasets.problems import Problems
from fer_utils.errors import DatasetLayoutError

CKPLUS = ("neutral", "anger", "contempt", "disgust", "fear", "happiness", "sadness", "surprise")
SPACE = st.text(" \t\n\r", max_size=3)
SETTINGS = settings(
    derandomize=True, database=None, deadline=None, phases=(Phase.explicit, Phase.generate, Phase.shrink)
)
often = settings(SETTINGS, max_examples=200)


def refused(read, path, content, *words):
    """Reads a file that must be refused; the message names the file."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(DatasetLayoutError) as error:
        read(path)
    for word in (str(path), *words):
        assert word in str(error.value)


def test_a_label_of_ckplus_is_a_whole_number_in_any_spelling(tmp_path):
    spellings = ("{}", "{}.0", "{}.", "{}.0000000e+00", "+{}", "0{}", "{}e0")

    @often
    @given(st.integers(0, 7), st.sampled_from(spellings), SPACE, SPACE)
    def read(code, spelling, before, after):
        path = tmp_path / "S005_001_00000011_emotion.txt"
        path.write_text(before + spelling.format(code) + after)
        assert read_label(path) == CKPLUS[code]

    read()


def test_anything_else_is_no_label_of_ckplus(tmp_path):
    numbers = st.integers(8, 10**9) | st.integers(-(10**9), -1) | st.floats(0.01, 0.99) | st.just(1e400)
    words = st.sampled_from(
        ["", "nan", "NaN", "inf", "-inf", "3 4", "3,0", "0x3", "3_0", "0_3", "three", "٣", "³", "3 3"]
    )
    text = st.text(st.characters(exclude_categories=["Nd", "Cs"]), max_size=20)

    @often
    @given(numbers.map(str) | words | text | st.binary(min_size=1).map(lambda some: b"\xff" + some), SPACE)
    def read(content, space):
        content = content if isinstance(content, bytes) else (space + content + space).encode()
        refused(read_label, tmp_path / "S005_001_00000011_emotion.txt", content, "Expected one number from 0 to 7")

    read()


def rows_of_pixels():
    """Rows of FER2013: code, seed of the pixels, part."""
    return st.lists(st.tuples(st.integers(0, 6), st.integers(0, 999), st.sampled_from(PARTS)), min_size=1, max_size=4)


def csv_of(rows, change=lambda number, row: row):
    lines = []
    for number, (code, seed, part) in enumerate(rows):
        pixels = " ".join(map(str, np.random.default_rng(seed).integers(0, 256, 48 * 48)))
        lines.append(",".join(change(number, [str(code), pixels, part])))
    return "emotion,pixels,Usage\n" + "".join(f"{line}\n" for line in lines)


def test_whole_rows_of_fer2013_keep_their_labels_wherever_the_file_ends(tmp_path):
    @often
    @given(rows_of_pixels(), st.integers(0, 1000))
    def read(rows, share):
        path, content = tmp_path / "fer2013.csv", csv_of(rows).encode()
        path.write_bytes(content[: share * len(content) // 1000])
        try:
            images, labels, usage = parse_csv(path)
        except DatasetLayoutError as error:
            assert str(path) in str(error)
            return
        assert [(LABELS[code], PARTS[part]) for code, part in zip(labels, usage, strict=True)] == [
            (LABELS[code], part) for code, _, part in rows[: len(labels)]
        ]
        for image, (_, seed, _) in zip(images, rows, strict=False):
            assert (image.ravel() == np.random.default_rng(seed).integers(0, 256, 48 * 48)).all()

    read()


def test_a_bad_cell_of_fer2013_is_refused_with_its_line(tmp_path):
    bad_cells = st.one_of(
        st.tuples(st.just(0), st.sampled_from(["3.0", "", "9", "7", "-1", "nan", "anger", "٣"])),
        st.tuples(
            st.just(1), st.sampled_from(["", "1 2 3", "0 " * 2303 + "256", "0 " * 2303 + "-1", "0 " * 2304 + "0"])
        ),
        st.tuples(st.just(1), st.sampled_from(["x", "nan", "1.5", "1e2", "٣"]).map(lambda word: "0 " * 2303 + word)),
        st.tuples(st.just(2), st.sampled_from(["", "Train", "Test", "nan", "9", "Training Training"])),
    )

    @often
    @given(rows_of_pixels(), bad_cells, st.integers(0, 3))
    def read(rows, bad, place):
        place %= len(rows)

        def spoil(number, row):
            return [bad[1] if (number, cell) == (place, bad[0]) else text for cell, text in enumerate(row)]

        refused(parse_csv, tmp_path / "fer2013.csv", csv_of(rows, spoil), f"line {place + 2}")

    read()


def ferplus(votes):
    header = f"Usage,Image name,{','.join(VOTES)}\n"
    return header + "".join(f"Training,fer.png,{','.join(map(str, row))}\n" for row in votes)


def faces(count):
    return pd.DataFrame({"sample_id": [f"Training-{i}" for i in range(count)], "split": "Training"})


def test_the_single_most_voted_emotion_wins(tmp_path):
    @often
    @given(st.lists(st.lists(st.integers(0, 10), min_size=10, max_size=10), min_size=1, max_size=4))
    def read(votes):
        path = tmp_path / "fer2013new.csv"
        path.write_text(ferplus(votes))
        for row, found in zip(votes, add_votes(faces(len(votes)), path)["ferplus"], strict=True):
            first = [name for name, number in zip(VOTES, row, strict=True) if number == max(row)]
            if len(first) == 1 and first[0] not in ("unknown", "NF"):
                assert found == first[0]
            else:
                assert pd.isna(found)

    read()


def test_a_vote_that_is_none_is_refused_with_its_line(tmp_path):
    bad = st.sampled_from(["", "nan", "x", "11", "-1", "1.5", "266", "1e3", "٣ ٣", "--"])

    @often
    @given(st.integers(1, 4), st.integers(0, 3), st.integers(0, 9), bad)
    def read(count, place, column, word):
        votes = [["1"] * 10 for _ in range(count)]
        votes[place % count][column] = word
        path = tmp_path / "fer2013new.csv"
        refused(lambda path: add_votes(faces(count), path), path, ferplus(votes), f"line {place % count + 2}")

    read()


def test_an_annotation_of_emo2018_says_what_was_marked(tmp_path):
    white, flag = st.sampled_from(["\t", " ", " \t"]), st.integers(0, 1)

    @often
    @given(st.lists(st.integers(0, 89), min_size=3, max_size=3).map(sorted), st.tuples(*5 * [flag]), white, SPACE)
    def read(marks, flags, between, around):
        path, (start, peak, end) = tmp_path / "clip.txt", marks
        path.write_text(around + between.join(map(str, (start, end, peak, *flags))) + around)
        assert read_annotation(path, 90) == Annotation(start, end, peak, *flags)
        if end:
            refused(lambda path: read_annotation(path, end), path, path.read_bytes(), "start <= peak <= end")

    read()


def test_another_line_of_emo2018_is_refused(tmp_path):
    bad = st.sampled_from(["3.0", "9", "-1", "nan", "x", "٣", "", "0 0", "0\n0", "1_0", "0x1"])

    @often
    @given(st.integers(3, 7), bad, SPACE)
    def read(place, word, space):
        cells = ["3", "89", "43", "1", "0", "0", "0", "0"]
        cells[place] = word
        line = (space + "\t".join(cells)).encode()
        refused(lambda path: read_annotation(path, 90), tmp_path / "clip.txt", line)

    read()


def test_a_csv_of_pictures_gives_each_its_label_or_names_the_line(tmp_path):
    right = {
        "happy": "happiness",
        "Happiness": "happiness",
        " ANGRY ": "anger",
        "fearful": "fear",
        "neutral": "neutral",
    }
    wrong = ("", "3.0", "9", "nan", "hapy", "happy happy", "no emotion")
    names = st.text(st.characters(codec="utf-8", categories=["L", "Nd"]), min_size=1, max_size=5)

    @often
    @given(st.dictionaries(names, st.sampled_from([*right, *wrong]), min_size=1, max_size=4))
    def read(labels):
        path = tmp_path / "labels.csv"
        path.write_text("path,label\n" + "".join(f"{name}.png,{label}\n" for name, label in labels.items()))
        lines = [line for line, label in enumerate(labels.values(), start=2) if label not in right]
        if lines:
            refused(lambda path: read_samples(path, Problems()), path, path.read_bytes(), f"line {lines[0]}")
        else:
            found = {sample["sample_id"]: sample["label"] for sample in read_samples(path, Problems())}
            assert found == {f"{name}.png": right[label] for name, label in labels.items()}

    read()
