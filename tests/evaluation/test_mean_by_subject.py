import numpy as np
import pandas as pd
import pytest

from fer_utils.errors import ParameterError
from fer_utils.evaluation.mean_by_subject import group_means, mean_by_subject


def test_the_interval_is_that_of_people_and_not_of_their_items():
    random = np.random.default_rng(0)
    people = np.repeat(np.arange(12), 50)
    values = np.repeat(random.normal(0.3, 1, 12), 50) + random.normal(0, 0.01, 600)
    found = mean_by_subject(values, people)
    by_item = mean_by_subject(values, np.arange(600))
    assert found.value == by_item.value == pytest.approx(values.mean())
    assert found.half_width > 4 * by_item.half_width  # 50 items of somebody are one fact
    spread = values.reshape(12, 50).mean(axis=1).std() / np.sqrt(12)
    assert found.half_width == pytest.approx(1.96 * spread, rel=0.15)


def test_people_count_by_their_items():
    found = mean_by_subject([1.0, 1.0, 1.0, 0.0], ["a", "a", "a", "b"])
    assert (found.value, found.low, found.high) == (0.75, 0.0, 1.0)


def test_one_person_gives_no_interval():
    found = mean_by_subject([0.2, 0.4], ["a", "a"])
    assert found.value == pytest.approx(0.3) and np.isnan([found.low, found.high]).all()


def test_values_without_people_are_refused():
    for values, people in (([], []), ([1.0, 2.0], ["a"])):
        with pytest.raises(ParameterError, match="as many, at least one"):
            mean_by_subject(values, people)


def test_unknown_people_are_refused():
    with pytest.raises(ParameterError, match="1 of 3 items: nobody knows who is shown"):
        mean_by_subject([1.0, 2.0, 3.0], ["a", None, "b"])


def test_groups_stand_behind_the_whole():
    values = pd.DataFrame({"conv1": [1.0, 2.0, 3.0, 6.0], "conv2": [0.0, 0.0, 0.0, 4.0]})
    table = group_means(values, ["a", "b", "a", "b"], ["sadness", "fear", "fear", "fear"])
    assert list(table.index) == [(group, name) for group in ("all", "fear", "sadness") for name in ("conv1", "conv2")]
    assert table["mean"].tolist() == pytest.approx([3, 1, 11 / 3, 4 / 3, 1, 0])
    assert np.isnan(table["mean_low"][("sadness", "conv1")]) and table["mean_low"][("fear", "conv1")] == 3
