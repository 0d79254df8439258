"""The ledger in the report: what a run speaks about first, everything else folded."""

import re
from dataclasses import replace

import pytest

from fer_utils import report
from fer_utils.evaluation.claims import load_claims
from fer_utils.report import unjudged
from fer_utils.report.judged import tally

HOSTILE = "<script>alert('x')</script> & \"quotes\""
THREE = ("negative", "neutral", "positive")


@pytest.fixture
def ledger(many):
    return report.ledger(report.collect(many))


def folded(page):
    return page[page.index("Everything else that the papers print") :]


def test_numbers_with_runs_stand_first_and_open(ledger):
    first = ledger[: ledger.index("<details")]
    assert first.count('<tr><th scope="row">') == 9
    assert "not run" not in first
    assert "hussein2020-T4.7-svm_px_linear" in first


def test_everything_else_is_folded_by_paper_and_table_with_counts(ledger):
    rest = folded(ledger)
    assert "<details open" not in rest
    papers = re.findall(r'<summary>([a-z]+[-a-z0-9]*) <span class="key">(.*?)</span>', rest)
    assert [paper for paper, _ in papers] == ["adebayo2021", "hussein2020", "wupan2019", "zennou-draft", "zennou2023"]
    counts = dict(papers)
    assert counts["adebayo2021"].startswith("2 results without a run, 18 quoted")
    assert counts["zennou-draft"] == "1 setting; 1 number in all"
    assert '<summary>Table 14: the proposed network beside the best others, SASE-FE <span class="key">2 results' in rest


def test_each_number_is_there_once(many):
    found = report.collect(many)
    page = report.ledger(found)
    with_runs = sum(any(v.word != "not run" for v in said) for _, said in tally(found, load_claims()).values())
    claims = load_claims(
        kinds=("result", "parameters", "other result", "repeated", "quoted", "setting", "dataset fact")
    )
    tested, others = page[: page.index("Everything else")], folded(page)
    assert tested.count('<tr><th scope="row">') == with_runs + 7 == 34  # and 7 orders of two models
    assert others.count('<tr><th scope="row">') == len(claims) - with_runs + 39  # and all 39 orders as printed


def test_contradictions_and_baselines_stand_with_their_table(ledger):
    rest = folded(ledger)
    table = rest[rest.index("Table 2: LSTM on CNN features") :]
    table = table[: table.index("</table>")]
    assert "<li>impossible totals: overall recall is 0.88, and no class is above 0.83</li>" in table
    assert "15.0 %" in table
    assert 'majority, three classes, surprise counted as negative</span> <strong class="badge warn">' in rest


def test_a_badge_is_a_badge_and_not_its_source(ledger):
    assert "&lt;" not in ledger
    assert '<strong class="badge warn">published at chance</strong>' in ledger


def test_what_beats_what_stands_with_the_published_difference(ledger):
    rest = folded(ledger)
    assert rest.count("<caption>What beats what</caption>") == 4
    assert "frontalization without symmetry beats soft symmetry" in rest and "+14.0 points" in rest


def test_text_of_a_claims_file_is_escaped(many, monkeypatch):
    def hostile(**options):
        claim = load_claims()[0]
        return [replace(claim, flags=(HOSTILE,), about=HOSTILE, printed=HOSTILE, model=HOSTILE, reason=HOSTILE)]

    monkeypatch.setattr(unjudged, "load_claims", hostile)
    page = folded(report.ledger(report.collect(many)))
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 5


def test_a_run_of_another_variant_does_not_speak_about_a_number(records, tmp_path):
    entry = records.protocol("synthetic", "three-drop")
    svm = [records.model("svm_cnn_linear")]
    table = [records.predictions("svm_cnn_linear", THREE)]
    records.write_run(tmp_path, "11_svm_on_features", "a", entry, svm, table, parameters={"pca": True})
    page = report.ledger(report.collect(tmp_path))
    assert "svm_cnn_linear-pca=true" in page[: page.index("Everything else")]
    assert "svm_cnn_linear-pca=false" not in page[: page.index("Everything else")]
    assert "pca = false" in folded(page)


def test_without_runs_the_ledger_says_so_and_lists_all(tmp_path):
    page = report.ledger(report.collect(tmp_path / "nothing"))
    assert "No run here speaks about a published number." in page
    assert "39 results without a run, 13 parameters without a run" in page
