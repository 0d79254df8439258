from dataclasses import replace

import numpy as np
import pytest

from fer_utils.errors import ParameterError
from fer_utils.protocol.linter import lint
from fer_utils.protocol.owners_splits import fer2013_official, fer2013_public_as_test, owners_split
from fer_utils.protocol.paper_splits import first_participants, random_rows
from fer_utils.protocol.split_rules import SPLIT_RULES, split_rule, suggested_split
from fer_utils.protocol.subject_splits import group_kfold, leave_one_subject_out, subject_kfold

PARTS = ("Training", "PublicTest", "PrivateTest")


def shuffled(table, seed=5):
    order = np.random.default_rng(seed).permutation(len(table))
    return replace(table, rows=table.rows.iloc[order].reset_index(drop=True))


def ids(table, rows):
    return set(table.rows["sample_id"].iloc[rows])


@pytest.mark.parametrize("subjects", [10, 20, 23])
def test_no_subject_is_on_two_sides_and_each_row_is_tested_exactly_once(faces, subjects):
    table = faces(subjects=subjects, images=2)
    folds = subject_kfold(table)
    assert len(folds) == 10
    for fold in folds:
        people = [set(table.subject[rows]) for rows in (fold.train, fold.validation, fold.test)]
        assert all(people) and sum(len(p) for p in people) == subjects == len(set.union(*people))
        assert np.array_equal(np.sort(np.concatenate([fold.train, fold.validation])), fold.fit_all)
        assert len(fold.fit_all) + len(fold.test) == len(table)
    assert np.array_equal(np.sort(np.concatenate([fold.test for fold in folds])), np.arange(len(table)))


def test_fold_i_tests_every_tenth_of_the_sorted_ids(faces):
    table = shuffled(faces(subjects=23))
    people = sorted(set(table.subject))
    for i, fold in enumerate(subject_kfold(table)):
        assert sorted(set(table.subject[fold.test])) == people[i::10]
        assert sorted(set(table.subject[fold.validation])) == people[(i + 1) % 10 :: 10]


def test_kfold_does_not_depend_on_the_order_of_rows(faces):
    table = faces(subjects=12)
    other = shuffled(table)
    for fold, again in zip(subject_kfold(table), subject_kfold(other), strict=True):
        for part in ("train", "validation", "test", "fit_all"):
            assert ids(table, getattr(fold, part)) == ids(other, getattr(again, part))


@pytest.mark.parametrize(
    ("subjects", "known", "message"),
    [(9, True, "9 subjects cannot make 10 folds"), (20, False, "140 have none. Use a split that the owners define")],
)
def test_kfold_refuses_too_few_or_unknown_subjects(faces, subjects, known, message):
    with pytest.raises(ParameterError, match=message):
        subject_kfold(faces(subjects=subjects, known=known))


def test_one_unknown_subject_is_enough_to_refuse(faces):
    table = faces()
    table.rows.loc[7, "subject"] = np.nan
    with pytest.raises(ParameterError, match="but 1 have none"):
        subject_kfold(table)


def test_the_official_split_validates_on_public_and_tests_on_private(faces):
    table = faces(subjects=9, parts=PARTS * 3, known=False)
    (fold,) = fer2013_official(table)
    for rows, part in zip((fold.train, fold.validation, fold.test), PARTS, strict=True):
        assert np.array_equal(rows, np.flatnonzero(table.split == part))
    assert np.array_equal(fold.fit_all, fold.train)  # PublicTest is never fitted


@pytest.mark.parametrize("missing", PARTS)
def test_the_official_split_refuses_when_a_part_is_missing(faces, missing):
    table = faces(subjects=4, parts=[part for part in PARTS if part != missing] * 2)
    with pytest.raises(ParameterError, match=f"no {missing} rows; the parts here are"):
        fer2013_official(table)


def test_the_official_split_names_the_other_one_to_copies_without_private_test(faces):
    with pytest.raises(ParameterError, match="fer2013-public-as-test serves copies without PrivateTest"):
        fer2013_official(faces(subjects=2, parts=PARTS[:2]))


@pytest.mark.parametrize("split", [fer2013_official, fer2013_public_as_test])
def test_a_dataset_without_parts_is_no_fer2013(faces, split):
    with pytest.raises(ParameterError, match="the parts here are none"):
        split(faces())


@pytest.fixture
def public(faces):
    """600 training images, of which some are identical in pairs, and PublicTest and PrivateTest."""
    parts = ["Training"] * 86 + ["PublicTest"] * 9 + ["PrivateTest"] * 5
    table = faces(subjects=100, parts=parts, known=False)
    table.images[0:150:2] = table.images[1:150:2]
    return table


