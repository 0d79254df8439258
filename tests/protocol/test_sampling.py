import numpy as np
import pytest

from fer_utils.protocol.sampling import stratified_sample

Y = np.repeat([0, 1, 2, 3], [600, 300, 97, 3])


def test_every_class_keeps_its_share_and_none_is_lost():
    sample = stratified_sample(np.arange(1000), Y, 100)
    assert list(np.bincount(Y[sample])) == [60, 30, 10, 1]
    assert len(set(sample)) == len(sample) and list(sample) == sorted(sample)


def test_only_the_given_rows_are_drawn():
    rows = np.arange(0, 1000, 2)
    assert set(stratified_sample(rows, Y, 50)) <= set(rows)


def test_the_seed_alone_decides():
    draw = [list(stratified_sample(np.arange(1000), Y, 100, seed)) for seed in (0, 0, 1)]
    assert draw[0] == draw[1] != draw[2]


@pytest.mark.parametrize("most", [0, -1, 1000, 5000])
def test_no_limit_keeps_all_rows(most):
    assert np.array_equal(stratified_sample(np.arange(1000), Y, most), np.arange(1000))
