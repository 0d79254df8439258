import numpy as np
import pytest

from fer_utils.datasets.emotions import EMOTIONS, SEVEN
from fer_utils.errors import ParameterError
from fer_utils.protocol.label_maps import LABEL_MAPS, label_map


@pytest.mark.parametrize(
    ("name", "classes", "dropped"),
    [
        ("seven", SEVEN, {"contempt"}),
        ("eight", EMOTIONS, set()),
        ("three-drop", ("negative", "neutral", "positive"), {"surprise", "contempt"}),
        ("three-negative", ("negative", "neutral", "positive"), {"contempt"}),
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


@pytest.mark.parametrize("name", LABEL_MAPS)
@pytest.mark.parametrize(("label", "meant"), [("hapiness", "happiness"), ("Fear", "fear"), (3.0, ""), (np.nan, "")])
def test_a_label_that_is_no_emotion_does_not_pass_for_a_dropped_one(name, label, meant):
    with pytest.raises(ParameterError, match=f"'{label}' is no emotion.*{meant}"):
        label_map(name).encode(np.array(["neutral", label], dtype=object))


def test_a_misspelled_map_is_met_with_the_nearest():
    with pytest.raises(ParameterError, match="Did you mean 'three-drop'"):
        label_map("three_drop")