def test_validation_is_drawn_inside_training_and_private_test_is_left_alone(public):
    (fold,) = fer2013_public_as_test(public)
    assert set(public.split[fold.fit_all]) == {"Training"} and len(fold.fit_all) == 602
    assert np.array_equal(np.sort(np.concatenate([fold.train, fold.validation])), fold.fit_all)
    assert not set(fold.train) & set(fold.validation)
    assert 30 < len(fold.validation) < 100  # a tenth
    assert np.array_equal(fold.test, np.flatnonzero(public.split == "PublicTest"))


def test_identical_images_are_never_on_both_sides_of_validation(public):
    (fold,) = fer2013_public_as_test(public)
    digests = public.image_digests()
    assert not set(digests[fold.train]) & set(digests[fold.validation])
    drawn = set(fold.validation)
    assert any(i in drawn for i in range(150))
    assert all((i in drawn) == (i + 1 in drawn) for i in range(0, 150, 2))


def test_validation_does_not_depend_on_the_order_of_images_or_on_the_other_images(public):
    (fold,) = fer2013_public_as_test(public)
    other = shuffled(public)
    (again,) = fer2013_public_as_test(other)
    assert ids(public, fold.validation) == ids(other, again.validation)
    half = public.select(np.arange(0, len(public), 2))
    (fewer,) = fer2013_public_as_test(half)
    assert ids(half, fewer.validation) == ids(public, fold.validation) & set(half.rows["sample_id"])


def test_one_subject_is_left_out_at_a_time_and_the_next_one_is_chosen_on(faces):
    table = faces(subjects=7, images=2)
    people = sorted(set(table.subject))
    folds = leave_one_subject_out(table)
    for number, fold in enumerate(folds):
        assert set(table.subject[fold.test]) == {people[number]}
        assert set(table.subject[fold.validation]) == {people[(number + 1) % 7]}
        assert set(table.subject[fold.train]) == set(people) - {people[number], people[(number + 1) % 7]}
    assert lint(table, folds).verdict == "clean"


@pytest.mark.parametrize(("subjects", "known"), [(2, True), (5, False)])
def test_leaving_one_out_needs_three_known_subjects(faces, subjects, known):
    with pytest.raises(ParameterError, match="at least 3" if known else "have none"):
        leave_one_subject_out(faces(subjects=subjects, known=known))


def test_groups_keep_people_sequences_and_identical_pictures_together(faces):
    table = faces(subjects=30, known=False)
    table.rows["subject"] = table.rows["subject"].astype(object)
    table.rows.loc[:69, "subject"] = [f"a{row // 7}" for row in range(70)]
    table.rows.loc[70:139, "sequence"] = [f"clip {row // 7}" for row in range(70)]
    table.images[140::2] = table.images[141::2]
    folds = group_kfold(table)
    digests = table.image_digests()
    for fold in folds:
        seen, test = np.concatenate([fold.train, fold.validation]), fold.test
        assert not set(table.sequence[seen]) & set(table.sequence[test])
        assert not set(digests[seen]) & set(digests[test])
        assert not {s for s in table.subject[seen] if s == s} & set(table.subject[test])
    assert np.array_equal(np.sort(np.concatenate([fold.test for fold in folds])), np.arange(len(table)))
    assert {finding.rule for finding in lint(table, folds).findings} == {"conflicting labels", "unknown subjects"}


@pytest.mark.parametrize("words", [("Train", "Val"), ("train", "test"), ("TRAINING", "validation")])
def test_owners_with_two_parts_are_tested_on_the_second(faces, words):
    table = faces(subjects=40, parts=[words[0]] * 30 + [words[1]] * 10)
    (fold,) = owners_split(table)
    assert set(table.split[fold.test]) == {words[1]} and len(fold.test) == 70
    assert set(table.split[fold.fit_all]) == {words[0]} and len(fold.fit_all) == 210
    assert 0 < len(fold.validation) < 70 and not set(fold.train) & set(fold.validation)
    assert not set(table.subject[fold.train]) & set(table.subject[fold.validation])


def test_owners_with_three_parts_are_chosen_on_the_second_and_tested_on_the_third(faces):
    table = faces(subjects=10, parts=["train"] * 6 + ["val"] * 2 + ["test"] * 2)
    (fold,) = owners_split(table)
    assert [len(rows) for rows in (fold.train, fold.validation, fold.test, fold.fit_all)] == [42, 14, 14, 42]


@pytest.mark.parametrize("parts", [None, ["train"] * 20, ["val"] * 20])
def test_owners_without_a_second_part_are_refused(faces, parts):
    with pytest.raises(ParameterError, match="needs a part 'train' and one of"):
        owners_split(faces(parts=parts))


