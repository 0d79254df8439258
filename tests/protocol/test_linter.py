from dataclasses import replace

import numpy as np
import pytest

from fer_utils.protocol.fold import Fold
from fer_utils.protocol.linter import ORDER, lint
from fer_utils.protocol.subject_splits import subject_kfold


def fold(train, validation, test, fit_all=None):
    train, validation, test = (np.asarray(rows, dtype=int) for rows in (train, validation, test))
    return Fold(train, validation, test, np.union1d(train, validation) if fit_all is None else np.asarray(fit_all))


@pytest.fixture
def table(faces):
    """Ten people with seven images each, people in order."""
    return faces(subjects=10)


def found(report):
    return {finding.rule: (finding.level, finding.count) for finding in report.findings}


PEOPLE = np.arange(70) // 7
GOOD = fold(np.flatnonzero(PEOPLE < 7), np.flatnonzero(PEOPLE == 7), np.flatnonzero(PEOPLE > 7))


def test_a_subject_independent_split_is_clean(table):
    assert lint(table, subject_kfold(table)).findings == ()
    report = lint(table, [GOOD])
    assert report.verdict == "clean" and str(report).startswith(
        "Linter: clean\n  note: near-duplicates were not looked for"
    )


@pytest.mark.parametrize("where", ["train", "validation", "fit_all"])
def test_a_person_on_both_sides_is_an_error_wherever_models_see_the_person(table, where):
    """`fit_all` alone matters too: models that select nothing fit it."""
    parts = {name: getattr(GOOD, name) for name in ("train", "validation", "test", "fit_all")}
    parts["test"], mine = parts["test"][1:], parts["test"][0]
    parts[where] = np.append(parts[where], mine)
    report = lint(table, [Fold(**parts)])
    assert found(report) == {"shared subjects": ("error", 6)}
    assert report.verdict == "error" and "p08" in str(report)


@pytest.mark.parametrize("kind", [int, float, lambda name: np.int64(name)])
def test_people_whose_ids_are_numbers_are_not_overlooked(table, kind):
    numbered = replace(table, rows=table.rows.assign(subject=[kind(i) for i in PEOPLE]))
    rows = np.random.default_rng(0).permutation(70)
    assert found(lint(numbered, [fold(rows[:50], rows[50:60], rows[60:])]))["shared subjects"] == ("error", 10)


def test_random_frames_of_one_sequence_are_an_error(table):
    clips = replace(table, rows=table.rows.assign(sequence=[f"clip{i // 2}" for i in range(70)], subject=np.nan))
    rows = np.arange(70)
    assert found(lint(clips, [fold(rows[1:60], [], [0, 69])]))["shared sequences"] == ("error", 1)
    assert "shared sequences" not in found(lint(clips, [fold(rows[2:60], [], [0, 1])]))


def test_identical_images_on_both_sides_are_a_warning_with_the_number_of_test_images(table):
    table.images[[64, 65, 69]] = table.images[3]
    assert found(lint(table, [GOOD])) == {
        "identical images": ("warning", 3),
        "conflicting labels": ("warning", 1),
    }


def test_identical_images_with_different_labels_are_a_warning_even_on_one_side(table):
    table.images[1] = table.images[0]
    table.images[7] = table.images[14]  # both show anger
    assert found(lint(table, [GOOD])) == {"conflicting labels": ("warning", 1)}


def test_validating_on_the_test_part_is_a_finding_of_its_own(table):
    report = lint(table, [fold(GOOD.fit_all, GOOD.test, GOOD.test, fit_all=GOOD.fit_all)])
    assert found(report)["validation == test"] == ("error", 14)
    assert "test rows in training" not in found(report)
    assert "14 test rows are also used to select" in str(report)


@pytest.mark.parametrize("part", ["train", "fit_all"])
def test_test_rows_in_training_are_an_error(table, part):
    parts = {name: getattr(GOOD, name) for name in ("train", "validation", "test", "fit_all")}
    parts[part] = np.append(parts[part], parts["test"][:3])
    unknown = replace(table, rows=table.rows.assign(subject=np.nan, sequence=np.nan))
    assert found(lint(unknown, [Fold(**parts)]))["test rows in training"] == ("error", 3)


def test_rows_that_are_tested_twice_are_an_error(table):
    folds = subject_kfold(table)
    assert found(lint(table, [*folds, folds[0]])) == {"fold coverage": ("error", 7)}


def test_without_subjects_the_linter_does_not_vouch(table):
    table.rows.loc[:3, "subject"] = np.nan
    report = lint(table, [GOOD])
    assert found(report) == {"unknown subjects": ("cannot vouch", 4)}
    assert report.verdict == "cannot vouch"


def test_unknown_subjects_are_not_one_shared_subject(table):
    unknown = replace(table, rows=table.rows.assign(subject=np.nan))
    assert "shared subjects" not in found(lint(unknown, [GOOD]))


def test_the_verdict_is_the_worst_finding_and_is_stored_as_plain_types(table):
    table.images[69] = table.images[0]
    table.rows.loc[0, "subject"] = np.nan
    report = lint(table, [GOOD])
    assert report.verdict == "warning" and {f.level for f in report.findings} == {"warning", "cannot vouch"}
    stored = lint(table, [fold(range(69), [], [69])]).to_dict()
    assert stored["verdict"] == "error" == ORDER[-1]
    assert all(type(finding["count"]) is int for finding in stored["findings"])
