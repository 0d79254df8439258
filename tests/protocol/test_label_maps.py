import numpy as np
import pytest

from fer_utils.datasets.ckplus import COUNTS
from fer_utils.datasets.emotions import EMOTIONS, SEVEN
from fer_utils.datasets.synthetic import SyntheticFaces
from fer_utils.errors import ParameterError
from fer_utils.protocol import Protocol
from fer_utils.protocol.label_maps import LABEL_MAPS, label_map


@pytest.mark.parametrize(
    ("name", "classes", "dropped"),
    [
        ("seven", SEVEN, {"contempt"}),
        ("eight", EMOTIONS, set()),
        ("six", tuple(e for e in SEVEN if e != "neutral"), {"contempt", "neutral"}),
        ("six-contempt", ("anger", "contempt", "disgust", "happiness", "sadness", "surprise"), {"fear", "neutral"}),
        ("seven-contempt", tuple(e for e in EMOTIONS if e != "neutral"), {"neutral"}),
        ("three-drop", ("negative", "neutral", "positive"), {"surprise", "contempt"}),
        ("three-negative", ("negative", "neutral", "positive"), {"contempt"}),
        ("three-drop-contempt", ("negative", "neutral", "positive"), {"surprise"}),
        ("three-negative-contempt", ("negative", "neutral", "positive"), set()),
    ],
)
def test_a_map_has_its_classes_and_leaves_out_what_it_says(name, classes, dropped):
    codes = label_map(name).encode(np.array(EMOTIONS, dtype=object))
    assert label_map(name).classes == classes
    assert {emotion for emotion, code in zip(EMOTIONS, codes, strict=True) if code < 0} == dropped
    assert set(codes[codes >= 0]) == set(range(len(classes)))


def test_the_two_readings_of_three_classes_differ_in_surprise_alone():
    drop, negative = (label_map(name).encode(EMOTIONS) for name in ("three-drop", "three-negative"))
    assert [emotion for emotion, a, b in zip(EMOTIONS, drop, negative, strict=True) if a != b] == ["surprise"]
    assert label_map("three-negative").classes[negative[EMOTIONS.index("surprise")]] == "negative"


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("three-negative-contempt", [240, 18, 69]),  # 73.4 % of all 327 are negative
        ("three-drop-contempt", [157, 18, 69]),
        ("three-negative", [240, 0, 69]),  # without contempt no sequence is neutral
        ("three-drop", [157, 0, 69]),
    ],
)
def test_sequences_of_ckplus_are_neutral_only_where_contempt_is(name, counts):
    shown = np.repeat(list(COUNTS), list(COUNTS.values()))
    codes = label_map(name).encode(shown)
    assert np.bincount(codes[codes >= 0], minlength=3).tolist() == counts


@pytest.mark.parametrize("name", [name for name, of in LABEL_MAPS.items() if of.column == "label"])
@pytest.mark.parametrize(("label", "meant"), [("hapiness", "happiness"), ("Fear", "fear"), (3.0, ""), (np.nan, "")])
def test_a_label_that_is_no_emotion_does_not_pass_for_a_dropped_one(name, label, meant):
    with pytest.raises(ParameterError, match=f"'{label}' is no emotion.*{meant}"):
        label_map(name).encode(np.array(["neutral", label], dtype=object))


def test_a_misspelled_map_is_met_with_the_nearest():
    with pytest.raises(ParameterError, match="Did you mean 'three-drop'"):
        label_map("three_drop")


def test_twelve_classes_tell_felt_from_acted(faces):
    table = faces()
    with pytest.raises(ParameterError, match="column 'class12', which toy does not have"):
        label_map("twelve").codes(table)
    kinds = np.where(np.arange(len(table)) % 2 == 0, "genuine happiness", "acted contempt")
    table.rows["class12"] = kinds
    codes = label_map("twelve").codes(table)
    assert [label_map("twelve").classes[code] for code in codes] == list(kinds)
    assert len(label_map("twelve").classes) == 12
    table.rows.loc[3, "class12"] = "genuine joy"
    with pytest.raises(ParameterError, match="'genuine joy' is no label of 'class12'"):
        Protocol.for_table(table, "twelve")


def test_felt_or_acted_is_read_from_truth_values(faces):
    table = faces()
    with pytest.raises(ParameterError, match="column 'genuine', which toy does not have"):
        label_map("genuine").codes(table)
    felt = np.arange(len(table)) % 3 == 0
    table.rows["genuine"] = felt
    assert [label_map("genuine").classes[code] for code in label_map("genuine").codes(table)] == [
        "genuine" if one else "acted" for one in felt
    ]
    table.rows["genuine"] = np.where(felt, "yes", "no")
    with pytest.raises(ParameterError, match="'yes' is no label of 'genuine'"):
        label_map("genuine").codes(table)


def test_drawn_sequences_know_their_twelve_classes():
    options = {
        "subjects": 3,
        "images_per_emotion": 1,
        "frames": 3,
        "genuine": "both",
        "emotions": ["anger", "contempt"],
    }
    table = SyntheticFaces("tiny", **options).load()
    twelve, genuine, emotion = (label_map(name) for name in ("twelve", "genuine", "six-contempt"))
    named = [twelve.classes[code] for code in twelve.codes(table)]
    both = zip(genuine.codes(table), emotion.codes(table), strict=True)
    assert named == [f"{genuine.classes[kind]} {emotion.classes[code]}" for kind, code in both]


@pytest.mark.parametrize("name", LABEL_MAPS)
def test_every_map_says_in_words_what_it_is(name):
    assert len(label_map(name).words.split()) > 1
