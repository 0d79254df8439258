"""Who is recognized: groups of drawn people, folded, from what the run stored of its items."""

import re

from fer_utils.evaluation.subgroups import subgroups
from fer_utils.report.groups import groups


def test_each_group_has_its_scores_and_weak_ones_a_note(rich_found, rich_results):
    found, page = rich_found, rich_results
    entry = next(entry for entry in found.entries if entry.model == "dense_mini_xception")
    truth = subgroups(entry.predictions, entry.items, entry.score.classes, resamples=20)
    shown = re.search(r"<table><caption>dense mini xception by group.*?</table>", page)[0]
    assert shown.count('<tr><th scope="row">') == len(truth) - 2
    assert "All images alike: covered by: nothing; roll: up to 7.5°." in page
    row = re.search(r'<tr><th scope="row">skin group</th><td>1 of 6</td>.*?</tr>', shown)[0]
    assert f"{100 * truth.loc[('skin group', '1 of 6'), 'uar']:.1f} %" in row
    assert "few: 4 subjects" in row


def test_they_are_folded_and_lead_to_the_stored_predictions(rich_results):
    page = rich_results
    part = page[page.index("<h4>Who is recognized</h4>") :]
    assert re.search(r"<details><summary>dense mini xception.*?by group.*?dense/predictions.csv.gz", part, re.S)


def test_of_many_models_the_best_are_shown_and_that_is_said(rich_found, monkeypatch):
    monkeypatch.setattr("fer_utils.report.groups.MOST", 1)
    page = groups(rich_found, list(rich_found.protocols.values())[1])
    assert "Shown for the 1 best of 2 models." in page
    assert page.count("by group, with 95 % intervals</caption>") == 1


def test_photographs_of_nobody_knows_whom_have_no_groups(rich_results):
    first = rich_results.split("</section>")[0]
    assert "Who is recognized" not in first


def test_several_folds_have_a_pooled_and_a_mean_confusion_matrix(rich_found, rich_results):
    first, second = rich_results.split("</section>")[:2]
    assert "Mean confusion matrix" not in first
    shown = re.search(r"<caption>Mean confusion matrix of dense mini xception over 2 folds.*?</table>", second)[0]
    entry = next(entry for entry in rich_found.entries if entry.model == "dense_mini_xception")
    mean, rate = entry.score.confusion_mean[0, 0], entry.score.confusion_mean_rate[0, 0]
    assert f"<b>{mean:.1f}</b><span>{100 * rate:.0f} %</span>" in shown
    assert "Confusion matrix of dense mini xception, 2 folds pooled" in second
