from dataclasses import replace

import numpy as np
import pytest

from fer_utils.errors import ParameterError
from fer_utils.protocol.split_rules import fer2013_official, fer2013_public_as_test, subject_kfold

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
