import numpy as np
import pandas as pd
import pytest

from fer_utils.datasets.ferplus import VOTES, add_votes
from fer_utils.errors import DatasetLayoutError

HEADER = "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF\n"


def faces(*parts):
    return pd.DataFrame({"sample_id": [f"{part}-{i}" for i, part in enumerate(parts)], "split": list(parts)})


def line(part="Training", **votes):
    return ",".join([part, "fer.png", *(str(votes.get(name, 0)) for name in VOTES)]) + "\n"


@pytest.fixture
def votes(tmp_path):
    def write(text):
        path = tmp_path / "fer2013new.csv"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return write


@pytest.mark.parametrize(
    ("given", "majority"),
    [
        ({"happiness": 10}, "happiness"),
        ({"contempt": 4, "neutral": 3, "anger": 3}, "contempt"),
        ({"neutral": 5, "sadness": 5}, None),
        ({"unknown": 6, "fear": 4}, None),
        ({"NF": 10}, None),
        ({"unknown": 3, "fear": 4, "surprise": 3}, "fear"),
    ],
)
def test_most_votes_win_and_ties_unknown_and_no_face_give_no_label(votes, given, majority):
    found = add_votes(faces("Training"), votes(HEADER + line(**given)))["ferplus"][0]
    assert found == majority if majority else pd.isna(found)


def test_the_nth_row_of_a_part_belongs_to_the_nth_image_of_it(votes):
    text = HEADER + line(fear=10) + line("PublicTest", anger=9) + line(surprise=8) + line("PrivateTest", disgust=7)
    rows = add_votes(faces("Training", "Training", "PublicTest"), votes(text))
    assert list(rows["ferplus"]) == ["fear", "surprise", "anger"]
    assert list(rows["votes_surprise"]) == [0, 8, 0] and rows["votes_surprise"].dtype == np.uint8


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (b"", "EmptyDataError"),
        (b"\xff\xfe\x00binary", "cannot be read"),
        (HEADER.replace("contempt", "scorn") + line(), "no column 'contempt'"),
        (HEADER + line() * 2, "2 rows of votes for Training, but the csv has 1"),
        (HEADER + line("PublicTest"), "0 rows of votes for Training"),
        (HEADER + line(fear="ten"), "line 2: the votes are .*'ten'"),
        (HEADER + line("PublicTest") + line(fear=""), "line 3: the votes"),
        (HEADER + line(fear=-1), "line 2: the votes .* from 0 to 10"),
        (HEADER + line(fear=266), "line 2: the votes"),
        (HEADER + line(fear=1.5), "line 2: the votes"),
    ],
)
def test_bad_votes_are_refused_with_the_file_and_the_reason(votes, text, message):
    path = votes(text)
    with pytest.raises(DatasetLayoutError, match=message) as caught:
        add_votes(faces("Training"), path)
    assert str(path) in str(caught.value)
