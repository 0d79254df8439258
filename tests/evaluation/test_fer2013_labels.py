import csv

import numpy as np
import pandas as pd
import pytest

from fer_utils.datasets.fer2013 import Fer2013
from fer_utils.datasets.synthetic.twins import make_twin, write_twin
from fer_utils.errors import ParameterError
from fer_utils.evaluation.fer2013_labels import changes, under_ferplus, without_duplicates
from fer_utils.evaluation.scores import score
from fer_utils.protocol import Protocol
from fer_utils.runs.items import items_table
from fer_utils.runs.predictions import prediction_table

NAMES = ("angry", "disgust", "fear", "happy", "sad", "surprise", "neutral")
CODES = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
VOTES = ("neutral", "happiness", "surprise", "sadness", "anger", "disgust", "fear", "contempt", "unknown", "NF")


TURNED = ({"fear": 5, "sadness": 5}, {"unknown": 7, "fear": 3}, {"NF": 10}, {"contempt": 10}, {"surprise": 10})


@pytest.fixture(scope="module")
def twin(tmp_path_factory):
    """The tiny twin, with every kind of vote in the PrivateTest rows that are nobody's surprise."""
    folder = write_twin(make_twin("fer2013", "tiny"), tmp_path_factory.mktemp("fer2013"))
    faces, votes = (pd.read_csv(folder / name) for name in ("fer2013.csv", "fer2013new.csv"))
    chosen = faces.index[(faces["Usage"] == "PrivateTest") & (faces["emotion"] != NAMES.index("surprise"))]
    for row, counts in zip(chosen[-len(TURNED) :], TURNED, strict=True):
        votes.loc[row, list(VOTES)] = [counts.get(name, 0) for name in VOTES]
    votes.to_csv(folder / "fer2013new.csv", index=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FERBENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        return folder, Fer2013(str(folder)).load()


def divided(twin, labels="seven", seeds=(0,)):
    return Protocol.for_table(twin[1], labels, "fer2013-official", seeds=seeds).split(twin[1])


def predicted(split):
    """A model that always answers what FER2013 says."""
    test = split.y[split.folds[0].test]
    return pd.concat([prediction_table(split, "m", 0, seed, y_pred=test) for seed in split.protocol.seeds])


def rows_of(twin, name):
    """The rows of a file of the twin, read by the csv module."""
    with (twin[0] / name).open(newline="") as file:
        return list(csv.DictReader(file))


def majorities(twin):
    """The majority of the votes for each PrivateTest row, counted by hand; None without one."""
    found = []
    for row in rows_of(twin, "fer2013new.csv"):
        if row["Usage"] == "PrivateTest":
            counts = sorted(((int(row[name]), name) for name in VOTES), reverse=True)
            clear = counts[0][0] > counts[1][0] and counts[0][1] not in ("unknown", "NF")
            found.append(counts[0][1] if clear else None)
    return found


def test_the_truth_is_what_most_of_the_ten_people_say(twin):
    split = divided(twin)
    changed = under_ferplus(predicted(split), items_table(split), split.protocol.labels)
    voted = majorities(twin)
    kept = [name for name in voted if name is not None and name != "contempt"]
    assert changed.predictions["y_true"].tolist() == kept
    assert changed.left_out == len(voted) - len(kept) > 0
    assert f"{sum(name is None for name in voted)} of {len(voted)} test images left out without one" in changed.note


def test_a_model_that_knows_fer2013_by_heart_is_right_as_often_as_the_votes_agree(twin):
    split = divided(twin)
    changed = under_ferplus(predicted(split), items_table(split), split.protocol.labels)
    assert score(predicted(split), split.classes, 20).accuracy.value == 1
    agreement = score(changed.predictions, split.classes, 20).accuracy.value
    assert 0.3 < agreement < 0.95
    assert f"{100 * agreement:.1f} % have the label that FER2013 gives them" in changed.note


def test_what_the_label_map_has_no_class_for_is_left_out_and_counted(twin):
    split = divided(twin, "three-drop")
    changed = under_ferplus(predicted(split), items_table(split), split.protocol.labels)
    assert set(changed.predictions["y_true"]) <= {"negative", "neutral", "positive"}
    votes = split.table.rows.set_index("sample_id")["ferplus"].loc[predicted(split)["sample_id"]]
    unmapped = votes.isin(["surprise", "contempt"]).sum()
    assert unmapped > 0 and f"{unmapped} because the label map 'three-drop'" in changed.note


def test_test_images_that_were_trained_on_are_left_out(twin):
    split = divided(twin)
    rows = rows_of(twin, "fer2013.csv")
    trained = {row["pixels"] for row in rows if row["Usage"] == "Training"}
    chosen_on = {row["pixels"] for row in rows if row["Usage"] == "PublicTest"}
    tested = [row for row in rows if row["Usage"] == "PrivateTest"]
    twins = [row["pixels"] in trained | chosen_on for row in tested]
    first = sum(row["pixels"] in trained for row in tested)
    changed = without_duplicates(predicted(split), items_table(split))
    assert changed.left_out == sum(twins) > 0
    kept = [CODES[int(row["emotion"])] for row, seen in zip(tested, twins, strict=True) if not seen]
    assert changed.predictions["y_true"].tolist() == kept
    said = f"{sum(twins)} of {len(tested)} test images left out: {first} byte-identical to a training image"
    more = sum(twins) - first
    assert changed.note == said + (f", {more} more to a validation image." if more else ".")


def test_images_are_counted_once_whatever_the_number_of_seeds(twin):
    once, thrice = divided(twin), divided(twin, seeds=(0, 1, 2))
    for change, more in ((under_ferplus, ["seven"]), (without_duplicates, [])):
        one, three = (change(predicted(split), items_table(split), *more) for split in (once, thrice))
        assert one.left_out == three.left_out and 3 * len(one.predictions) == len(three.predictions)


def test_several_models_are_changed_alike(twin):
    split = divided(twin)
    both = pd.concat([predicted(split).assign(model=name) for name in ("a", "b")])
    for name, change in changes(items_table(split), "seven").items():
        one, two = change(predicted(split)), change(both)
        assert (one.note, one.left_out) == (two.note, two.left_out), name
        assert 2 * len(one.predictions) == len(two.predictions)


def test_what_can_be_changed_depends_on_the_votes(twin):
    items = items_table(divided(twin))
    assert list(changes(items, "seven")) == ["FER+ labels", "without duplicates"]
    assert list(changes(items.drop(columns="ferplus"), "seven")) == ["without duplicates"]


def test_without_votes_it_says_where_they_are(faces):
    table = faces(parts=["Training"] * 10 + ["PublicTest"] * 5 + ["PrivateTest"] * 5, known=False)
    split = Protocol.for_table(table, "seven", "fer2013-official").split(table)
    with pytest.raises(ParameterError, match=r"no FER\+ votes. Put fer2013new.csv beside"):
        under_ferplus(predicted(split), items_table(split), split.protocol.labels)


@pytest.mark.parametrize(("change", "more"), [(under_ferplus, ["seven"]), (without_duplicates, [])])
def test_predictions_of_another_split_are_refused(twin, change, more):
    split = divided(twin)
    items = items_table(split)
    with pytest.raises(ParameterError, match="1 test items have no prediction"):
        change(predicted(split).iloc[1:], items, *more)
    with pytest.raises(ParameterError, match="1 predicted items are not in the table"):
        change(predicted(split).replace({"sample_id": {items["sample_id"][3]: "stray"}}), items.drop(index=3), *more)


def test_the_twin_tells_what_is_identical(twin):
    digests = pd.Series(twin[1].image_digests())
    parts = pd.Series(twin[1].split)
    assert np.isin(digests[parts == "PrivateTest"], digests[parts == "Training"]).any()
