"""Each careless split on drawn CK+48: what it buys, and the rule of the linter that names it."""

import numpy as np
import pandas as pd
import pytest

from fer_utils.datasets import load_dataset
from fer_utils.datasets.synthetic.twins.cached import cached_ckplus48
from fer_utils.evaluation.careless_splits import (
    add_to_training,
    augment_all,
    augmented_folds,
    choose_on_test,
    class_slices,
    merge_collections,
    random_people,
)
from fer_utils.evaluation.cross_prediction import cross_predict, nearest_in_training
from fer_utils.evaluation.mistakes import bought
from fer_utils.protocol.linter import lint
from fer_utils.protocol.paper_splits import random_rows
from fer_utils.protocol.subject_splits import subject_kfold


@pytest.fixture(scope="module")
def films(tmp_path_factory):
    """Three neighboring frames of each sequence of 24 people."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FERBENCH_CACHE", str(tmp_path_factory.mktemp("cache")))
        table = load_dataset("ckplus48", cached_ckplus48(24))
        table.image_digests()  # remembered while the cache is there
    return table


@pytest.fixture(scope="module")
def honest(films):
    return cross_predict(films, subject_kfold(films))


@pytest.fixture(scope="module")
def single(films):
    return films.select(~films.rows.duplicated("sequence", keep="last").to_numpy())


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))


def rules(table, folds):
    return {finding.rule for finding in lint(table, folds).findings}


def test_the_honest_folds_are_clean_and_predict_each_picture_once(films, honest):
    assert not rules(films, subject_kfold(films))
    assert sorted(honest["sample_id"]) == sorted(films.rows["sample_id"])


@pytest.mark.parametrize("seed", range(3))
def test_random_frames_score_far_above_people_kept_apart(films, honest, seed):
    folds = random_rows(films, 80, 0, 20, seed=seed)
    found = bought(cross_predict(films, folds), honest)
    assert found.gain.value > 0.3 and found.gain.low > 0.1
    assert {"shared sequences", "shared subjects"} <= rules(films, folds)


def test_the_nearest_training_picture_of_a_random_frame_is_mostly_of_its_own_sequence(films):
    (fold,) = random_rows(films, 80, 0, 20)
    shown, neighbors = nearest_in_training(films, fold, 12)
    assert not set(neighbors) & set(fold.test)
    assert (films.sequence[shown] == films.sequence[neighbors]).mean() > 0.7


def test_duplicates_in_a_second_collection_buy_points_and_are_named(films, honest):
    merged = merge_collections(films, 0.3)
    folds = add_to_training(subject_kfold(films), np.arange(len(films), len(merged)))
    assert len(merged) - len(films) == round(0.3 * len(films))
    assert bought(cross_predict(merged, folds), honest).gain.low > 0
    assert rules(merged, folds) == {"identical images", "validation seen in training", "unknown subjects"}


def test_slices_of_each_class_test_its_last_files_and_share_people(films):
    (fold,) = class_slices(films)
    for name in set(films.label):
        tested = np.isin(np.flatnonzero(films.label == name), fold.test)
        assert not tested[0] and tested[-1] and (np.diff(tested.astype(int)) >= 0).all()
    assert "shared subjects" in rules(films, [fold])


def test_copies_on_both_sides_buy_points_and_copies_on_one_side_are_no_augmentation_before_splitting(single):
    augmented = augment_all(single, copies=3)
    assert len(augmented) == 4 * len(single)
    apart = cross_predict(augmented, subject_kfold(augmented))
    wrong = [random_rows(augmented, 80, 0, 20, seed=seed) for seed in range(2)]
    later = augmented_folds(random_rows(single, 80, 0, 20), len(single), copies=3)
    claimed = pd.concat([cross_predict(augmented, folds, seed) for seed, folds in enumerate(wrong)])
    assert bought(claimed, apart).gain.low > 0.1
    assert "augmentation before splitting" in rules(augmented, wrong[0])
    assert not rules(augmented, later) & {"augmentation before splitting", "shared sequences"}


def test_choosing_on_the_test_part_is_an_error_and_leaves_the_test_parts_alone(films):
    honest = subject_kfold(films)
    folds = choose_on_test(honest)
    assert "validation == test" in rules(films, folds)
    assert all(np.array_equal(one.test, other.test) for one, other in zip(honest, folds, strict=True))


def test_each_random_division_of_people_is_clean_and_they_differ(films):
    one, other = random_people(films, 0), random_people(films, 1)
    assert not rules(films, one) and not rules(films, other)
    assert set(one[0].test) != set(other[0].test)
