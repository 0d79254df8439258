"""A model that was trained elsewhere stands in the report, and is never taken for ours."""

import json
import re

import pytest

from fer_utils import report
from fer_utils.report.supersede import current
from fer_utils.runs.record import read_runs

THREE = ("negative", "neutral", "positive")
HOSTILE = "<script>alert('x')</script> & \"quotes\""
ABOUT = {"external": True, "file": "mine.csv", "file_sha256": "0" * 64}


@pytest.fixture
def external(records, tmp_path):
    def write(key, title="My ResNet", notes="", created="2026-05-04T10:11:12Z", **changes):
        name = f"external: {title}"
        described = records.model(name, title, notes=notes, parameters=52_339)
        entry = records.protocol("fer2013", "three-drop", "fer2013-public-as-test")
        table = records.predictions(name, THREE, subjects=None)
        records.write_run(tmp_path, "external", key, entry, [described], [table], None, ABOUT, created=created)
        return tmp_path

    return write


@pytest.fixture
def both(external, records, tmp_path):
    """A run of ours and a foreign model of the same name, under one protocol."""
    entry = records.protocol("fer2013", "three-drop", "fer2013-public-as-test")
    ours = records.model("mini_xception_base", "mini-Xception", parameters=52_339)
    records.write_run(
        tmp_path, "13_mini_xception", "a", entry, [ours], [records.predictions("mini_xception_base", THREE)]
    )
    return report.collect(external("b", "mini-Xception"), "runs-html")


def test_it_shares_the_leaderboard_of_its_protocol_and_is_marked(both):
    page = report.results(both)
    board = page[page.index("Leaderboard") :].split("</table>")[0]
    rows = re.findall(r'<tr><th scope="row">.*?</tr>', board)
    assert [">external</strong>" in row for row in rows].count(True) == 1 and len(rows) == 2
    assert page.count("Nobody here can vouch") == 1
    assert "Confusion matrix of mini-Xception (external)" in page and "mini-Xception (external) by class" in page


def test_it_gives_no_verdict_on_published_numbers_even_with_a_model_id_of_ours(records, tmp_path):
    entry = records.protocol("fer2013", "three-drop", "fer2013-public-as-test")
    described, table = (
        records.model("mini_xception_base", parameters=52_339),
        records.predictions("mini_xception_base", THREE),
    )
    records.write_run(tmp_path, "external", "a", entry, [described], [table], None, ABOUT)
    assert "No run here speaks about a published number" in report.ledger(report.collect(tmp_path))
    assert "No paper in the ledger" in report.results(report.collect(tmp_path))


def test_it_is_counted_apart_and_its_cost_is_not_taken_for_training(both):
    page = report.overview(both)
    assert "1 of the runs external: only scored here" in page
    (row,) = (row for row in re.findall(r"<tr>.*?</tr>", page) if ">external " in row)
    assert "n/a" in row and "48.2 s" not in row
    assert "not of training" in report.provenance(both)


def test_it_has_no_notebook_and_so_no_link(both):
    assert "href" not in report.results(both) + report.overview(both) + report.provenance(both)


def test_scored_anew_under_the_same_name_the_newest_counts(external):
    external("a", created="2026-05-04T10:00:00Z")
    external("b", created="2026-05-04T11:00:00Z")
    root = external("c", "another", created="2026-05-04T09:00:00Z")
    assert [record.key for record in current(read_runs(root))] == ["b", "c"]


@pytest.mark.parametrize("broken", [{"models": None}, {"protocol": None}, {"models": [{}]}, {"parameters": []}])
def test_a_broken_record_of_one_is_a_failure_not_a_crash(external, broken):
    path = external("a") / "external" / "a" / "result.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | broken))
    found = report.collect(path.parents[2])
    assert len(found.failures) == ("parameters" not in broken)
    assert report.overview(found)


def test_names_and_notes_from_users_are_shown_as_text(external):
    found = report.collect(external("a", HOSTILE, HOSTILE))
    for part in (report.overview, report.results, report.provenance):
        assert "<script" not in part(found)
    assert report.results(found).count("&lt;script&gt;") >= 3