@pytest.mark.parametrize("shares", [(80, 10, 10), (70, 10, 20), (80, 0, 20)])
def test_random_images_have_the_shares_of_the_paper_whatever_the_order_of_rows(faces, shares):
    table = faces(subjects=50, images=4)
    (fold,) = random_rows(table, *shares)
    n = len(table)
    assert len(fold.test) == round(n * shares[2] / 100) and len(fold.fit_all) + len(fold.test) == n
    assert len(fold.validation) == round(n * (shares[1] or shares[0] / 10) / 100)
    other = shuffled(table)
    (again,) = random_rows(other, *shares)
    assert ids(table, fold.test) == ids(other, again.test)
    (another,) = random_rows(table, *shares, seed=1)
    assert ids(table, fold.test) != ids(table, another.test)
    assert {finding.rule for finding in lint(table, [fold]).findings} >= {"shared subjects"}


def test_random_clips_keep_their_frames_together(faces):
    table = faces(subjects=40, images=3)
    table.rows["sequence"] = table.rows["sample_id"].str[:-2]
    (fold,) = random_rows(table, 70, 10, 20, unit="sequence")
    assert not set(table.sequence[fold.fit_all]) & set(table.sequence[fold.test])
    (frames,) = random_rows(table, 70, 10, 20)
    assert set(table.sequence[frames.fit_all]) & set(table.sequence[frames.test])


@pytest.mark.parametrize("shares", [(80, 10, 20), (100, 0, 0), (0, 50, 50), (110, -20, 10)])
def test_shares_that_are_no_whole_are_refused(faces, shares):
    with pytest.raises(ParameterError, match="add up to 100"):
        random_rows(faces(), *shares)


def test_first_participants_are_counted_by_number(faces):
    table = faces(subjects=20)
    table.rows["subject"] = [f"P{int(name[1:]) + 1}" for name in table.subject]
    (fold,) = first_participants(table, 9, 3)
    people = [
        sorted({int(name[1:]) for name in table.subject[rows]}) for rows in (fold.train, fold.validation, fold.test)
    ]
    assert people == [list(range(1, 10)), [10, 11, 12], list(range(13, 21))]
    (fold,) = first_participants(table, 10)
    assert set(table.subject[fold.fit_all]) == {f"P{number}" for number in range(1, 11)}
    assert set(table.subject[fold.validation]) == {"P10"} and lint(table, [fold]).verdict == "clean"


@pytest.mark.parametrize(("subjects", "known"), [(48, True), (60, False)])
def test_nobody_left_to_test_is_an_error(faces, subjects, known):
    with pytest.raises(ParameterError, match="first 40 people, validates on the next 8 and tests the others"):
        split_rule("participants-40-8").divide(faces(subjects=subjects, emotions=("fear",), known=known))


@pytest.mark.parametrize("name", [name for name, rule in SPLIT_RULES.items() if not rule.paper])
def test_an_honest_rule_never_leaks(faces, name):
    parts = ["Training"] * 30 + ["PublicTest"] * 5 + ["PrivateTest"] * 5
    parts = (
        [part.replace("Training", "train").replace("PublicTest", "test") for part in parts] if "own" in name else parts
    )
    table = faces(subjects=40, parts=parts)
    folds = SPLIT_RULES[name].divide(table)
    assert lint(table, folds).verdict in ("clean", "warning") and len(folds) == SPLIT_RULES[name].count(table.subject)


def test_a_misspelled_rule_is_met_with_the_nearest():
    with pytest.raises(ParameterError, match="Did you mean 'random-80-20'"):
        split_rule("random-80-2")


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ({"subjects": 20}, "subject-kfold"),
        ({"subjects": 9}, "leave-one-subject-out"),
        ({"subjects": 2}, "group-kfold"),
        ({"subjects": 20, "known": False}, "group-kfold"),
        ({"subjects": 4, "known": False, "parts": ["Training", "PublicTest"] * 2}, "fer2013-public-as-test"),
        ({"subjects": 3, "known": False, "parts": PARTS}, "fer2013-official"),
        ({"subjects": 4, "known": False, "parts": ["Train", "Val"] * 2}, "owners-split"),
        ({"subjects": 20, "parts": ["Train", "Val"] * 10}, "subject-kfold"),
        ({"subjects": 20, "name": "jaffe+ckplus"}, "group-kfold"),
    ],
)
def test_the_strictest_honest_rule_is_suggested(faces, options, rule):
    assert suggested_split(faces(**options)) == rule
