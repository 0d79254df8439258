from dataclasses import replace

import numpy as np
import pytest

from fer_utils.datasets.face_table import COLUMNS, FaceTable
from fer_utils.errors import DatasetLayoutError


def test_pixels_have_channels_and_follow_the_rows(faces):
    table = faces(subjects=2)
    assert table.pixels().shape == (14, 6, 6, 1) and table.pixels().dtype == np.uint8
    assert np.array_equal(table.pixels([3, 1])[..., 0], table.images[[3, 1]])
    assert np.array_equal(table.select([5, 2]).pixels([1])[0, ..., 0], table.images[2])
    color = replace(table, images=np.zeros((14, 6, 6, 3), np.uint8))
    assert color.pixels([0]).shape == (1, 6, 6, 3)


def test_rows_are_selected_by_mask_or_number_in_the_given_order(faces):
    table = faces(subjects=3)
    mask = table.subject == "p01"
    assert set(table.select(mask).subject) == {"p01"}
    assert list(table.select([9, 0]).rows["sample_id"]) == [table.rows["sample_id"][9], table.rows["sample_id"][0]]
    assert list(table.select([9, 0]).rows.index) == [0, 1]
    assert len(table.select([])) == 0


def test_a_part_of_the_data_has_another_fingerprint_and_is_partial(faces):
    table = faces()
    half, other = table.select(np.arange(70)), table.select(np.arange(70, 140))
    assert len({table.fingerprint, half.fingerprint, other.fingerprint}) == 3
    assert half.partial and not table.partial
    assert half.fingerprint == faces().select(np.arange(140) < 70).fingerprint
    everything = table.select(np.ones(len(table), bool))
    assert everything.fingerprint == table.fingerprint and not everything.partial


@pytest.mark.parametrize("column", COLUMNS)
def test_a_missing_column_is_named(faces, column):
    table = faces(subjects=1)
    with pytest.raises(DatasetLayoutError, match=column):
        replace(table, rows=table.rows.drop(columns=column))


def test_an_id_that_stands_twice_is_named(faces):
    table = faces(subjects=1)
    with pytest.raises(DatasetLayoutError, match="'p00-anger-0' stands twice"):
        replace(table, rows=table.rows.iloc[[0, 1, 0]].reset_index(drop=True))


@pytest.mark.parametrize("column", ["sample_id", "subject", "label", "split"])
def test_the_fingerprint_changes_with_every_column_that_a_split_depends_on(faces, column):
    table = faces(subjects=2)
    changed = table.rows.assign(**{column: table.rows[column].astype(object)})
    changed.loc[3, column] = "something else"
    assert FaceTable.content_fingerprint(changed, table.images) != table.fingerprint


def test_the_fingerprint_changes_with_one_pixel_and_with_nothing_else(faces):
    table = faces(subjects=2)
    assert FaceTable.content_fingerprint(table.rows.copy(), table.images.copy()) == table.fingerprint
    images = table.images.copy()
    images[4, 2, 2] ^= 1
    assert FaceTable.content_fingerprint(table.rows, images) != table.fingerprint


def test_unknown_subjects_give_one_fingerprint_however_they_are_written(faces):
    table = faces(subjects=2, known=False)
    for unknown in (None, np.nan):
        rows = table.rows.assign(subject=np.array([unknown] * len(table), dtype=object))
        assert FaceTable.content_fingerprint(rows, table.images) == table.fingerprint


def test_numbers_as_labels_have_a_fingerprint_too(faces):
    table = faces(subjects=1)
    numbers = [FaceTable.content_fingerprint(table.rows.assign(label=value), table.images) for value in (3.0, 4.0)]
    assert numbers[0] != numbers[1]


def test_byte_identical_images_have_equal_digests(faces):
    table = faces(subjects=2)
    table.images[5] = table.images[1]
    digests = table.image_digests()
    assert digests[5] == digests[1] and len(set(digests)) == len(table) - 1
