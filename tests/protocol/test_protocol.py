import dataclasses
import json
from dataclasses import fields, replace

import numpy as np
import pytest

from fer_utils.errors import LeakageError, ParameterError
from fer_utils.protocol import Protocol
from fer_utils.protocol.fold import Fold
from fer_utils.protocol.split_rules import SPLIT_RULES, SplitRule

PARTS = ("Training", "PublicTest", "PrivateTest")


def test_an_id_names_dataset_labels_and_split(faces):
    protocol = Protocol.for_table(faces(), "three-drop")
    dataset, labels, split, digest = protocol.id.split("/")
    assert (dataset, labels, split) == ("toy", "three-drop", "subject-kfold")
    assert len(digest) == 8 and set(digest) <= set("0123456789abcdef")


def test_fewer_folds_than_the_rule_makes_are_called_a_smoke_run(faces):
    smoke = Protocol.for_table(faces(), folds=2)
    assert smoke.smoke and "/subject-kfold-smoke2of10/" in smoke.id
    whole = Protocol.for_table(faces(), folds=99)
    assert not whole.smoke and whole.folds == 10 and "smoke" not in whole.id
    official = Protocol.for_table(faces(parts=PARTS * 7), split="fer2013-official", folds=10)
    assert not official.smoke and official.folds == 1


CHANGES = {
    **{"dataset": "other", "fingerprint": "0" * 16, "labels": "eight", "split_rule": "fer2013-official"},
    **{"folds": 3, "folds_of": 5, "seeds": (1,), "unit": "sequence", "selection": "test", "metrics": ("UAR",)},
    **{"synthetic": True, "partial": True, "notes": ("a part is missing",)},
}


@pytest.mark.parametrize("name", [field.name for field in fields(Protocol)])
def test_whatever_differs_gives_another_id(faces, name):
    protocol = Protocol.for_table(faces())
    changed = replace(protocol, **{name: CHANGES[name]})
    assert changed.id.rpartition("/")[2] != protocol.id.rpartition("/")[2]


def test_a_study_of_clips_is_another_one_than_that_of_their_frames(faces):
    images, clips = (Protocol.for_table(faces(), unit=unit) for unit in ("image", "sequence"))
    assert (images.unit, clips.unit) == ("image", "sequence") and images.id != clips.id
    assert Protocol.for_table(faces()) == images


def test_clips_with_frames_of_two_classes_cannot_be_counted(faces):
    table = faces(images=2)
    rows = table.rows.assign(sequence=table.rows["subject"] + table.rows["label"])
    clips = replace(table, rows=rows)
    assert Protocol.for_table(clips, unit="sequence").split(clips)
    mixed = replace(table, rows=rows.assign(sequence=rows["subject"]))
    assert Protocol.for_table(mixed).split(mixed)
    with pytest.raises(
        ParameterError, match=r"20 clips have frames of different classes, such as 'p00'.*neutral=False"
    ):
        Protocol.for_table(mixed, unit="sequence").split(mixed)


def test_equal_content_gives_an_equal_id_and_one_other_pixel_another(faces):
    table = faces()
    assert Protocol.for_table(faces()).id == Protocol.for_table(table).id
    assert Protocol.for_table(faces(seed=1)).id != Protocol.for_table(table).id
    assert Protocol.for_table(table.select(np.arange(100))).id != Protocol.for_table(table).id


def test_the_same_csv_at_another_place_gives_an_equal_id(tmp_path, monkeypatch):
    from fer_utils.datasets import load_dataset

    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))
    line = " ".join(["7"] * 2304)
    found = set()
    for name, end in (("a.csv", "\n"), ("b.csv", "\r\n")):
        (tmp_path / name).write_bytes(f"emotion,pixels,Usage{end}0,{line},Training{end}".encode())
        table = load_dataset("fer2013", str(tmp_path / name))
        found.add(Protocol.for_table(table, split="fer2013-official").id)
    assert len(found) == 1


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"labels": "sevn"}, "Did you mean 'seven'"),
        ({"split": "subject-fold"}, "Did you mean 'subject-kfold'"),
        ({"folds": 0}, "at least one fold"),
        ({"folds": 2.5}, "folds = 2.5: expected a whole number"),
        ({"seeds": ()}, "expected a list of whole numbers"),
        ({"seeds": 0}, r"seeds = 0: expected a list of whole numbers from 0, such as \[0, 1, 2\]"),
        ({"seeds": [0.5]}, "expected a list of whole numbers"),
        ({"seeds": "01"}, "expected a list of whole numbers"),
        ({"seeds": [-1]}, "from 0"),
        ({"seeds": [3, 3]}, "each once"),
        ({"unit": "sequences"}, "unit = 'sequences': expected image or sequence. Did you mean 'sequence'"),
    ],
)
def test_impossible_protocols_are_refused(faces, options, message):
    with pytest.raises(ParameterError, match=message):
        Protocol.for_table(faces(), **options)


