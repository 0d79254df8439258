"""Every number of the report can be followed back: to a run, its protocol and its predictions."""

import hashlib
import json
import re

import pytest
from bs4 import BeautifulSoup

from fer_utils import report

NUMBER = re.compile(r"\d+\.\d %|\d+ %")


@pytest.fixture
def page(many):
    for folder in many.glob("*/*"):  # as batch runs leave it, so that names of runs are links
        if (folder / "result.json").exists():
            (folder / "executed.ipynb").write_text("{}")
    found = report.collect(many, "runs-html")
    return BeautifulSoup(str(report.results(found)) + str(report.ledger(found)), "html.parser")


def cells_with_numbers(page):
    for cell in page.select("tbody td"):
        if NUMBER.search(cell.get_text()) and "baseline" not in (cell.parent.get("class") or []):
            yield cell


def runs_named_near(cell):
    """Addresses of runs in the row of a cell, else in the folded part or figure around it."""
    for around in (cell.find_parent("tr"), cell.find_parent("details")):
        links = [link["href"] for link in (around.find_all("a") if around else []) if "runs-html" in link["href"]]
        if links:
            return links
    return []


@pytest.fixture(scope="module")
def rich_page(rich_found, rich_results):
    return BeautifulSoup(str(rich_results) + str(report.ledger(rich_found)), "html.parser")


def test_every_cell_with_a_number_leads_to_its_run(page, many):
    cells = list(cells_with_numbers(page))
    assert len(cells) > 300
    published = 0
    for cell in cells:
        links = runs_named_near(cell)
        if not links and cell.find_parent("section") is None:
            published += 1  # a published number that no run stands beside
            continue
        assert links, cell.find_parent("table").caption.get_text() + ": " + cell.get_text(" ")
        for link in links:
            notebook, key = link.removeprefix("runs-html/").removesuffix(".html").split("/")
            result = json.loads((many / notebook / key / "result.json").read_text())
            seal = result["predictions"]
            stored = (many / notebook / key / seal["file"]).read_bytes()
            assert hashlib.sha256(stored).hexdigest() == seal["sha256"] and result["protocol"]["id"]
    assert published < len(cells) / 2


def test_a_protocol_stands_above_every_table_of_ours(page):
    for table in page.select("section.protocol table"):
        section = table.find_parent("section")
        ids = {code.get_text() for code in section.find_all("code") if code.get_text().count("/") == 3}
        ids = {name for name in ids if not name.endswith(".csv.gz")}
        assert len(ids) == 1


def test_what_stands_below_a_model_names_its_predictions(page, many):
    sources = page.select("p.source")
    assert len(sources) == 18
    for line in sources:
        place = next(code.get_text() for code in line.find_all("code") if code.get_text().endswith(".csv.gz"))
        assert (many / place).is_file()


NEW_TABLES = (
    *("The best model against each of the others", "Calibration and second guesses", "Under other labels"),
    *("Reliability of", "by group", "Mean confusion matrix", "What beats what", "Published numbers beside ours"),
)


@pytest.mark.parametrize("caption", NEW_TABLES)
def test_every_row_of_the_tables_behind_the_leaderboard_leads_to_its_run(rich_page, rich, caption):
    tables = [table for table in rich_page.find_all("table") if caption in table.caption.get_text()]
    tables = [table for table in tables if "ledger" not in (table.get("class") or [])]
    assert tables
    for table in tables:
        for row in table.select("tbody tr"):
            if "baseline" in (row.get("class") or []):
                continue
            links = runs_named_near(row.find("td"))
            assert links, f"{caption}: {row.get_text(' ')}"
            for link in links:
                assert (rich / link.removeprefix("runs-html/").removesuffix(".html") / "result.json").is_file()


def test_a_comparison_names_both_runs(rich_page):
    for caption, runs in (("The best model against", 2), ("What beats what, on", 2)):
        table = next(t for t in rich_page.find_all("table") if caption in t.caption.get_text())
        for row in table.select("tbody tr"):
            assert len([link for link in row.find_all("a") if "runs-html" in link["href"]]) == runs


def test_wherever_predictions_are_named_they_lie(rich_page, rich):
    places = {c.get_text() for c in rich_page.find_all("code") if c.get_text().endswith("predictions.csv.gz")}
    assert len(places) == 4
    assert all((rich / place).is_file() for place in places)
