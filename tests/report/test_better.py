"""Which model is better: paired, corrected for the number of comparisons, and honest about small test parts."""

import re

import numpy as np
import pandas as pd
import pytest

from fer_utils import report
from fer_utils.evaluation.comparisons import compare_all
from fer_utils.report.better import comparisons
from fer_utils.report.html import Fragment

THREE = ("negative", "neutral", "positive")


def written(records, root, *rights, n=240, subjects=12):
    """One run a model, each right with its own probability, all under one protocol."""
    for number, right in enumerate(rights):
        name = f"m{number}"
        table = records.predictions(name, THREE, n, subjects, right, seed=number)
        records.write_run(root, f"1{number}_toy", "k", records.protocol(), [records.model(name)], [table])
    found = report.collect(root)
    (entries,) = found.protocols.values()
    return found, entries


def rows(page):
    return re.findall(r'<tr><th scope="row">.*?</tr>', page)


def test_models_of_different_runs_are_compared_on_the_same_items(records, tmp_path):
    found, entries = written(records, tmp_path, 0.9, 0.3)
    page = comparisons(found, entries)
    (row,) = rows(page)
    assert "better, on few people" in row
    assert "10_toy" in row and "11_toy" in row
    assert "240 test items of 12 people" in page and "the only other one" in page


def test_few_people_prove_less_than_many(records, tmp_path):
    for people, said in ((12, "better, on few people"), (60, "the best is better"), (None, "the best is better")):
        found, entries = written(records, tmp_path / str(people), 0.9, 0.3, subjects=people)
        assert f">{said}</strong>" in comparisons(found, entries)


def test_equal_models_are_not_told_apart_and_what_could_be_shown_is_said(records, tmp_path):
    found, entries = written(records, tmp_path, 0.6, 0.6)
    page = comparisons(found, entries)
    assert "not told apart" in rows(page)[0]
    smallest = re.search(r"this test part can show is ([\d.]+) points", page)[1]
    assert float(smallest) > 1


def test_numbers_are_those_of_a_comparison_of_all_pairs_with_the_best(records, tmp_path):
    found, entries = written(records, tmp_path, 0.7, 0.5)
    truth = compare_all(pd.concat([entry.predictions for entry in entries]), THREE).iloc[0]
    (row,) = rows(comparisons(found, entries))
    assert f"{100 * truth['difference']:+.1f} <span" in row
    assert f"{100 * truth['low']:+.1f} to {100 * truth['high']:+.1f}" in row


def test_more_comparisons_make_each_p_value_larger(records, tmp_path):
    def smallest(root, *rights):
        return re.search(r'<td class="n">([<\d. &lt;]+)</td>', rows(comparisons(*written(records, root, *rights)))[-1])[
            1
        ]

    few = smallest(tmp_path / "few", 0.62, 0.5)
    many = smallest(tmp_path / "many", 0.62, 0.61, 0.6, 0.59, 0.58, 0.5)
    numbers = [0.0 if "&lt;" in p else float(p) for p in (few, many)]
    assert numbers[0] <= numbers[1]


def test_of_many_models_the_next_best_are_compared_and_that_is_said(records, tmp_path, monkeypatch):
    monkeypatch.setattr("fer_utils.report.better.MOST", 3)
    found, entries = written(records, tmp_path, *np.linspace(0.3, 0.8, 6))
    page = comparisons(found, entries)
    assert len(rows(page)) == 3
    assert "the 3 next best of 5 others" in page


def test_one_model_or_other_items_are_no_comparison(records, tmp_path):
    found, entries = written(records, tmp_path / "one", 0.6)
    assert comparisons(found, entries) == ""
    for name, n in (("a", 240), ("b", 120)):
        table = records.predictions(name, THREE, n)
        records.write_run(tmp_path / "two", f"10_{name}", "k", records.protocol(), [records.model(name)], [table])
    found = report.collect(tmp_path / "two")
    (entries,) = found.protocols.values()
    assert comparisons(found, entries) == ""
    assert "Which model is better?" not in report.results(found)


@pytest.mark.parametrize("subjects", [12, None])
def test_people_are_named_only_where_they_are_known(records, tmp_path, subjects):
    page = comparisons(*written(records, tmp_path, 0.7, 0.5, subjects=subjects))
    assert ("of 12 people" in page) == (subjects == 12)
    assert isinstance(page, Fragment)