def test_a_protocol_divides_only_the_table_it_was_stated_for(faces):
    table = faces()
    protocol = Protocol.for_table(table)
    for other in (faces(seed=1), table.select(np.arange(70, 140))):
        with pytest.raises(ParameterError, match="state it anew"):
            protocol.split(other)


def test_a_split_holds_the_kept_rows_their_classes_and_what_was_dropped(faces):
    table = faces(subjects=20)
    split = Protocol.for_table(table, "three-drop").split(table)
    assert split.classes == ["negative", "neutral", "positive"]
    assert split.dropped == 20 and len(split.table) == 120 == len(split.y)
    assert "surprise" not in set(split.table.label)
    positive = {split.table.label[i] for i in np.flatnonzero(split.y == 2)}
    assert positive == {"happiness"}


def test_a_face_that_was_not_found_is_tested_but_not_learned_from(faces):
    table = faces(subjects=20)
    lost = np.arange(len(table)) % 5 == 0
    seen = replace(table, rows=table.rows.assign(detected=~lost))
    whole, split = (Protocol.for_table(each, folds=2).split(each) for each in (table, seen))
    for all_of_them, fold in zip(whole.folds, split.folds, strict=True):
        assert not lost[fold.train].any() and not lost[fold.fit_all].any() and lost[fold.test].any()
        assert np.array_equal(fold.train, all_of_them.train[~lost[all_of_them.train]])
        assert np.array_equal(fold.test, all_of_them.test)
        assert np.array_equal(fold.validation, all_of_them.validation)


def test_of_a_clip_all_frames_are_kept_unless_none_has_a_face(faces):
    table = faces(subjects=20, images=4)
    clip = np.array([name.rpartition("-")[0] for name in table.rows["sample_id"]])
    lost = (np.arange(len(table)) % 4 == 1) | (clip == "p03-anger")
    rows = table.rows.assign(sequence=clip, frame=np.arange(len(table)) % 4, detected=~lost)
    split = Protocol.for_table(replace(table, rows=rows), folds=10, unit="sequence").split(replace(table, rows=rows))
    learned = {row for fold in split.folds for row in fold.train}
    assert learned == set(np.flatnonzero(clip != "p03-anger"))
    fold = split.folds[0]
    assert not lost[split.with_faces(fold.train)].any() and set(split.with_faces(fold.train)) < set(fold.train)


def test_where_nobody_looked_for_faces_every_row_has_one(faces):
    table = faces(subjects=20)
    split = Protocol.for_table(table, folds=1).split(table)
    assert np.array_equal(split.with_faces(split.folds[0].train), split.folds[0].train)


def test_a_smoke_split_has_the_first_folds_of_the_whole_one(faces):
    table = faces()
    whole = Protocol.for_table(table).split(table)
    smoke = Protocol.for_table(table, folds=2).split(table)
    assert len(smoke.folds) == 2
    assert all(np.array_equal(a.test, b.test) for a, b in zip(smoke.folds, whole.folds, strict=False))


def random_images(table):
    rows = np.random.default_rng(0).permutation(len(table))
    return [Fold(rows[:80], rows[80:100], rows[100:], rows[:100])]


def test_a_leaking_split_is_refused_with_the_findings(faces, monkeypatch):
    monkeypatch.setitem(SPLIT_RULES, "random", SplitRule(random_images, "random images"))
    table = faces()
    protocol = Protocol.for_table(table, split="random")
    with pytest.raises(LeakageError, match="leaks, so nothing is trained on it") as caught:
        protocol.split(table)
    assert "shared subjects" in str(caught.value)


def test_a_papers_own_leaking_split_runs_and_is_marked_everywhere(faces):
    table = faces(images=3)
    split = Protocol.for_table(table, split="random-80-10-10").split(table)
    assert split.lint.verdict == "error" and split.to_dict()["lint"]["verdict"] == "error"
    assert split.to_dict()["paper_split"] == "Hussein (2020)"
    assert "It leaks, so every number of it is marked" in str(split) and "shared subjects" in str(split)
    assert not Protocol.for_table(table).split(table).to_dict()["paper_split"]


