"""How sure models are: as a table for all, and as a picture with its numbers for each that has probabilities."""

import re

import numpy as np
import pandas as pd
import pytest

from fer_utils import report
from fer_utils.report.calibration import calibration
from fer_utils.report.confidence import confidence, in_words
from fer_utils.report.reliability_drawing import reliability_drawing

THREE = ("negative", "neutral", "positive")


@pytest.fixture
def page(rich_results):
    return rich_results


def table(page, caption):
    (found,) = (t for t in re.findall(r"<table.*?</table>", page, re.S) if caption in t[: t.index("</caption>")])
    return found


def row(table, name):
    return re.search(rf'<tr><th scope="row">{name}.*?</tr>', table)[0]


def fer2013(page):
    return page[: page.index("</section>")]


def test_probabilities_scores_and_plain_answers_are_told_apart(page):
    shown = table(fer2013(page), "Calibration and second guesses")
    assert row(shown, "knn px").count('class="ci"') == 4
    assert row(shown, "svm px linear").count('class="ci"') == 1  # scores have second guesses
    assert '<td colspan="3">n/a: scores, no probabilities</td>' in row(shown, "svm px linear")
    assert '<td colspan="4">n/a: answers, no probabilities</td>' in row(shown, "plain")


def test_the_baseline_knows_how_frequent_the_classes_are_and_nothing_else(records, tmp_path):
    answers = records.predictions("m", THREE, outputs="p").assign(
        y_true=["negative"] * 120 + ["neutral"] * 60 + ["positive"] * 60
    )
    records.write_run(tmp_path, "10_toy", "k", records.protocol(), [records.model("m")], [answers])
    shown = table(report.results(report.collect(tmp_path)), "Calibration and second guesses")
    numbers = re.findall(r'<td class="n">([\d.]+)', re.search(r'<tr class="baseline">.*', shown)[0])
    entropy = -(0.5 * np.log(0.5) + 0.5 * np.log(0.25))
    assert [float(n) for n in numbers] == pytest.approx([75, 0, entropy, 1 - 0.25 - 2 * 0.0625], abs=6e-4)


def test_runs_of_answers_alone_have_no_such_table(many):
    found = report.collect(many)
    for entries in found.protocols.values():
        assert calibration(found, entries) == confidence(found, entries) == ""


def test_each_model_with_probabilities_has_a_picture_with_text_and_numbers(page):
    first = fer2013(page)
    pictures = re.findall(r'<div role="img" aria-label="(Reliability of .*?)"', first)
    assert len(pictures) == 3  # two classifiers and the network
    assert all("mean confidence" in text and "by chance" in text for text in pictures)
    assert first.count("ranges with answers</caption>") == 3
    assert "<details><summary>Reliability pictures (3)</summary>" in first


def curve(confidence, accuracy, n=1000):
    columns = {"n": [0, n], "confidence": [np.nan, confidence], "accuracy": [np.nan, accuracy]}
    ends = {"accuracy_low": [np.nan, accuracy - 0.1], "accuracy_high": [np.nan, accuracy + 0.1]}
    return pd.DataFrame(columns | ends | {"above": [0, 0.5], "up_to": [0.5, 1], "spread": [0, 10.0]})


@pytest.mark.parametrize(
    ("accuracy", "words"), [(0.5, "it is too sure"), (0.95, "not sure enough"), (0.8, "as sure as it may be")]
)
def test_it_is_said_in_words_whether_a_model_is_too_sure(accuracy, words):
    assert words in in_words(curve(0.8, accuracy))


def test_a_dot_lies_on_the_dashed_line_where_confidence_is_right():
    drawn = reliability_drawing(curve(0.5, 0.5), "text")
    x, y = map(float, re.search(r'<circle cx="([\d.]+)" cy="([\d.]+)"', drawn).groups())
    x0, y0, x1, y1 = map(float, re.search(r'd="M([\d.]+) ([\d.]+) ([\d.]+) ([\d.]+)" class="chance"', drawn).groups())
    assert (x, y) == ((x0 + x1) / 2, (y0 + y1) / 2)
    assert drawn.count("<circle") == 1  # an empty range has no dot