def test_one_subject_left_out_makes_as_many_folds_as_there_are_subjects(faces):
    table = faces(subjects=12)
    protocol = Protocol.for_table(table, split="leave-one-subject-out", folds=100)
    assert (protocol.folds, protocol.folds_of, protocol.smoke) == (12, 12, False)
    assert len(protocol.split(table).folds) == 12
    smoke = Protocol.for_table(table, split="leave-one-subject-out", folds=2)
    assert "leave-one-subject-out-smoke2of12" in smoke.id


@pytest.mark.parametrize("part", ["train", "validation", "test"])
def test_a_part_without_a_class_is_refused_and_named(faces, part):
    table = faces(subjects=20)
    in_part = np.isin(
        table.subject,
        {
            "train": [f"p{i:02d}" for i in (*range(2, 10), *range(12, 20))],
            "validation": ["p01", "p11"],
            "test": ["p00", "p10"],
        }[part],
    )
    table = table.select(~(in_part & (table.label == "fear")))
    with pytest.raises(ParameterError, match=f"fold 0 has no 'fear' image in its {part} part"):
        Protocol.for_table(table, folds=1).split(table)


def test_a_rare_class_may_be_missing_from_one_test_part_of_several(faces):
    table = faces(subjects=20)
    rare = table.select(~(np.isin(table.subject, ["p00", "p10"]) & (table.label == "fear")))
    assert len(Protocol.for_table(rare).split(rare).folds) == 10
    train = np.isin(table.subject, ["p00", "p01", "p10", "p11"])
    never = table.select(~(~train & (table.label == "fear")))
    with pytest.raises(ParameterError, match="fold 0 has no 'fear' image in its train part"):
        Protocol.for_table(never).split(never)


@pytest.mark.parametrize("part", ["validation", "test"])
def test_the_small_validation_part_of_a_papers_split_may_lack_a_class(faces, part):
    table = faces(subjects=20)
    split = Protocol.for_table(table, split="random-80-20").split(table)
    rows = getattr(split.folds[0], part)
    fewer = dataclasses.replace(split.folds[0], **{part: rows[table.label[rows] != "fear"]})
    without = dataclasses.replace(split, folds=[fewer])
    if part == "validation":
        without.check_classes()
    else:
        with pytest.raises(ParameterError, match="fold 0 has no 'fear' image in its test part"):
            without.check_classes()


def test_a_test_part_of_one_class_and_a_class_that_is_never_tested_are_refused(faces):
    table = faces(subjects=20)
    one = table.select(~np.isin(table.subject, ["p00", "p10"]) | (table.label == "fear"))
    with pytest.raises(ParameterError, match="fold 0 has no 'anger' image in its test part"):
        Protocol.for_table(one).split(one)
    people = [f"p{number:02d}" for number in (0, 1, 10, 11)]
    untested = table.select(~(np.isin(table.subject, people) & (table.label == "fear")))
    with pytest.raises(ParameterError, match="no fold has a 'fear' image in its test part"):
        Protocol.for_table(untested, folds=2).split(untested)


def test_what_a_record_stores_is_plain_and_complete(faces):
    table = faces(notes=["partial copy"])
    split = Protocol.for_table(table, "three-drop", folds=2, seeds=range(3)).split(table)
    stored = json.loads(json.dumps(split.to_dict()))
    assert stored["id"] == split.protocol.id and stored["label_map"] == "three-drop"
    assert stored["split"] == "subject-kfold" and stored["smoke"] and stored["seeds"] == [0, 1, 2]
    assert stored["counts"] == {"train": 192, "validation": 24, "test": 24, "dropped": 20}
    assert stored["lint"]["verdict"] == "clean" and stored["lint"]["findings"] == []
    assert any("96 of 120 rows are not tested" in note for note in stored["lint"]["notes"])
    assert stored["notes"] == ["partial copy"]


def test_a_split_tells_its_sizes_and_the_verdict(faces):
    table = faces()
    said = str(Protocol.for_table(table, "three-drop", folds=1).split(table))
    assert "fold 0: 96 train, 12 validation, 12 test images" in said
    assert "20 images left out by the label map 'three-drop'" in said and "Linter: clean" in said
